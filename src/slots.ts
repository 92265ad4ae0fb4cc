import type { Process } from "./process.ts";

/** Bytes of a slot of CE 5: a process has the one of its own number (17.19). */
export const SLOT_BYTES = 0x200_0000;
/** Slot 0 is the caller's own, slot 1 nobody's. */
export const FIRST_SLOT = 2;
/** How many processes CE 5 has slots for. */
export const SLOTTED_PROCESSES = 31;

/** The space that keeps what all processes share: the first that a machine makes. */
export const COMMON_SPACE = 1;

/** Where the memory begins that all processes share (14.3, 17.19). */
export const LOWEST_SHARED: { readonly [profile: string]: number | undefined } = {
  win9x: 0x8000_0000,
  ce5: 0x4200_0000,
  ce6: 0x7000_0000,
};

/** Whose an address is, and under which number its owner has it. */
export interface Place {
  readonly space: number;
  readonly address: number;
}

/** Where a process finds what it sees at an address: all share it, or it lies in a slot. */
export function placeOf({ machine, spaceNumber }: Process, address: number): Place {
  const { profile } = machine;
  const shared = LOWEST_SHARED[profile];
  if (shared !== undefined && address >= shared) return { space: COMMON_SPACE, address };
  const slot = Math.floor(address / SLOT_BYTES);
  const isOwned = machine.processes.some((process) => process.spaceNumber === slot);
  if (profile !== "ce5" || slot < FIRST_SLOT || !isOwned) return { space: spaceNumber, address };
  return { space: slot, address: address % SLOT_BYTES };
}
