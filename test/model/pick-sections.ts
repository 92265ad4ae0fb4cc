import { ARENA_BASE, ARENA_GRANULES, BASES } from "./memory-picks.ts";
import type { Picks } from "./picks.ts";
import type { Call, Step, Who } from "./program.ts";
import { ALL_RIGHTS, SEC_COMMIT, SEC_NO_CHANGE, SEC_RESERVE } from "./section-script.ts";

const PAGE = 0x1000;
const GRANULE = 0x10000;
const SIZES = [PAGE, 0x2001, 0x4000, 0x8000, 0x14000, 0x23456] as const;
const MADE_WITH = [0x04, 0x04, 0x40, 0x40, 0x02, 0x08, 0x20, 0x80] as const;
const COMMIT_SIZES = [0, 0, 0, 1, PAGE, 0x2001, 0x30000] as const;
const OFFSETS = [0, 0, 0, GRANULE, GRANULE, 2 * GRANULE, PAGE] as const;
const VIEW_SIZES = [0, 0, 1, PAGE, 0x3000, 0x4000, 0x14000, 0x24001] as const;
const VIEW_TYPES = [SEC_NO_CHANGE, 0x1000, 0x2000, 0x100000, 0x20000000, 1] as const;
const FILE_ACCESSES = [0, 1, 2, 4, 6, 0x0f, 0x20, 0x21, 0x22, 0x24, ALL_RIGHTS] as const;

export function randomSection(picks: Picks, face: Call["face"], by: Who): Step {
  const { random } = picks;
  const caching = random.oneIn(6) ? random.pick([0x10000000, 0x40000000, SEC_NO_CHANGE]) : 0;
  const attributes = random.pick([SEC_COMMIT, SEC_COMMIT, SEC_RESERVE]) + caching;
  const size = random.pick(SIZES);
  const protect = random.oneIn(12) ? picks.protection() & 0xfff : random.pick(MADE_WITH);
  const access = random.oneIn(6) ? random.below(0x40) : ALL_RIGHTS;
  return {
    op: "createSection",
    face,
    by,
    slot: picks.nextSlot(by),
    size,
    protect,
    attributes,
    access,
  };
}

/** Most often a view that can be had. */
export function randomView(picks: Picks, call: Call): Step {
  const { random } = picks;
  const slot = picks.slot(call.by);
  const granule = ARENA_BASE + random.below(ARENA_GRANULES) * GRANULE;
  const base = random.oneIn(2) ? 0 : random.oneIn(4) ? picks.address(call.on) : granule;
  const likely = [picks.sectionProtect(call.by, slot), 0x02, 0x08] as const;
  const protect = random.oneIn(3) ? random.pick(BASES) : random.pick(likely);
  const modified = random.oneIn(24) ? protect + 0x100 : protect;
  return {
    op: "mapView",
    ...call,
    slot,
    base,
    protect: modified,
    offset: random.pick(OFFSETS),
    size: random.pick(VIEW_SIZES),
    zeroBits: picks.zeroBits(),
    commitSize: random.pick(COMMIT_SIZES),
    type: random.oneIn(6) ? random.pick(VIEW_TYPES) : 0,
    inherit: random.oneIn(24) ? random.pick([0, 3]) : random.pick([1, 2]),
    access: random.pick(FILE_ACCESSES),
  };
}
