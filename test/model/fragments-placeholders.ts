import {
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_LARGE_PAGES,
  MEM_PHYSICAL,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  MEM_TOP_DOWN,
  MEM_WRITE_WATCH,
} from "./memory-picks.ts";
import {
  COALESCE,
  HOLD,
  KEEP,
  type PlaceholderFragment,
  type PlaceholderScript,
  PRESERVE,
  REPLACE,
  REPLACE_VIEW,
} from "./placeholder-script.ts";
import { BOTH, GRANULE, PAGE, READWRITE } from "./script.ts";
import { SEC_COMMIT, SEC_RESERVE } from "./section-script.ts";

// Scripts about placeholders. Each has 16 pages from 0 on.

const PAGES = 16;
/** Where one of their parts may begin. */
const STARTS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14];

/** Whatever is left of the 16 pages goes. */
function clear(script: PlaceholderScript): void {
  for (const page of STARTS) {
    script.unmapEx(page * PAGE, 0);
    script.release(page * PAGE);
  }
}

/** 8.3#3 to #9: cuts and joins, some of them wrong. */
export const cuts: PlaceholderFragment = (script) => {
  const { random } = script;
  script.hold(random.oneIn(4) ? PAGE + 1 : 0, PAGES);
  for (let i = 0; i < 5; i += 1) {
    const first = random.pick([0, 0, 2, 4, 8, 12]);
    const pages = random.pick([1, 2, 4, 4, 8, 16]);
    const ragged = random.oneIn(5) ? random.pick([1, 0x800]) : 0;
    const at = first * PAGE + ragged;
    const size = pages * PAGE - (random.oneIn(5) ? 0xfff : 0);
    const kind = random.weighted({ split: 5, join: 3, zero: 1, odd: 1 });
    if (kind === "split") script.freeSome(at, size, PRESERVE);
    else if (kind === "join") script.freeSome(at, size, COALESCE);
    else if (kind === "zero") script.freeSome(at, 0, random.pick([PRESERVE, COALESCE]));
    else script.freeSome(at, size, random.pick([1, 2, 0x8003, 0x4001, 0x4002]));
  }
  script.queryRegion(random.pick([0, 4 * PAGE]));
  script.coalesce(0, PAGES);
  clear(script);
};

/** 8.3#10, #12, #18: private memory in place of a placeholder, and back. */
export const replacements: PlaceholderFragment = (script) => {
  const { random } = script;
  script.hold(0, PAGES);
  script.preserve(4 * PAGE, 4);
  const more = random.pick([0, MEM_COMMIT, MEM_COMMIT, MEM_COMMIT + MEM_WRITE_WATCH]);
  const protect = random.pick([0x04, 0x04, 0x40, 0x02, 0x104, 0x204, 0x08, 0]);
  const pages = random.oneIn(4) ? random.pick([3, 5]) : 4;
  script.allocateEx(4 * PAGE, pages, REPLACE + more, protect);
  for (let i = 0; i < 4; i += 1) {
    const at = (3 + random.below(6)) * PAGE;
    const kind = random.pick(["touch", "fill", "commit", "lock", "decommit", "part"] as const);
    if (kind === "touch") script.touch(at + random.pick([0, 0xffe]), 4);
    else if (kind === "fill") script.fill(at + 0x10, 8);
    else if (kind === "commit") script.allocate(at, PAGE, MEM_COMMIT);
    else if (kind === "lock") script.lock("lock", at, PAGE);
    else if (kind === "decommit") script.free(at, PAGE, MEM_DECOMMIT);
    else if (random.oneIn(3)) script.free(4 * PAGE, random.pick([PAGE, 2 * PAGE]), MEM_RELEASE);
  }
  if (random.oneIn(3)) script.preserve(4 * PAGE, random.pick([1, 3, 5]));
  if (random.oneIn(4)) script.coalesce(0, 8);
  script.preserve(4 * PAGE, 4);
  if (random.oneIn(2)) script.allocateEx(4 * PAGE, 4, REPLACE + MEM_COMMIT, READWRITE);
  script.load(4 * PAGE, 8);
  script.getWriteWatch(4 * PAGE, 4 * PAGE, 0, 8);
  script.preserve(4 * PAGE, 4);
  script.coalesce(random.pick([0, 4 * PAGE]), random.pick([8, 12, 16]));
  clear(script);
};

