import { BASES, MEM_COMMIT, MEM_RESERVE, MEM_TOP_DOWN, MEM_WRITE_WATCH } from "./memory-picks.ts";
import type { Picks } from "./picks.ts";
import { COALESCE, HOLD, KEEP, PRESERVE, REPLACE, REPLACE_VIEW } from "./placeholder-script.ts";
import type { Call, Range, Requirements, Step, Who } from "./program.ts";

const PAGE = 0x1000;
const GRANULE = 0x10000;
const TYPES = [HOLD, HOLD, REPLACE, REPLACE, MEM_RESERVE, MEM_COMMIT] as const;
const MODIFIERS = [0, 0, MEM_COMMIT, MEM_WRITE_WATCH, MEM_TOP_DOWN] as const;

/** Most often none. */
function requirements({ layout, random }: Picks): Requirements {
  if (!random.oneIn(5)) return { lowest: 0, highest: 0, alignment: 0 };
  const near = GRANULE * (1 + random.below(6));
  return {
    lowest: random.pick([0, near, near + PAGE]),
    highest: random.pick([0, near + 4 * GRANULE - 1, near, layout.highestUser]),
    alignment: random.pick([0, 0, GRANULE, 4 * GRANULE, PAGE]),
  };
}

/** A reservation or a placeholder as a whole, where the process has some. */
function reserved(picks: Picks, who: Who): Range {
  const { random } = picks;
  return random.oneIn(3) ? picks.range(who) : picks.reservedRun(who);
}

/** Placeholders, and private memory in their place. */
export function randomAllocateEx(picks: Picks, call: Call): Step {
  const { random } = picks;
  const type = (random.pick(TYPES) | random.pick(MODIFIERS)) >>> 0;
  const holds = (type & HOLD) === HOLD;
  const range = holds
    ? { base: random.oneIn(2) ? 0 : picks.address(call.on), size: (1 + random.below(16)) * PAGE }
    : reserved(picks, call.on);
  const protect = holds && !random.oneIn(8) ? 0x01 : picks.protection();
  return { op: "allocateEx", ...call, ...range, type, protect, ...requirements(picks) };
}

/** Most often a view in place of what is reserved. */
export function randomViewEx(picks: Picks, call: Call): Step {
  const { random } = picks;
  const slot = picks.slot(call.by);
  const type = random.oneIn(3) ? random.pick([0, MEM_TOP_DOWN, MEM_RESERVE]) : REPLACE_VIEW;
  const range = type === REPLACE_VIEW ? reserved(picks, call.on) : { base: 0, size: PAGE };
  const protect = random.oneIn(3)
    ? random.pick(BASES)
    : random.pick([picks.sectionProtect(call.by, slot), 0x02, 0x08] as const);
  const offset = random.pick([0, 0, 0, PAGE, GRANULE] as const);
  const required = requirements(picks);
  return { op: "mapViewEx", ...call, slot, ...range, type, protect, offset, ...required };
}

export function randomUnmapEx(picks: Picks, call: Call): Step {
  const { random } = picks;
  const flags = random.pick([0, 1, KEEP, KEEP, KEEP, 3]);
  return { op: "unmapViewEx", ...call, address: picks.address(call.on), flags };
}

/** VirtualFree that keeps placeholders, or makes one of several. */
export function randomKeepingFree(picks: Picks, call: Call): Step {
  const type = picks.random.pick([PRESERVE, PRESERVE, COALESCE]);
  return { op: "free", ...call, ...reserved(picks, call.on), type };
}
