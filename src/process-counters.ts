import type { Process } from "./process.ts";
import { SpaceCounter } from "./wasm/exports.ts";

/** Figures of one process. */
export interface ProcessCounters {
  /** Pages charged against the commit limit. */
  readonly commitCharge: number;
  /** Bytes of all regions. */
  readonly regionBytes: number;
  /** How many regions there are. */
  readonly regions: number;
  /** Pages in the working set. */
  readonly residentPages: number;
  /** Pages that VirtualLock has locked. */
  readonly lockedPages: number;
}

export function countersOf({ core, spaceNumber }: Process): ProcessCounters {
  return {
    commitCharge: core.spaceCounter(spaceNumber, SpaceCounter.CommitCharge),
    regionBytes: core.spaceCounter(spaceNumber, SpaceCounter.RegionBytes),
    regions: core.spaceCounter(spaceNumber, SpaceCounter.Regions),
    residentPages: core.spaceCounter(spaceNumber, SpaceCounter.ResidentPages),
    lockedPages: core.spaceCounter(spaceNumber, SpaceCounter.LockedPages),
  };
}
