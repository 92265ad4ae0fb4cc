/**
 * Where generated code finds what it checks accesses by (docs/abi.md, "Inlining the check"); all
 * offsets in bytes. Whoever changes one of these numbers raises the contract.
 */
export const ACCESS_CONTRACT = 2;

/** From the context: not 0 where code is to leave at its next poll. */
export const POLL = 0x30;

export const TRANSLATION = {
  /** From the context: the tag of its current space, and the first entry. */
  spaceTag: 0x20,
  table: 0x8000,
  /** From an entry. */
  readTag: 0,
  writeTag: 8,
  addend: 24,
  entries: 1024,
  entryShift: 5,
} as const;
