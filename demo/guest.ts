import { Machine, type Process } from "guardpage";
import {
  EXCEPTION_ACCESS_VIOLATION,
  EXCEPTION_CONTINUE_EXECUTION,
  EXCEPTION_CONTINUE_SEARCH,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_FREE,
  MEM_RESERVE,
  PAGE_NOACCESS,
  PAGE_READWRITE,
} from "guardpage/constants";
import { kernel32, type MemoryBasicInformation } from "guardpage/kernel32";

export const REGION_PAGES = 64;
const PAGE_BYTES = 0x1000;

/** A process that reserves a region and commits its pages when they are first written. */
export class Guest {
  readonly #machine: Machine;
  readonly #process: Process;
  readonly #base: number;
  #faults = 0;

  static async create(): Promise<Guest> {
    return new Guest(await Machine.create({ profile: "win32" }));
  }

  private constructor(machine: Machine) {
    this.#machine = machine;
    this.#process = machine.createProcess();
    const { AddVectoredExceptionHandler, VirtualAlloc } = kernel32(this.#process);
    this.#base = VirtualAlloc(0, REGION_PAGES * PAGE_BYTES, MEM_RESERVE, PAGE_NOACCESS);

    AddVectoredExceptionHandler(1, ({ ExceptionRecord }) => {
      const address = Number(ExceptionRecord.ExceptionInformation[1]);
      const isOurs =
        ExceptionRecord.ExceptionCode === EXCEPTION_ACCESS_VIOLATION &&
        address >= this.#base &&
        address < this.#base + REGION_PAGES * PAGE_BYTES;
      if (!isOurs) return EXCEPTION_CONTINUE_SEARCH;
      this.#faults += 1;
      const committed = VirtualAlloc(address, 1, MEM_COMMIT, PAGE_READWRITE);
      return committed ? EXCEPTION_CONTINUE_EXECUTION : EXCEPTION_CONTINUE_SEARCH;
    });
  }

  /** Write to a page of the region: its address, and how many faults that took. */
  write(page: number): { address: number; faults: number } {
    const before = this.#faults;
    const address = this.#base + page * PAGE_BYTES;
    this.#process.memory.setUint32(address, page);
    return { address, faults: this.#faults - before };
  }

  /** Take the contents and the charge of all pages back; the region stays reserved. */
  decommit(): void {
    kernel32(this.#process).VirtualFree(this.#base, REGION_PAGES * PAGE_BYTES, MEM_DECOMMIT);
  }

  /** Every run of equal pages that is not free, by address. */
  runs(): MemoryBasicInformation[] {
    const { VirtualQuery } = kernel32(this.#process);
    const runs: MemoryBasicInformation[] = [];
    let address = 0;
    while (address <= this.#machine.highestUserAddress) {
      const run = {} as MemoryBasicInformation;
      if (VirtualQuery(address, run) === 0) break;
      if (run.State !== MEM_FREE) runs.push(run);
      address = run.BaseAddress + run.RegionSize;
    }
    return runs;
  }
}
