import { regionAdopt as adopt } from "../../nt/adopt";
import { physicalSpace } from "../../nt/resident";
import { Context } from "../../virt/context";
import { FEATURE_CE, featureIs, machine } from "../../virt/machine";
import { seesElsewhere } from "../../virt/seen";
import { SPACE_RUNNING, spaceOf } from "../../virt/space";
import { touchedCount } from "../../virt/touched";
import { verify } from "../../virt/verify";

/** Whole spaces: are they sound, and what was in them before. */

/**
 * The number of a rule between the maps that is broken, its page in result 0; or 0. What all
 * processes share, and physical memory, are verified with each of them.
 */
export function verifySpace(context: u32, space: u32): u32 {
  const found = spaceOf(space);
  if (found === null) return 0;
  const c = changetype<Context>(context);
  const failed = verify(c, found);
  if (failed != 0 || !seesElsewhere()) return failed;
  const common = verify(c, spaceOf(machine().commonSpace)!);
  return common != 0 || !featureIs(FEATURE_CE) ? common : verify(c, physicalSpace());
}

/** A region that was there before; its runs of pages are in the transfer area. */
export function regionAdopt(
  context: u32,
  space: u32,
  base: u64,
  size: u64,
  type: u32,
  allocationProtect: u32,
  backing: u32,
  runs: u32,
): u32 {
  return adopt(
    changetype<Context>(context),
    space,
    base,
    size,
    type,
    allocationProtect,
    backing,
    runs,
  );
}

/**
 * Bytes of [base, base + size) whose pages have been touched and hold a frame since; of a view,
 * those too that another view of its section has touched.
 */
export function spaceTouched(space: u32, base: u64, size: u64): u64 {
  const found = spaceOf(space);
  const highest = machine().highestAddress;
  if (found === null || found.state != SPACE_RUNNING || base > highest || size == 0) return 0;
  const end = size > highest - base ? highest + 1 : base + size;
  return touchedCount(found, base >> 12, (end + 0xfff) >> 12) << 12;
}
