import { EXIT_FAILED, EXIT_PASSED } from "./exit-codes.ts";
import { readMap } from "./map.ts";
import { mapText } from "./map-text.ts";
import { createProgress } from "./progress.ts";
import { readTrace } from "./read-trace.ts";
import { type ReplayChoice, replayTrace } from "./replay-files.ts";

export interface MapOptions extends ReplayChoice {
  readonly progress: boolean;
}

/**
 * `guardpage map FILE`: the map of the address space after the last call, and nothing else. The
 * exit code.
 */
export async function mapCommand(file: string, options: MapOptions): Promise<number> {
  const progress = createProgress(options.progress ? "shown" : "hidden");
  const trace = await readTrace(file, options.profile);
  const { report, subject } = await replayTrace(trace, options, progress);
  console.log(mapText(readMap(subject)));
  const { failed } = report.result;
  if (failed === 0) return EXIT_PASSED;
  const answers = `${failed} of ${trace.answers} calls answered differently`;
  console.error(`guardpage: ${file}: ${answers}, so the map is not the program's`);
  return EXIT_FAILED;
}
