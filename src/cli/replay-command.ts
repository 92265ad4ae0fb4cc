import { readMap } from "./map.ts";
import { mapText } from "./map-text.ts";
import { createProgress } from "./progress.ts";
import { type ReplayChoice, readTraces, replayTrace } from "./replay-files.ts";
import { differenceLines, type FileReport, fileLine, totalsLine, totalsOf } from "./report.ts";

export interface ReplayOptions extends ReplayChoice {
  readonly json?: boolean;
  readonly map?: boolean;
  readonly progress: boolean;
}

export const EXIT_PASSED = 0;
export const EXIT_FAILED = 1;

/** `guardpage replay FILE...`: the exit code. */
export async function replayCommand(
  files: readonly string[],
  options: ReplayOptions,
): Promise<number> {
  const started = performance.now();
  const traces = await readTraces(files, options);
  const progress = createProgress(options.progress ? "shown" : "hidden");
  const reports: FileReport[] = [];
  for (const trace of traces) {
    const { report, subject } = await replayTrace(trace, options, progress);
    reports.push(report);
    if (options.json) {
      continue;
    }
    const lines = differenceLines(report);
    if (options.map) {
      lines.push(mapText(readMap(subject)), "");
    }
    console.log([...lines, fileLine(report)].join("\n"));
  }
  const totals = totalsOf(reports);
  if (options.json) {
    console.log(jsonText(reports, Math.round(performance.now() - started)));
  } else {
    console.log(totalsLine(totals));
  }
  return totals.failed === 0 ? EXIT_PASSED : EXIT_FAILED;
}

function jsonText(reports: readonly FileReport[], milliseconds: number): string {
  const files = reports.map(({ trace, profile, space, result }) => ({
    file: trace.file,
    profile,
    space,
    ...result,
  }));
  return JSON.stringify({ files, ...totalsOf(reports), milliseconds }, null, 2);
}
