import type { Core } from "./wasm/core.ts";
import { MachineCounter } from "./wasm/exports.ts";

/** Figures of a machine. */
export interface MachineCounters {
  /** Pages committed, over all processes. */
  readonly commitCharge: number;
  /** Pages that may be committed. */
  readonly commitLimit: number;
  /** Frames in use, a page each. */
  readonly frames: number;
  /** Frames that there are: the option of that name. */
  readonly physicalPages: number;
  /** Records in use inside the core. */
  readonly records: number;
  /** Linear memory handed out inside the core, in bytes, the window not counted. */
  readonly memoryBytes: number;
}

export function countersOf(core: Core): MachineCounters {
  return {
    commitCharge: core.machineCounter(MachineCounter.CommitCharge),
    commitLimit: core.machineCounter(MachineCounter.CommitLimit),
    frames: core.machineCounter(MachineCounter.Frames),
    physicalPages: core.machineCounter(MachineCounter.PhysicalPages),
    records: core.machineCounter(MachineCounter.Records),
    memoryBytes: core.machineCounter(MachineCounter.MemoryBytes),
  };
}
