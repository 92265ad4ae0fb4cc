import {
  GUARD,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  MEM_RESET_UNDO,
  MEM_WRITE_WATCH,
} from "./memory-picks.ts";
import { BOTH, type Fragment, GRANULE, PAGE, READWRITE } from "./script.ts";

// Scripts about what pages hold and what accesses to them do.

/** Values of the table of 2.4, as a reservation, a commit or a change. */
export const protections: Fragment = (script) => {
  const { picks, random } = script;
  script.allocate(0, 2 * PAGE, BOTH);
  for (const [i, cell] of picks.cells(10).entries()) {
    // Refused as malformed or as for views only: a change says which.
    const copies = (cell & 0x88) !== 0;
    const kind = copies ? "protect" : random.pick(["reserve", "commit", "protect"] as const);
    if (kind === "reserve") script.allocate(GRANULE * (2 + i), PAGE, MEM_RESERVE, cell);
    else if (kind === "commit") script.allocate(0, PAGE, MEM_COMMIT, cell);
    else script.protect(PAGE, PAGE, cell);
  }
  script.release();
};

/** Cells of 4.2 and 4.3 of private pages, and of the NULL partition. */
export const guards: Fragment = (script) => {
  const { random } = script;
  script.allocate(0, 4 * PAGE, BOTH);
  for (let page = 0; page < 4; page += 1) {
    const base = random.pick([0x01, 0x02, 0x04, 0x10, 0x20, 0x40]);
    const guard = base === 0x01 || random.oneIn(4) ? 0 : GUARD;
    script.protect(page * PAGE, PAGE, base + guard);
    const kind = random.pick(["load", "store", "fetch"] as const);
    const at = page * PAGE + random.below(PAGE - 8);
    for (let i = 0; i < 3; i += 1) script[kind](at, 4);
  }
  script.touchAddress(random.below(GRANULE - 4), 4);
  script.release();
};

/** Cells of 4.2 and 4.3 of pages that copy on write. */
export const viewGuards: Fragment = (script) => {
  const { random } = script;
  script.adoptView("file", 2, random.pick([0x08, 0x80]) + (random.oneIn(3) ? 0 : GUARD));
  const kind = random.pick(["load", "store", "fetch"] as const);
  for (let i = 0; i < 2; i += 1) script[kind](random.below(PAGE - 8), 4);
};

/** 4.4: two pages that differ, and accesses over their border. */
export const straddles: Fragment = (script) => {
  const { random } = script;
  const choices = [0x01, 0x02, 0x04, 0x04, 0x102, 0x104, 0x20, 0x40, 0x140] as const;
  const watch = random.pick([0, MEM_WRITE_WATCH]);
  script.allocate(0, 3 * PAGE, BOTH + watch, READWRITE);
  script.store(PAGE - 4, 4);
  script.store(PAGE, 4);
  script.protect(0, PAGE, random.pick(choices));
  if (random.oneIn(4)) script.free(PAGE, PAGE, MEM_DECOMMIT);
  else script.protect(PAGE, PAGE, random.pick(choices));
  for (let i = 0; i < 4; i += 1) script.touch(PAGE - random.pick([1, 2, 3]), 4);
  if (watch !== 0) script.getWriteWatch(0, 3 * PAGE, 0, 8);
  script.release();
};

/** Section 5. */
export const watches: Fragment = (script) => {
  const { random } = script;
  script.allocate(0, 6 * PAGE, BOTH + MEM_WRITE_WATCH);
  for (let page = 0; page < 6; page += 1) {
    if (!random.oneIn(3)) script.store(page * PAGE + random.below(PAGE - 4), 4);
  }
  if (random.oneIn(2)) script.free(random.below(5) * PAGE, 2 * PAGE, MEM_DECOMMIT);
  if (random.oneIn(3)) script.allocate(0, 6 * PAGE, MEM_COMMIT);
  if (random.oneIn(3)) script.resetWriteWatch(random.below(6) * PAGE + 0xfff, 2);
  if (random.oneIn(3)) script.lock("lock", random.below(5) * PAGE, PAGE);
  script.getWriteWatch(0, 6 * PAGE, 1, 1 + random.below(3));
  script.getWriteWatch(random.below(3) * PAGE, 3 * PAGE, random.below(2), 1 + random.below(8));
  script.store(random.below(6) * PAGE, 4);
  script.getWriteWatch(0, 6 * PAGE, 0, 8);
  script.release();
};

