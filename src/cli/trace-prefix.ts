import { rowText } from "../replay/answer.ts";
import type { Recording } from "../replay/recording/recording.ts";
import type { AnswerRow, Trace, TraceProcess } from "../replay/trace.ts";
import type { PlacedCall } from "./placed-call.ts";
import {
  outermostCallAt,
  outermostCalls,
  recordingOfCalls,
  recordingUpTo,
} from "./recording-prefix.ts";
import { InputError } from "./replay-files.ts";

/** How many calls there are after each of which the trace can be cut. */
export function callsOf({ answers, recording }: Trace): number {
  return recording === undefined ? answers : outermostCalls(recording);
}

/**
 * The trace as it would be had the recording ended after so many calls. Of no calls, what was
 * there before the first is left.
 */
export function prefixOf(trace: Trace, calls: number): Trace {
  if (trace.recording !== undefined) {
    return withRecording(trace, recordingOfCalls(trace.recording, calls));
  }
  const processes: TraceProcess[] = [];
  let left = calls;
  for (const { initial, rows } of trace.processes) {
    processes.push({ initial, rows: rows.slice(0, left) });
    left -= rows.length;
    if (left <= 0) break;
  }
  return { ...trace, processes, answers: calls };
}

function withRecording(trace: Trace, recording: Recording): Trace {
  return { ...trace, answers: recording.answers, recording };
}

/** The call of a trace that has this number, from 1. */
export function callAt(trace: Trace, number: number): PlacedCall {
  if (trace.recording !== undefined) return outermostCallAt(trace.recording, number);
  const row = rowsOf(trace)[number - 1] as AnswerRow;
  return { line: row.line, text: rowText(row) };
}

function rowsOf(trace: Trace): AnswerRow[] {
  return trace.processes.flatMap(({ rows }) => rows);
}

/**
 * The trace up to a line, the call on it included. Line 1, the header, stands for no call.
 *
 * @throws InputError where no call is on the line, or where the trace cannot be cut behind it
 */
export function prefixUpTo(trace: Trace, line: number): Trace {
  const { file, recording } = trace;
  if (recording !== undefined) return withRecording(trace, recordingUpTo(recording, line, file));
  if (line === 1) return prefixOf(trace, 0);
  const lines = rowsOf(trace).map((row) => row.line);
  const at = lines.indexOf(line);
  if (at === -1) {
    const range = lines.length === 0 ? "there are none" : `they are on ${rangeText(lines)}`;
    throw new InputError(`${file}:${line}: no call is on this line; ${range}`);
  }
  return prefixOf(trace, at + 1);
}

function rangeText(lines: readonly number[]): string {
  return `lines ${lines[0]} to ${lines.at(-1)}`;
}
