import { MEM_COMMIT, MEM_IMAGE, MEM_MAPPED, MEM_PRIVATE, PAGE } from "./constants.ts";
import { Forks } from "./fork.ts";
import { roundDown } from "./range.ts";
import { committedPages, endOf, makeRegion, pageOf, type RegionKind, setRun } from "./region.ts";

export interface RegionRun {
  size: number;
  state: number;
  protect?: number;
}

/** A region that was there before. */
export interface RegionDescription {
  base: number;
  size: number;
  type: number;
  allocationProtect: number;
  runs?: RegionRun[];
  backing?: "file" | "pagefile";
}

function kindOf({ type, backing }: RegionDescription): RegionKind {
  if (type === MEM_PRIVATE) return "private";
  if (type === MEM_IMAGE) return "image";
  if (type !== MEM_MAPPED) throw new RangeError("type is none of PRIVATE, MAPPED and IMAGE");
  return backing === "pagefile" ? "pagefile view" : "file view";
}

export class ModelProcess extends Forks {
  adopt(description: RegionDescription): void {
    const { base, size, allocationProtect, runs = [] } = description;
    if (roundDown(base, PAGE) !== base || roundDown(size, PAGE) !== size || size === 0) {
      throw new RangeError("base and size must be whole pages");
    }
    if (base < this.layout.lowest || base + size > this.layout.highestUser + 1) {
      throw new RangeError("the region leaves user space");
    }
    if (this.regionIn(base, base + size) !== null)
      throw new RangeError("the region overlaps another");
    const region = makeRegion(base, size, kindOf(description), allocationProtect, 0);
    let at = base;
    for (const run of runs) {
      const protect = run.state === MEM_COMMIT ? (run.protect ?? 0) : 0;
      setRun(region, pageOf(at), pageOf(at + run.size) - 1, protect);
      at += run.size;
    }
    if (runs.length > 0 && at !== endOf(region)) throw new RangeError("runs do not add up to size");
    this.insert(region);
    if (region.kind === "private") this.addCharge(committedPages(region));
  }
}
