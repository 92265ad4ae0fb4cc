import type { Process } from "guardpage";
import { MEM_RESERVE, PAGE_NOACCESS } from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";

const REGION_BYTES = 0x10000;
const SLOT_BYTES = 0x10;

/**
 * Addresses at which execution leaves the guest: one for each function of the host. They lie in a
 * region that is reserved, so that nothing else is there, and whoever jumps between them faults.
 */
export class Gate {
  readonly #base: number;
  readonly #names: readonly string[];

  constructor(process: Process, names: readonly string[]) {
    this.#base = kernel32(process).VirtualAlloc(0, REGION_BYTES, MEM_RESERVE, PAGE_NOACCESS);
    this.#names = names;
  }

  /** Undefined where there is no such function. */
  addressOf(name: string): number | undefined {
    const index = this.#names.indexOf(name);
    return index < 0 ? undefined : this.#base + index * SLOT_BYTES;
  }

  /** The function at an address; undefined at all others. */
  nameAt(address: number): string | undefined {
    return this.#names[(address - this.#base) / SLOT_BYTES];
  }
}
