import { existsSync } from "node:fs";
import type { Machine } from "../machine.ts";
import { replay } from "../replay/replay.ts";
import type { Trace } from "../replay/trace.ts";
import { readTrace } from "./read-trace.ts";
import { createSubject, type ReplayChoice } from "./replay-files.ts";
import { callsUpTo, prefixOf } from "./trace-prefix.ts";

/** A state of a machine as a command line names it: a recording, and a line of it. */
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
 * The machine that a name stands for. Warns where calls of a recording answered differently.
 *
 * @throws TraceError, InputError where the file cannot be replayed, or has no such line
 */
export async function openState({ file, line }: StateName, choice: ReplayChoice): Promise<Machine> {
  const trace = await readTrace(file, choice.profile);
  const calls = line === undefined ? trace.answers : callsUpTo(trace, line);
  const { machine, failed } = await stateAfter(trace, calls, choice);
  warn(trace, calls, failed);
  return machine;
}

export interface ReachedState {
  readonly machine: Machine;
  /** Calls that answered differently. */
  readonly failed: number;
}

/**
 * A machine on which the first calls of a trace were made. It begins with the first of them, so it
 * takes as long as they do.
 */
export async function stateAfter(
  trace: Trace,
  calls: number,
  choice: ReplayChoice,
): Promise<ReachedState> {
  const subject = await createSubject(trace, choice);
  const { failed } = replay(prefixOf(trace, calls), subject);
  return { machine: subject.machine, failed };
}

export function warn({ file }: Trace, calls: number, failed: number): void {
  if (failed === 0) return;
  const answers = `${failed} of ${calls} calls answered differently`;
  console.error(`guardpage: ${file}: ${answers}, so the state is not the program's`);
}
