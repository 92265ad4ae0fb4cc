import { CONTEXT, type CoreExports } from "../../src/wasm/exports.ts";
import { pick } from "../unit/random.ts";

type Random = (below: number) => number;

export const PROTECTIONS = [
  1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80, 0x104, 0x140, 0x204, 0x404, 0, 0x105,
];

/** Runs of pages into the transfer area: the pages of the first three, together. */
export function writeRuns(core: CoreExports, context: number, random: Random): number {
  const runs = new DataView(core.memory.buffer, context + CONTEXT.transfer);
  let sum = 0;
  for (const run of [0, 16, 32]) {
    const pages = random(4) + 1;
    sum += pages;
    runs.setBigUint64(run, BigInt(pages), true);
    runs.setUint32(run + 8, pick([...PROTECTIONS, random(0x800)], random), true);
  }
  return sum;
}
