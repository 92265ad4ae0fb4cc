import { pageOf } from "../base/range";
import { FACT_VALID, factCount, framesCount } from "../page/facts";
import { regionAfter } from "./index";
import { REGION_LARGE, regionIs } from "./region";
import { Space } from "./space";
import { hasHardMaximum, recentCount } from "./working-set";

/**
 * Large pages are resident, all of them, and counted; peaks are never below what is; pages are kept
 * by their last use under a hard maximum alone.
 */
export function verifyWorkingSet(space: Space): bool {
  let large: u64 = 0;
  for (let region = regionAfter(space, 0); region !== null; ) {
    if (regionIs(region, REGION_LARGE)) {
      const first = pageOf(region.start);
      const end = pageOf(region.end);
      if (region.committedPages != end - first) return false;
      if (framesCount(space, first, end) != end - first) return false;
      if (factCount(space, FACT_VALID, first, end) != end - first) return false;
      large += end - first;
    }
    region = regionAfter(space, region.start);
  }
  if (large != space.largePages) return false;
  if (space.residentPeakPages < space.residentPages) return false;
  if (space.chargePeakPages < space.chargePages) return false;
  const recent = recentCount(space);
  return hasHardMaximum(space) ? recent >= space.residentPages - large : recent == 0;
}
