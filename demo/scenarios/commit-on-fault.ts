import type { Machine, Process } from "guardpage";
import {
  EXCEPTION_ACCESS_VIOLATION,
  EXCEPTION_CONTINUE_EXECUTION,
  EXCEPTION_CONTINUE_SEARCH,
  MEM_COMMIT,
  MEM_RESERVE,
  PAGE_NOACCESS,
  PAGE_READWRITE,
} from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { type AddressRange, PAGE_BYTES } from "../session/session.ts";
import { hex } from "../session/words.ts";
import type { Outcome, Program, Scenario } from "./scenario.ts";

const REGION_PAGES = 64;
/** A program that touches every third page. */
const STRIDE_PAGES = 3;

export const scenario: Scenario = {
  id: "commit-on-fault",
  title: "Reserve, then commit from a handler",
  summary:
    "A program reserves 64 pages and writes to every third of them. Nothing is committed, so " +
    "each write is an access violation; a vectored handler commits that one page and goes on.",
  machine: { profile: "win32" },
  omission: "the handler",
  begin: (machine, omits) => new CommitOnFault(machine, omits),
};

class CommitOnFault implements Program {
  readonly processes: readonly Process[];
  readonly shown: AddressRange;
  state = { next: 0, faults: 0 };
  readonly #process: Process;
  readonly #base: number;

  constructor(machine: Machine, omits: boolean) {
    this.#process = machine.createProcess();
    this.processes = [this.#process];
    const { AddVectoredExceptionHandler, VirtualAlloc } = kernel32(this.#process);
    const sizeBytes = REGION_PAGES * PAGE_BYTES;
    this.#base = VirtualAlloc(0, sizeBytes, MEM_RESERVE, PAGE_NOACCESS);
    this.shown = { start: this.#base, end: this.#base + sizeBytes };
    if (omits) return;
    AddVectoredExceptionHandler(1, ({ ExceptionRecord }) => {
      const address = Number(ExceptionRecord.ExceptionInformation[1]);
      const isOurs =
        ExceptionRecord.ExceptionCode === EXCEPTION_ACCESS_VIOLATION &&
        address >= this.#base &&
        address < this.#base + sizeBytes;
      if (!isOurs) return EXCEPTION_CONTINUE_SEARCH;
      this.state.faults += 1;
      const committed = VirtualAlloc(address, 1, MEM_COMMIT, PAGE_READWRITE);
      return committed === 0 ? EXCEPTION_CONTINUE_SEARCH : EXCEPTION_CONTINUE_EXECUTION;
    });
  }

  get place(): number {
    return this.#base + (this.state.next - STRIDE_PAGES) * PAGE_BYTES;
  }

  get isDone(): boolean {
    return this.state.next >= REGION_PAGES;
  }

  step(): string | undefined {
    if (this.isDone) return undefined;
    const page = this.state.next;
    const address = this.#base + page * PAGE_BYTES;
    this.#process.memory.setUint32(address, page);
    this.state.next = page + STRIDE_PAGES;
    return (
      `Writing to ${hex(address)} was an access violation: reserved, not committed. The handler ` +
      "called VirtualAlloc with MEM_COMMIT for that page, and the write was made again."
    );
  }

  outcome(): Outcome {
    const committed = this.#process.counters.commitCharge;
    const written = Math.ceil(this.state.next / STRIDE_PAGES);
    const isRight = this.isDone && committed === written;
    const sentence = isRight
      ? `${written} pages were written, and just these are committed.`
      : `The program ended at page ${this.state.next}: nobody committed it.`;
    const facts = { "Faults handled": this.state.faults, "Pages committed": committed };
    return { isRight, sentence, facts };
  }
}
