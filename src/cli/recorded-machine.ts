import { kernel32 } from "../kernel32.ts";
import type { Machine } from "../machine.ts";
import type { Space } from "../replay/profiles.ts";
import type { Recording } from "../replay/recording/recording.ts";
import { playRecording } from "../replay/recording/replay-recording.ts";
import type { MemoryInformation, Trace } from "../replay/trace.ts";
import type { MapSource } from "./map.ts";
import type { Progress } from "./progress.ts";
import type { FileReport } from "./report.ts";

/** Whatever the recording was made with is in it; the kind of address space may be another. */
export async function replayRecordedMachine(
  trace: Trace,
  recording: Recording,
  choice: { readonly space: Space | undefined; readonly progress: Progress },
): Promise<{ readonly report: FileReport; readonly subject: MapSource }> {
  const { progress } = choice;
  const started = performance.now();
  progress.begin(trace.file, trace.answers);
  try {
    const result = await playRecording(trace, recording, {
      space: choice.space,
      onAnswer: (answers) => progress.advance(answers),
    });
    const { machine, ...counts } = result;
    const milliseconds = Math.round(performance.now() - started);
    const space = choice.space ?? machine.processes[0]?.space ?? "translated";
    const { profile } = machine;
    const { file } = trace;
    const report = { file, profile, space, result: counts, milliseconds };
    return { report, subject: mapSourceOf(machine) };
  } finally {
    progress.end();
  }
}

/** The map of the first process that has not ended. */
function mapSourceOf(machine: Machine): MapSource {
  const [process] = machine.processes;
  const { pointerBytes, highestUserAddress } = machine;
  return {
    pointerBytes,
    query(address) {
      if (process === undefined || address > highestUserAddress) return null;
      const information = {} as MemoryInformation;
      const isThere = kernel32(process).VirtualQuery(address, information) !== 0;
      return isThere ? information : null;
    },
    touchedBytes: (base, size) => process?.touchedBytes(base, size) ?? 0,
  };
}