/** 7.10, 8.3#11 and #13: a view in place of a placeholder, and back, over two processes. */
export const viewReplacements: PlaceholderFragment = (script) => {
  const { random } = script;
  const slot = script.section(8 * PAGE, 0x40, random.pick([SEC_COMMIT, SEC_COMMIT, SEC_RESERVE]));
  const other = random.oneIn(2) ? script : script.beside();
  script.hold(0, PAGES);
  script.preserve(0, 4);
  if (other !== script) {
    other.hold(0, PAGES);
    other.preserve(0, 4);
  }
  const protect = random.pick([0x04, 0x40, 0x08, 0x80, 0x02]);
  const offset = random.pick([0, PAGE, 4 * PAGE, 6 * PAGE, GRANULE]);
  script.mapEx(slot, 0, random.oneIn(4) ? 3 : 4, REPLACE_VIEW, protect, { offset });
  other.mapExFrom(script, slot, 4 * PAGE, random.oneIn(4) ? 8 : 12, REPLACE_VIEW, 0x04);
  other.preserve(4 * PAGE, 8);
  other.mapExFrom(script, slot, 4 * PAGE, 8, REPLACE_VIEW, 0x04);
  other.allocate(4 * PAGE, 2 * PAGE, MEM_COMMIT, 0x04);
  for (let i = 0; i < 3; i += 1) {
    const at = random.below(4) * PAGE + random.pick([0, 0x10, 0xffe]);
    script.store(at, 4);
    other.store(4 * PAGE + at, 4);
    script.load(at, 4);
    other.load(4 * PAGE + at, 4);
  }
  if (random.oneIn(3)) script.preserve(0, 4);
  if (random.oneIn(3)) script.coalesce(0, random.pick([4, 8, 16]));
  if (random.oneIn(3)) script.close(slot);
  script.unmapEx(random.pick([0, PAGE, 4 * PAGE - 1]), random.pick([KEEP, KEEP, KEEP, 0, 1, 3]));
  script.queryRegion(0);
  const next = random.pick(["view", "view", "private", "nothing"] as const);
  if (next === "view") script.mapEx(slot, 0, 4, REPLACE_VIEW, 0x02);
  if (next === "private") script.allocateEx(0, 4, REPLACE + MEM_COMMIT, READWRITE);
  script.load(0x10, 4);
  other.unmapEx(4 * PAGE, random.pick([KEEP, 0]));
  script.unmapEx(0, KEEP);
  script.coalesce(0, PAGES);
  script.close(slot);
  clear(other);
  clear(script);
};

/** 8.1 and 8.3#16, #17, #19: flags, and what else comes to a placeholder. */
export const placeholderArguments: PlaceholderFragment = (script) => {
  const { random } = script;
  script.hold(0, 4);
  const slot = script.section(4 * PAGE, 0x04, SEC_COMMIT);
  for (let i = 0; i < 5; i += 1) {
    const kind = random.pick([
      "ex",
      "ex",
      "ex",
      "plain",
      "protect",
      "touch",
      "view",
      "view",
      "free",
    ] as const);
    if (kind === "ex") {
      const type = random.pick([HOLD, REPLACE, 0x41000, 0x5000, 0x46000, MEM_RESERVE]);
      const beside = random.pick([0, 0, MEM_COMMIT, MEM_WRITE_WATCH, MEM_PHYSICAL, MEM_TOP_DOWN]);
      const large = random.oneIn(8) ? MEM_COMMIT + MEM_LARGE_PAGES : 0;
      const protect = random.pick([0x01, 0x04, 0x08, 0]);
      const at = random.pick([0, 0, GRANULE, -script.base]);
      const type32 = (type | beside | large) >>> 0;
      script.allocateEx(at, 4, type32, protect);
      if (at === GRANULE) script.release(GRANULE);
    } else if (kind === "plain") {
      const type = random.pick([MEM_COMMIT, MEM_RESERVE, BOTH, MEM_RESET, HOLD, REPLACE]);
      script.allocate(random.pick([0, PAGE]), PAGE, type);
    } else if (kind === "protect") script.protect(random.pick([0, PAGE]), PAGE, 0x02);
    else if (kind === "touch") script.touch(random.below(4) * PAGE, 4);
    else if (kind === "view") {
      const type = random.pick([
        0,
        REPLACE_VIEW,
        REPLACE_VIEW + MEM_LARGE_PAGES,
        REPLACE_VIEW + MEM_RESERVE,
        REPLACE_VIEW + 0x1000,
      ]);
      const odd = random.oneIn(3) ? random.pick([1, PAGE, -PAGE]) : 0;
      const size = random.pick([4 * PAGE, 4 * PAGE, 0, 3 * PAGE, 4 * PAGE - 1]);
      const offset = random.oneIn(6) ? random.pick([1, PAGE]) : 0;
      script.mapEx(slot, odd, 0, type, random.pick([0x04, 0x02, 0x40, 3]), { size, offset });
      if (random.oneIn(2)) script.unmapEx(0, random.pick([KEEP, 3, 4]));
    } else if (random.oneIn(2)) script.writeProcess(0, 4);
    else script.lock(random.pick(["lock", "unlock"]), 0, PAGE);
  }
  script.free(0, random.pick([PAGE, 2 * PAGE]), random.pick([MEM_DECOMMIT, MEM_RELEASE]));
  script.close(slot);
  clear(script);
};

