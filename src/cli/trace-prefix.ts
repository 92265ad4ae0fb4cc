import { callText } from "../replay/answer.ts";
import type { AnswerRow, Trace, TraceProcess } from "../replay/trace.ts";
import { InputError } from "./replay-files.ts";

/**
 * The trace as it would be had the recording ended after so many calls. Of no calls, what was
 * there before the first is left.
 */
export function prefixOf(trace: Trace, calls: number): Trace {
  const processes: TraceProcess[] = [];
  let left = calls;
  for (const { initial, rows } of trace.processes) {
    processes.push({ initial, rows: rows.slice(0, left) });
    left -= rows.length;
    if (left <= 0) break;
  }
  return { ...trace, processes, answers: calls };
}

/** A call, as its file has it. */
export interface PlacedCall {
  readonly line: number;
  /** "VirtualFree(0x10000, 0x0, 0x8000)" */
  readonly text: string;
}

/** The call of a trace that has this number, from 1. */
export function callAt(trace: Trace, number: number): PlacedCall {
  const row = rowsOf(trace)[number - 1] as AnswerRow;
  const { line } = row;
  if (row.kind === "call") return { line, text: callText(row.call) };
  return { line, text: `${row.name}(${row.args.map(String).join(", ")})` };
}

function rowsOf(trace: Trace): AnswerRow[] {
  return trace.processes.flatMap(({ rows }) => rows);
}

/**
 * How many calls there are up to a line, that of the last one included. Line 1, the header, stands
 * for none.
 *
 * @throws InputError where no call is on the line
 */
export function callsUpTo(trace: Trace, line: number): number {
  if (line === 1) return 0;
  const lines = rowsOf(trace).map((row) => row.line);
  const at = lines.indexOf(line);
  if (at === -1) {
    const range = lines.length === 0 ? "there are none" : `they are on ${rangeText(lines)}`;
    throw new InputError(`${trace.file}:${line}: no call is on this line; ${range}`);
  }
  return at + 1;
}

function rangeText(lines: readonly number[]): string {
  return `lines ${lines[0]} to ${lines.at(-1)}`;
}
