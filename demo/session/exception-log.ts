import { signal } from "@preact/signals";
import {
  type ExceptionEnd,
  type ExceptionPointers,
  type ExceptionRecord,
  PageFault,
  type Process,
} from "guardpage";
import {
  EXCEPTION_ACCESS_VIOLATION,
  EXCEPTION_GUARD_PAGE,
  EXCEPTION_IN_PAGE_ERROR,
  EXCEPTION_STACK_OVERFLOW,
} from "guardpage/constants";

export type Register = readonly [name: string, value: number | bigint];

export interface LoggedException {
  /** From 1, in the order in which they came up. */
  readonly number: number;
  /** The process's id. */
  readonly process: number;
  readonly record: ExceptionRecord;
  /** The access that failed, with its page when handlers were asked; undefined where none did. */
  readonly fault: PageFault | undefined;
  /** The rule by which the access failed, say "4.3#2"; "" where none did. */
  readonly rule: string;
  /** The number of the exception in whose handling this one came up. */
  readonly within: number | undefined;
  /** As they were, where the process has a CPU. */
  readonly registers: readonly Register[];
  /** Undefined while handlers are being asked. */
  readonly end: ExceptionEnd | undefined;
}

/** Longest list that is kept, in exceptions. */
const ENTRIES_MAXIMUM = 1_000;

const FAULTS: ReadonlySet<number> = new Set([
  EXCEPTION_ACCESS_VIOLATION,
  EXCEPTION_GUARD_PAGE,
  EXCEPTION_IN_PAGE_ERROR,
  EXCEPTION_STACK_OVERFLOW,
]);

/** Every exception of the processes that it follows, and what became of it. */
export class ExceptionLog {
  /** Oldest first. */
  readonly entries = signal<readonly LoggedException[]>([]);
  readonly #followed = new WeakSet<Process>();
  readonly #numbers = new WeakMap<ExceptionRecord, number>();
  #count = 0;

  /** Exceptions that have come up, those too that are no longer in the list. */
  get count(): number {
    return this.#count;
  }

  /** Hear of all exceptions of these, too. */
  follow(processes: readonly Process[]): void {
    for (const process of processes) {
      if (this.#followed.has(process)) continue;
      this.#followed.add(process);
      process.exceptionEvents = {
        raised: (pointers) => this.#raised(process, pointers),
        ended: ({ ExceptionRecord }, end) => this.#ended(ExceptionRecord, end),
      };
    }
  }

  /** Show none of those that there were; numbers go on. */
  clear(): void {
    this.entries.value = [];
  }

  /** What came up later has not happened: a program went back. */
  forgetAfter(count: number): void {
    this.#count = Math.min(this.#count, count);
    this.entries.value = this.entries.value.filter(({ number }) => number <= count);
  }

  #raised(process: Process, { ExceptionRecord, ContextRecord }: ExceptionPointers): void {
    this.#count += 1;
    const number = this.#count;
    this.#numbers.set(ExceptionRecord, number);
    const { ExceptionRecord: outer } = ExceptionRecord;
    const fault = faultOf(process, ExceptionRecord);
    const entry: LoggedException = {
      number,
      process: process.id,
      record: ExceptionRecord,
      fault,
      rule: fault === undefined ? "" : process.machine.decision,
      within: outer === null ? undefined : this.#numbers.get(outer),
      registers: registersOf(ContextRecord),
      end: undefined,
    };
    this.entries.value = [...this.entries.peek(), entry].slice(-ENTRIES_MAXIMUM);
  }

  #ended(record: ExceptionRecord, end: ExceptionEnd): void {
    const number = this.#numbers.get(record);
    this.entries.value = this.entries.value.map((entry) => {
      return entry.number === number ? { ...entry, end } : entry;
    });
  }
}

/** What would be thrown now: it knows the page, and making it leaves the rule that answered. */
function faultOf(process: Process, record: ExceptionRecord): PageFault | undefined {
  const isFault = FAULTS.has(record.ExceptionCode) && record.NumberParameters >= 2;
  return isFault ? new PageFault(process, record) : undefined;
}

/** The numbers of a context; a copy, as handlers may change them. */
function registersOf(context: unknown): Register[] {
  return Object.entries(context ?? {}).filter(([, value]) => {
    return typeof value === "number" || typeof value === "bigint";
  });
}
