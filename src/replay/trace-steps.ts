import { MEM_RESERVE, MEM_TOP_DOWN } from "../constants.ts";
import { callText, informationText, rowText, sameAnswer } from "./answer.ts";
import type { Difference, NotBuilt } from "./difference.ts";
import { adoptInitialRows } from "./initial.ts";
import { parseHex, type Quantity } from "./numbers.ts";
import type { RunComparison, RunDifference } from "./runs.ts";
import type { ReplaySubject } from "./subject.ts";
import type { Answer, AnswerRow, CallRow, Trace, TraceCall, TraceProcess } from "./trace.ts";

type CreateFileMapping = Extract<TraceCall, { name: "CreateFileMapping" }>;

/** A row that was made on a subject. */
export interface MadeRow {
  readonly answer: Answer | NotBuilt;
  /** Where the row did not pass. */
  readonly difference: Difference | undefined;
}

/**
 * The rows of a trace, made on a subject one after the other. A process begins with its first row,
 * so that the one before it can be looked at until then; those around which there are no rows begin
 * at the start and at the end.
 */
export class TraceSteps {
  readonly rows: readonly AnswerRow[];
  readonly #file: string;
  readonly #subject: ReplaySubject;
  readonly #comparison: RunComparison | undefined;
  /** Processes by the index of the row that they begin before. */
  readonly #beginnings: ReadonlyMap<number, readonly TraceProcess[]>;
  #next = 0;

  /**
   * @param comparison of the memory of the subject and of a reference, after each call
   * @throws TraceError where what was there before the first row cannot be
   */
  constructor(trace: Trace, subject: ReplaySubject, comparison?: RunComparison) {
    this.rows = trace.processes.flatMap(({ rows }) => rows);
    this.#file = trace.file;
    this.#subject = subject;
    this.#comparison = comparison;
    this.#beginnings = beginningsOf(trace.processes);
    this.#begin();
  }

  /** Index of the row that is made next. */
  get next(): number {
    return this.#next;
  }

  /** The subject is again what it was before the row of this index. */
  goOnFrom(index: number): void {
    this.#next = index;
  }

  /**
   * Make the next row. Undefined where there is none.
   *
   * @throws TraceError where what was there before a process cannot be
   */
  make(): MadeRow | undefined {
    const row = this.rows[this.#next];
    if (row === undefined) return undefined;
    if (this.#next > 0) this.#begin();
    const made = this.#attempt(row);
    this.#next += 1;
    if (this.#next === this.rows.length) this.#begin();
    return made;
  }

  #begin(): void {
    const reference = this.#comparison?.reference;
    for (const { initial } of this.#beginnings.get(this.#next) ?? []) {
      for (const each of reference ? [this.#subject, reference] : [this.#subject]) {
        each.newProcess();
        adoptInitialRows(initial, each, this.#file);
      }
    }
  }

  /** What a subject throws is a fault in it and no answer: say at which row. */
  #attempt(row: AnswerRow): MadeRow {
    try {
      return this.#judge(row);
    } catch (cause) {
      throw new Error(`${this.#file}:${row.line}: this row could not be replayed`, { cause });
    }
  }

  #judge(row: AnswerRow): MadeRow {
    const { line, expected } = row;
    if (row.kind === "notBuilt") {
      const actual = { notBuilt: row.name };
      return { answer: actual, difference: { line, call: rowText(row), expected, actual } };
    }
    const call = placed(row);
    const answer = this.#subject.answer(call);
    const runs = this.#comparison?.after(call);
    if (!sameAnswer(row.expected, answer)) {
      const difference = { line, call: madeText(row, call), expected, actual: answer };
      return { answer, difference };
    }
    const difference = runs && { line, call: madeText(row, call), ...runsText(runs) };
    return { answer, difference };
  }
}

/** Those behind the last row are found by the number of rows. */
function beginningsOf(processes: readonly TraceProcess[]): Map<number, TraceProcess[]> {
  const beginnings = new Map<number, TraceProcess[]>();
  let index = 0;
  for (const process of processes) {
    const together = beginnings.get(index);
    if (together === undefined) beginnings.set(index, [process]);
    else together.push(process);
    index += process.rows.length;
  }
  return beginnings;
}

/**
 * A program that asked for any address is given the one it got when it was recorded (17.20):
 * whatever placed it there is not under test, and what follows must fit. COMMIT alone at a free
 * address fails, hence RESERVE.
 */
function placed({ call, expected }: CallRow): TraceCall {
  if (call.name === "CreateFileMapping") return named(call, expected);
  if (call.name === "MapViewOfFileEx" && call.args[4] === 0 && expected.return !== "0x0") {
    const [handle, access, offset, size] = call.args;
    const address = parseHex(expected.return) as Quantity;
    return { name: "MapViewOfFileEx", args: [handle, access, offset, size, address] };
  }
  if (call.name !== "VirtualAlloc" || call.args[0] !== 0 || expected.return === "0x0") {
    return call;
  }
  const [, size, type, protect] = call.args;
  const address = parseHex(expected.return) as Quantity;
  const fixed = ((type | MEM_RESERVE) & ~MEM_TOP_DOWN) >>> 0;
  return { name: "VirtualAlloc", args: [address, size, fixed, protect] };
}

/** The number of a handle is a name in the trace, by which the subject's is called (17.20). */
function named(call: CreateFileMapping, expected: Answer): TraceCall {
  return expected.lastError === undefined ? { ...call, handle: parseHex(expected.return) } : call;
}

function madeText(row: CallRow, made: TraceCall): string {
  const recorded = rowText(row);
  const replayed = callText(made);
  return replayed === recorded ? recorded : `${recorded} as ${replayed}`;
}

function runsText({ expected, actual }: RunDifference): Pick<Difference, "expected" | "actual"> {
  return {
    expected: { runs: expected.map(informationText) },
    actual: { runs: actual.map((run) => run && informationText(run)) },
  };
}
