import { MEM_RESERVE, MEM_TOP_DOWN } from "../constants.ts";
import { callText, informationText, sameAnswer } from "./answer.ts";
import { adoptInitialRows } from "./initial.ts";
import { parseHex, type Quantity } from "./numbers.ts";
import { RunComparison, type RunDifference } from "./runs.ts";
import type { ReplaySubject } from "./subject.ts";
import type {
  Answer,
  AnswerRow,
  CallRow,
  MemoryInformationText,
  Trace,
  TraceCall,
} from "./trace.ts";

type CreateFileMapping = Extract<TraceCall, { name: "CreateFileMapping" }>;

/** One row that did not pass. */
export interface Difference {
  readonly line: number;
  /** "VirtualFree(0x10000, 0x0, 0x8000)" */
  readonly call: string;
  readonly expected: Answer | RunsText | Readonly<Record<string, unknown>>;
  readonly actual: Answer | RunsText | { readonly notBuilt: string };
}

/** The answer was right, but what VirtualQuery says of the regions around it is not. */
export interface RunsText {
  readonly runs: readonly (MemoryInformationText | null)[];
}

export interface ReplayResult {
  readonly passed: number;
  readonly failed: number;
  readonly differences: readonly Difference[];
}

export interface ReplayOptions {
  /**
   * What VirtualQuery of the subject is held against after each call; without one only answers are
   * compared.
   */
  readonly reference?: ReplaySubject;
  /** Called after each answer, with the number of answers so far. */
  readonly onAnswer?: (answers: number) => void;
}

/** Make every call of a trace on a subject, and compare. */
export function replay(
  trace: Trace,
  subject: ReplaySubject,
  options: ReplayOptions = {},
): ReplayResult {
  const { reference, onAnswer } = options;
  const comparison = reference && new RunComparison(reference, subject);
  const subjects = reference ? [subject, reference] : [subject];
  const differences: Difference[] = [];
  let passed = 0;
  for (const process of trace.processes) {
    for (const each of subjects) {
      each.newProcess();
      adoptInitialRows(process.initial, each, trace.file);
    }
    for (const row of process.rows) {
      const difference = attempt(row, trace.file, () => judge(row, subject, comparison));
      if (difference === undefined) {
        passed += 1;
      } else {
        differences.push(difference);
      }
      onAnswer?.(passed + differences.length);
    }
  }
  const failed = differences.length;
  if (passed + failed !== trace.answers) {
    const judged = `${passed} passed and ${failed} failed`;
    throw new Error(`${trace.file} has ${trace.answers} rows with an answer, but ${judged}`);
  }
  return { passed, failed, differences };
}

/** What a subject throws is a fault in it and no answer: say at which row. */
function attempt<T>(row: AnswerRow, file: string, judged: () => T): T {
  try {
    return judged();
  } catch (cause) {
    throw new Error(`${file}:${row.line}: this row could not be replayed`, { cause });
  }
}

function judge(
  row: AnswerRow,
  subject: ReplaySubject,
  comparison: RunComparison | undefined,
): Difference | undefined {
  const { line, expected } = row;
  if (row.kind === "notBuilt") {
    const call = `${row.name}(${row.args.map(String).join(", ")})`;
    return { line, call, expected, actual: { notBuilt: row.name } };
  }
  const call = placed(row);
  const actual = subject.answer(call);
  const runs = comparison?.after(call);
  if (!sameAnswer(row.expected, actual)) {
    return { line, call: rowText(row, call), expected, actual };
  }
  return runs && { line, call: rowText(row, call), ...runsText(runs) };
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

function rowText(row: CallRow, made: TraceCall): string {
  const recorded = callText(row.call);
  const replayed = callText(made);
  return replayed === recorded ? recorded : `${recorded} as ${replayed}`;
}

function runsText({ expected, actual }: RunDifference): Pick<Difference, "expected" | "actual"> {
  return {
    expected: { runs: expected.map(informationText) },
    actual: { runs: actual.map((run) => run && informationText(run)) },
  };
}
