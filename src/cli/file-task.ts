import { TraceError } from "../replay/trace.ts";
import { readMap } from "./map.ts";
import { mapText } from "./map-text.ts";
import type { Progress } from "./progress.ts";
import { readTrace } from "./read-trace.ts";
import { InputError, type ReplayChoice, replayTrace } from "./replay-files.ts";
import type { FileReport } from "./report.ts";

/** What there is to do with one file; it goes to workers, so it is plain data. */
export interface FileTask {
  readonly file: string;
  readonly choice: ReplayChoice;
  readonly map: "wanted" | "unwanted";
}

/** A file that could not be replayed to its end. */
export interface FileFailure {
  readonly file: string;
  /** What is wrong: the file, or guardpage itself. */
  readonly cause: "input" | "fault";
  readonly message: string;
}

export interface ReplayedFile {
  readonly report: FileReport;
  /** The memory map after the last call, where it was wanted. */
  readonly map: string | undefined;
}

export type FileOutcome = ReplayedFile | FileFailure;

/** Read a file to its end and forget it. Undefined where it can be replayed. */
export async function checkFile({ file, choice }: FileTask): Promise<FileFailure | undefined> {
  try {
    await readTrace(file, choice.profile);
    return undefined;
  } catch (error) {
    return failureOf(file, error);
  }
}

export async function replayFile(task: FileTask, progress: Progress): Promise<FileOutcome> {
  const { file, choice, map } = task;
  try {
    const trace = await readTrace(file, choice.profile);
    const { report, subject } = await replayTrace(trace, choice, progress);
    return { report, map: map === "wanted" ? mapText(readMap(subject)) : undefined };
  } catch (error) {
    return failureOf(file, error);
  }
}

function failureOf(file: string, error: unknown): FileFailure {
  if (error instanceof InputError || error instanceof TraceError) {
    return { file, cause: "input", message: error.message };
  }
  return { file, cause: "fault", message: faultText(error) };
}

/** An error and what caused it, each with its stack. */
function faultText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\ncaused by ${faultText(error.cause)}`;
  return `${error.stack}${cause}`;
}
