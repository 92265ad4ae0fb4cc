import type { ContextView } from "./context.ts";
import { ADOPT_RUN_BYTES, TRANSFER_BYTES } from "./exports.ts";

/** Equal pages of a region to adopt, or of an image. */
export interface AdoptedRun {
  readonly pages: number;
  /** PAGE_*; 0: reserved. */
  readonly protect: number;
}

export const ADOPTED_RUNS_MAXIMUM = Math.floor(TRANSFER_BYTES / ADOPT_RUN_BYTES);

/** Put them where the core reads them from. At most ADOPTED_RUNS_MAXIMUM. */
export function writeRuns(view: ContextView, runs: readonly AdoptedRun[]): void {
  const area = view.transferView;
  for (const [index, { pages, protect }] of runs.entries()) {
    area.setBigUint64(index * ADOPT_RUN_BYTES, BigInt(pages), true);
    area.setBigUint64(index * ADOPT_RUN_BYTES + 8, BigInt(protect), true);
  }
}
