import { existsSync } from "node:fs";
import type { Machine } from "../machine.ts";
import { playRecording } from "../replay/recording/replay-recording.ts";
import { replay } from "../replay/replay.ts";
import type { Trace } from "../replay/trace.ts";
import { isSnapshot, SnapshotRefused } from "../snapshot/format.ts";
import { readSnapshot } from "../snapshot/read.ts";
import { Snapshot } from "../snapshot/snapshot.ts";
import { readBytes } from "./read-bytes.ts";
import { traceOf } from "./read-trace.ts";
import { createSubject, InputError, type ReplayChoice } from "./replay-files.ts";
import { prefixOf, prefixUpTo } from "./trace-prefix.ts";

/** A state of a machine as a command line names it: a snapshot, or a recording and a line of it. */
export interface StateName {
  readonly file: string;
  /** The last line that counts; undefined for all of them. */
  readonly line: number | undefined;
}

const AT_LINE = /^(.+)@([1-9]\d{0,14})$/;

/** Take "FILE@LINE" apart, unless that is the name of a file. */
export function parseStateName(text: string, line: number | undefined): StateName {
  const [, file, own] = existsSync(text) ? [] : (AT_LINE.exec(text) ?? []);
  return file === undefined ? { file: text, line } : { file, line: Number(own) };
}

/**
 * What a name stands for: the snapshot in the file, or a machine on which the calls of the
 * recording were made. Warns where some of them answered differently.
 *
 * @throws TraceError, InputError where the file cannot be understood, or has no such line
 */
export async function openState(
  { file, line }: StateName,
  choice: ReplayChoice,
): Promise<Machine | Snapshot> {
  const bytes = await readBytes(file);
  if (isSnapshot(bytes)) return openSnapshot(bytes, { file, line }, choice);
  const trace = traceOf(bytes, file, choice.profile);
  const state = await stateOf(line === undefined ? trace : prefixUpTo(trace, line), choice);
  warn(trace, state);
  return state.machine;
}

function openSnapshot(
  bytes: Uint8Array,
  { file, line }: StateName,
  { profile }: ReplayChoice,
): Snapshot {
  if (line !== undefined) throw new InputError(`${file}:${line}: a snapshot has no lines`);
  try {
    const { host } = readSnapshot(bytes);
    const own = host.options.profile;
    if (profile !== undefined && profile !== own) {
      throw new InputError(`${file}: a snapshot is of its own profile, "${own}"`);
    }
  } catch (error) {
    if (!(error instanceof SnapshotRefused)) throw error;
    throw new InputError(`${file}: ${error.message}`);
  }
  return new Snapshot(bytes);
}

/** A machine, and how the calls answered that were made on it. */
export interface ReachedState {
  readonly machine: Machine;
  readonly passed: number;
  readonly failed: number;
}

/**
 * A machine on which the first calls of a trace were made. It begins with the first of them, so it
 * takes as long as they do.
 */
export function stateAfter(
  trace: Trace,
  calls: number,
  choice: ReplayChoice,
): Promise<ReachedState> {
  return stateOf(prefixOf(trace, calls), choice);
}

async function stateOf(trace: Trace, choice: ReplayChoice): Promise<ReachedState> {
  const { recording } = trace;
  if (recording !== undefined) return playRecording(trace, recording, { space: choice.space });
  const subject = await createSubject(trace, choice);
  const { passed, failed } = replay(trace, subject);
  return { machine: subject.machine, passed, failed };
}

export function warn({ file }: Trace, { passed, failed }: ReachedState): void {
  if (failed === 0) return;
  const answers = `${failed} of ${passed + failed} calls answered differently`;
  console.error(`guardpage: ${file}: ${answers}, so the state is not the program's`);
}
