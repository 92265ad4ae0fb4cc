import { signal } from "@preact/signals";
import {
  type ExceptionPointers,
  type ExceptionRecord,
  GuestException,
  type Process,
} from "guardpage";
import { EXCEPTION_CONTINUE_SEARCH } from "guardpage/constants";

/** What became of an exception. */
export type Fate =
  /** Its handlers are being asked, or a `__try` block has taken it. */
  | "unwound"
  /** A handler went on with the guest. */
  | "continued"
  /** Nobody handled it. */
  | "unhandled";

export interface LoggedException {
  /** From 1, in the order in which they came up. */
  readonly number: number;
  readonly process: number;
  readonly record: ExceptionRecord;
  /** The rule by which the access failed, say "4.3#2". */
  readonly rule: string;
  /** Registers, where the process has a CPU. */
  readonly context: unknown;
  readonly fate: Fate;
}

/** Longest list that is kept, in exceptions. */
const ENTRIES_MAXIMUM = 1_000;

/**
 * Every exception of the processes that it follows, by a vectored handler that looks and passes on,
 * and a continue handler that hears of those that were handled.
 */
export class ExceptionLog {
  /** Oldest first. */
  readonly entries = signal<readonly LoggedException[]>([]);
  readonly #followed = new WeakSet<Process>();
  readonly #numbers = new WeakMap<ExceptionRecord, number>();
  #count = 0;

  /** Exceptions since the last `clear`, those too that are no longer in the list. */
  get count(): number {
    return this.#count;
  }

  follow(processes: readonly Process[]): void {
    for (const process of processes) {
      if (this.#followed.has(process)) continue;
      this.#followed.add(process);
      process.addVectoredExceptionHandler(true, (pointers) => this.#raised(process, pointers));
      process.addVectoredContinueHandler(true, ({ ExceptionRecord }) => {
        this.#fated(ExceptionRecord, "continued");
        return EXCEPTION_CONTINUE_SEARCH;
      });
    }
  }

  /** An error came out of a program: if it is an exception of the guest, nobody handled it. */
  thrown(error: unknown): void {
    if (error instanceof GuestException) this.#fated(error.record, "unhandled");
  }

  clear(): void {
    this.#count = 0;
    this.entries.value = [];
  }

  /** What came up later has not happened: a program went back. */
  forgetAfter(count: number): void {
    this.#count = Math.min(this.#count, count);
    this.entries.value = this.entries.value.filter(({ number }) => number <= count);
  }

  #raised(process: Process, { ExceptionRecord, ContextRecord }: ExceptionPointers): number {
    this.#count += 1;
    this.#numbers.set(ExceptionRecord, this.#count);
    const entry: LoggedException = {
      number: this.#count,
      process: process.id,
      record: ExceptionRecord,
      rule: process.machine.decision,
      context: ContextRecord,
      fate: "unwound",
    };
    this.entries.value = [...this.entries.value, entry].slice(-ENTRIES_MAXIMUM);
    return EXCEPTION_CONTINUE_SEARCH;
  }

  #fated(record: ExceptionRecord, fate: Fate): void {
    const number = this.#numbers.get(record);
    this.entries.value = this.entries.value.map((entry) => {
      return entry.number === number ? { ...entry, fate } : entry;
    });
  }
}
