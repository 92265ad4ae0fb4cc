import { signal } from "@preact/signals";
import type { ExceptionEnd, ExceptionPointers, ExceptionRecord, Process } from "guardpage";

export interface LoggedException {
  /** From 1, in the order in which they came up. */
  readonly number: number;
  /** The process's id. */
  readonly process: number;
  readonly record: ExceptionRecord;
  /** The rule by which the access failed, say "4.3#2". */
  readonly rule: string;
  /** Registers, where the process has a CPU. */
  readonly context: unknown;
  /** Undefined while handlers are being asked. */
  readonly end: ExceptionEnd | undefined;
}

/** Longest list that is kept, in exceptions. */
const ENTRIES_MAXIMUM = 1_000;

/** Every exception of the processes that it follows, and what became of it. */
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

  clear(): void {
    this.#count = 0;
    this.entries.value = [];
  }

  /** What came up later has not happened: a program went back. */
  forgetAfter(count: number): void {
    this.#count = Math.min(this.#count, count);
    this.entries.value = this.entries.value.filter(({ number }) => number <= count);
  }

  #raised(process: Process, { ExceptionRecord, ContextRecord }: ExceptionPointers): void {
    this.#count += 1;
    this.#numbers.set(ExceptionRecord, this.#count);
    const entry: LoggedException = {
      number: this.#count,
      process: process.id,
      record: ExceptionRecord,
      rule: process.machine.decision,
      context: ContextRecord,
      end: undefined,
    };
    this.entries.value = [...this.entries.value, entry].slice(-ENTRIES_MAXIMUM);
  }

  #ended(record: ExceptionRecord, end: ExceptionEnd): void {
    const number = this.#numbers.get(record);
    this.entries.value = this.entries.value.map((entry) => {
      return entry.number === number ? { ...entry, end } : entry;
    });
  }
}
