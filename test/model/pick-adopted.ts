import type { RegionDescription } from "../../src/model/process.ts";
import { MEM_COMMIT, MEM_RESERVE } from "./memory-picks.ts";
import type { Random } from "./random.ts";

/** A view, an image or private memory that was there before. */
export function randomRegion(random: Random): RegionDescription {
  const base = 0x50000 + random.below(4) * 0x10000;
  const kind = random.pick(["file", "pagefile", "image", "private"] as const);
  const ofView = kind === "private" ? [0x02, 0x04, 0x40] : [0x02, 0x04, 0x08, 0x20, 0x40];
  const allocationProtect = kind === "image" ? 0x80 : random.pick(ofView);
  const protections = {
    image: [0x02, 0x08, 0x20, 0x80],
    private: [0x01, 0x02, 0x04, 0x104],
    file: [allocationProtect],
    pagefile: [allocationProtect],
  };
  const runs = [1, 2, 1].map((pages) => {
    const size = pages * 0x1000;
    if (kind === "pagefile" && random.oneIn(2)) return { size, state: MEM_RESERVE };
    return { size, state: MEM_COMMIT, protect: random.pick(protections[kind]) };
  });
  const type = { file: 0x40000, pagefile: 0x40000, image: 0x1000000, private: 0x20000 }[kind];
  const region = { base, size: 0x4000, type, allocationProtect, runs };
  const backing = kind === "file" || kind === "pagefile" ? { backing: kind } : {};
  return { ...region, ...backing };
}