/** 2.3, 3.2: pages that come back are zero, whatever they held and however they went. */
export const recycles: Fragment = (script) => {
  const { random } = script;
  for (let i = 0; i < 2; i += 1) {
    script.allocate(0, 3 * PAGE, BOTH, random.pick([READWRITE, 0x40]));
    script.fill(random.pick([0, PAGE, 0x800]), 2 * PAGE);
    if (random.oneIn(2)) {
      script.free(0, 2 * PAGE, MEM_DECOMMIT);
      script.allocate(PAGE, PAGE, MEM_COMMIT);
      script.touch(PAGE + random.below(PAGE - 8), 8);
    }
    if (random.oneIn(2)) script.free(PAGE, PAGE, MEM_RELEASE);
    script.load(random.below(3 * PAGE - 8), 8);
    script.release(2 * PAGE);
    script.release();
  }
};

/** 2.4, last paragraph: caching belongs to the region. */
export const caching: Fragment = (script) => {
  const { random } = script;
  const cache = random.pick([0, 0x200, 0x400]);
  script.allocate(0, 4 * PAGE, random.pick([BOTH, MEM_RESERVE]), READWRITE + cache);
  for (let i = 0; i < 3; i += 1) {
    const other = random.pick([0x01, 0x02, 0x104, 0x204, 0x404, 0x40]);
    if (random.oneIn(2)) script.allocate(random.below(4) * PAGE, PAGE, MEM_COMMIT, other);
    else script.protect(random.below(4) * PAGE, PAGE, other);
  }
  script.release();
};

/** 3.2: parts go, the rest stays. */
export const splits: Fragment = (script) => {
  const { random } = script;
  const pages = 4 + random.below(6);
  script.allocate(0, pages * PAGE, BOTH + random.pick([0, 0, MEM_WRITE_WATCH]));
  script.store(random.below(pages) * PAGE, 4);
  const at = random.below(pages);
  script.free(at * PAGE, (1 + random.below(2)) * PAGE, MEM_RELEASE);
  script.queryRegion(0);
  script.queryRegion((pages - 1) * PAGE);
  script.protect(0, pages * PAGE, 0x02);
  script.release((at + 1) * PAGE);
  script.release((at + 2) * PAGE);
  script.release();
};

/** 2.6 and 17.2. */
export const resets: Fragment = (script) => {
  const { random } = script;
  const first = random.below(3) * PAGE + random.pick([0, 0, 1]);
  const size = random.pick([PAGE, 2 * PAGE, PAGE + 1, 1]);
  script.allocate(0, 4 * PAGE, BOTH + random.pick([0, MEM_WRITE_WATCH]));
  for (let page = 0; page < 4; page += 1) script.store(page * PAGE, 4);
  if (random.oneIn(4)) script.lock("lock", 0, PAGE);
  script.allocate(first, size, MEM_RESET, random.pick([READWRITE, 0x08, 0]));
  for (let i = 0; i < 3; i += 1) {
    const page = random.below(4) * PAGE;
    const next = random.pick(["store", "load", "reset", "undo", "decommit", "commit"] as const);
    if (next === "store" || next === "load") script[next](page + 8, 4);
    else if (next === "decommit") script.free(page, PAGE, MEM_DECOMMIT);
    else if (next === "commit") script.allocate(0, 4 * PAGE, MEM_COMMIT, 0x40);
    else script.allocate(page, 2 * PAGE, next === "reset" ? MEM_RESET : MEM_RESET_UNDO);
  }
  script.allocate(0, 4 * PAGE, MEM_RESET_UNDO);
  script.release();
};

/** 17.5: bulk copies that overlap, over pages that refuse. */
export const overlaps: Fragment = (script) => {
  const { random } = script;
  script.allocate(0, 4 * PAGE, BOTH);
  for (let page = 0; page < 4; page += 1) script.store(page * PAGE + 0x7fe, 8);
  if (random.oneIn(2)) {
    script.protect(random.below(4) * PAGE, PAGE, random.pick([0x01, 0x02, 0x104]));
  }
  for (let i = 0; i < 3; i += 1) {
    const [to, from] = [random.below(3 * PAGE), random.below(3 * PAGE)];
    script.copy(to, from, random.pick([1, 0x800, PAGE, 2 * PAGE]));
  }
  script.release();
};