/** 8.2, and 7.10#4 and #5: limits and alignments, most of them legal. */
export const limits: PlaceholderFragment = (script) => {
  const { random } = script;
  const { highestUser, highestVad } = script.picks.layout;
  const slot = script.section(2 * GRANULE, 0x04, SEC_COMMIT);
  const { base } = script;
  for (let i = 0; i < 5; i += 1) {
    const lowest = random.oneIn(6)
      ? random.pick([0x11000, highestUser + 1, base + 4 * GRANULE])
      : random.pick([0, base, base, base + GRANULE]);
    const highest = random.oneIn(6)
      ? random.pick([base + 0x7ff, base - 1, highestUser + PAGE, base])
      : random.pick([0, 1, 2, 3].map((n) => base + n * GRANULE + random.pick([1, 16]) * PAGE - 1));
    const alignment = random.oneIn(6)
      ? random.pick([0x30000, PAGE, 3])
      : random.pick([GRANULE, 0x20000, 0x400000, 0x400000]);
    const required = {
      lowest: random.oneIn(3) ? 0 : lowest,
      highest: random.oneIn(3) ? random.pick([0, 0, highestUser, highestVad]) : highest,
      alignment: random.oneIn(2) ? 0 : alignment,
    };
    const at = random.oneIn(8) ? 0 : -base;
    const down = random.oneIn(2) ? MEM_TOP_DOWN : 0;
    const pages = random.pick([1, 16, 17]);
    if (random.oneIn(2)) {
      const type = random.oneIn(6)
        ? random.pick([MEM_COMMIT, BOTH])
        : random.pick([MEM_RESERVE, HOLD]);
      script.allocateEx(at, pages, type + down, 0x01, required);
    } else {
      const views = { ...required, alignment: random.oneIn(8) ? alignment : 0 };
      script.mapEx(slot, at, pages, down, 0x02, views);
    }
  }
  script.close(slot);
  for (const granule of [0, 1, 2, 3]) {
    script.release(granule * GRANULE);
    script.unmapEx(granule * GRANULE, 0);
  }
};

/** 8.3#5: what never was a placeholder does not become one. */
export const strangers: PlaceholderFragment = (script) => {
  const { random } = script;
  const pages = random.pick([1, 4, 16]);
  if (random.oneIn(2)) {
    script.allocate(0, pages * PAGE, random.pick([MEM_RESERVE, BOTH]));
  } else {
    const slot = script.section(pages * PAGE, 0x04, SEC_COMMIT);
    script.mapEx(slot, 0, pages, 0, 0x04);
    script.close(slot);
  }
  script.unmapEx(0, KEEP);
  script.preserve(0, pages);
  script.preserve(0, random.pick([1, 2, 17]));
  script.coalesce(0, random.pick([1, pages, 17]));
  clear(script);
};

export const PLACEHOLDER_FRAGMENTS: readonly PlaceholderFragment[] = [
  cuts,
  cuts,
  replacements,
  replacements,
  viewReplacements,
  viewReplacements,
  placeholderArguments,
  limits,
  limits,
  strangers,
];
