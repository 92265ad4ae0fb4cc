/** Exports of the tools for the state of a machine as records (docs/snapshots.md). */
export interface StateExports {
  /** Begin to save: records, or with `keeps` 0 their hash alone. */
  stateSave(context: number, keeps: number): void;
  /** A section that handles lead to, in the order in which they are to be numbered. */
  stateRoot(section: number): void;
  /** All of them were named. */
  stateRoots(): void;
  /** The number of a section in the saved state, or 0. */
  stateRank(section: number): number;
  /** Save the next records into the transfer area: a `SaveStep`. */
  stateMore(): number;
  /** Bytes of records that are there, or that were loaded. */
  stateBytes(): number;
  /** Bytes of all records that were saved. */
  stateTotalF64(): number;
  /** The slot of the page store that saving asks for, or that loading has to fill. */
  stateSlot(): number;
  stateHashBegin(): void;
  /** Bytes of the transfer area count for the hash too. */
  stateHashAdd(context: number, bytes: number): void;
  /** The lower half of the hash for 0, the upper one for 1. */
  stateHashHalf(half: number): number;
  /** Begin to load; `window` is the space that gets it, or 0. */
  stateLoad(context: number, window: number): void;
  /** Load what is in the transfer area: a `LoadStep`, or why not. `stateBytes` are done. */
  stateRecords(context: number, bytes: number): number;
  /** All records were loaded: 0, or why not. */
  stateLoaded(): number;
}

/** What `stateMore` came to. */
export const SaveStep = {
  Done: 0,
  More: 1,
  /** The same, and the page in a slot is to be put into the staging area. */
  Asks: 2,
} as const;

/** What `stateRecords` came to; above these, why it was refused. */
export const LoadStep = {
  Done: 0,
  /** The same, and its page is to be put into a slot. */
  Store: 1,
} as const;

/** Where the host puts a page that it was asked for. */
export const STAGING = 0xf000;
