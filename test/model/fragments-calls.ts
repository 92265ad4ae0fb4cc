import {
  BASES,
  GUARD,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_LARGE_PAGES,
  MEM_PHYSICAL,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  MEM_RESET_UNDO,
  MEM_TOP_DOWN,
  MEM_WRITE_WATCH,
} from "./memory-picks.ts";
import { BOTH, type Fragment, GRANULE, PAGE, READWRITE } from "./script.ts";

// Scripts about calls: their flags, ranges and pointers, and the regions that refuse them.

/** 2.1#4 and #6, 17.4: types that need to be alone, or not. */
export const types: Fragment = (script) => {
  const { random } = script;
  const bits = [MEM_COMMIT, MEM_RESERVE, MEM_TOP_DOWN, MEM_WRITE_WATCH, MEM_PHYSICAL];
  script.allocate(0, 4 * PAGE, random.pick([BOTH, MEM_RESERVE]));
  for (let i = 0; i < 3; i += 1) {
    const special = [MEM_RESET, MEM_RESET_UNDO, MEM_WRITE_WATCH, MEM_WRITE_WATCH, MEM_PHYSICAL];
    const alone = random.pick(special);
    const type = alone + random.pick([0, ...bits.filter((bit) => bit !== alone)]);
    if (random.oneIn(3)) script.allocateAnywhere(PAGE, type);
    else script.allocate(random.pick([0, PAGE, GRANULE * 3]), PAGE, type);
  }
  script.release();
};

/** 2.8 and 2.9. */
export const placements: Fragment = (script) => {
  const { random } = script;
  for (let i = 0; i < 3; i += 1) {
    const type = random.pick([MEM_RESERVE, BOTH, MEM_COMMIT]) + random.pick([0, MEM_TOP_DOWN]);
    const size = random.pick([1, PAGE, PAGE + 1, GRANULE, GRANULE + 1, 5 * GRANULE]);
    script.allocateAnywhere(size, type, READWRITE, script.picks.zeroBits());
  }
};

/** 2.3#C3, 3.1#8, 3.3#6, 17.10#7: two regions side by side. */
export const neighbours: Fragment = (script) => {
  const { random } = script;
  script.allocate(0, GRANULE, random.pick([BOTH, MEM_RESERVE]));
  script.allocate(GRANULE, PAGE, BOTH);
  const at = GRANULE - PAGE;
  if (random.oneIn(2)) script.lock("lock", at, 2 * PAGE);
  if (random.oneIn(2)) script.lock("unlock", at, random.pick([PAGE, 2 * PAGE]));
  script.allocate(at, 2 * PAGE, MEM_COMMIT);
  script.protect(at, 2 * PAGE, 0x02);
  script.transfer(at + 0x800, PAGE);
  script.free(at, 2 * PAGE, random.pick([MEM_DECOMMIT, MEM_RELEASE]));
  script.free(PAGE, 0, random.pick([MEM_DECOMMIT, MEM_RELEASE]));
  script.release(GRANULE);
  script.release();
};

/** 2.2#R7, 2.3#C9: more than a small limit or quota allows. */
export const charges: Fragment = (script) => {
  const { random } = script;
  script.allocate(0, 128 * PAGE, MEM_RESERVE);
  for (let i = 0; i < 3; i += 1) {
    script.allocate(random.below(8) * PAGE, random.pick([1, 8, 30, 120]) * PAGE, MEM_COMMIT);
  }
  script.allocateAnywhere(random.pick([8, 120]) * PAGE, BOTH);
  script.release();
};

/** Where user space ends, and what lies on its edges. */
export const edges: Fragment = (script) => {
  const { picks, random } = script;
  for (let i = 0; i < 4; i += 1) {
    const range = { base: picks.edge(), size: random.oneIn(3) ? picks.size(script.by) : PAGE };
    const kinds = ["allocate", "free", "protect", "lock", "unlock", "watch", "query", "touch"];
    const kind = random.pick(kinds);
    const call = { ...script.call, ...range };
    if (kind === "allocate") {
      const type = random.pick([MEM_COMMIT, MEM_RESERVE, BOTH, MEM_RESET]);
      const face = random.pick(["nt", "win32"] as const);
      script.push({ op: kind, ...call, face, type, protect: READWRITE, zeroBits: 0 });
    } else if (kind === "free") {
      script.push({ op: kind, ...call, type: random.pick([MEM_DECOMMIT, MEM_RELEASE]) });
    } else if (kind === "protect") script.push({ op: kind, ...call, protect: 0x02 });
    else if (kind === "lock" || kind === "unlock") script.push({ op: kind, ...call, mapType: 1 });
    else if (kind === "watch") script.push({ op: "resetWriteWatch", ...call });
    else if (kind === "query") script.push({ op: kind, ...script.call, address: range.base });
    else script.touchAddress(range.base, random.pick([1, 4, 8]));
  }
};

/** 17.10. */
export const locks: Fragment = (script) => {
  const { random } = script;
  script.allocate(0, 8 * PAGE, BOTH + random.pick([0, MEM_WRITE_WATCH]));
  if (random.oneIn(3)) script.protect(2 * PAGE, PAGE, random.pick([0x01, 0x02, 0x104, 0x102]));
  for (let i = 0; i < 4; i += 1) {
    const at = random.below(5) * PAGE;
    const size = random.pick([1, PAGE, 2 * PAGE, 3 * PAGE]);
    script.lock(random.pick(["lock", "lock", "unlock"] as const), at, size);
    if (random.oneIn(3)) script.lock("unlock", at, size);
    if (random.oneIn(4)) script.free(at, PAGE, MEM_DECOMMIT);
    if (random.oneIn(4)) script.touch(at, 4);
  }
  script.getWriteWatch(0, 8 * PAGE, 0, 8);
  script.release();
};

/** 2.1#10, 3.1#3, 3.3#2: out-parameters in the caller's memory. */
export const pointers: Fragment = (script) => {
  const { random } = script;
  const scratch = script.base + 2 * GRANULE;
  const at = scratch + random.pick([0, 0x10, PAGE - 2, PAGE - 1, 2 * PAGE - 2, 4 * PAGE]);
  script.allocate(0, 4 * PAGE, BOTH);
  script.allocate(2 * GRANULE, 2 * PAGE, BOTH);
  for (const page of [0, 1]) {
    const protect = random.pick([0x04, 0x04, 0x04, 0x02, 0x01, 0x104, 0x40]);
    script.protect(2 * GRANULE + page * PAGE, PAGE, protect);
  }
  const range = { base: script.base + PAGE, size: PAGE };
  for (let i = 0; i < 2; i += 1) {
    const protect = random.pick([0x02, 0x04, 0]);
    script.push({ op: "protect", ...script.call, ...range, protect, oldAt: at });
  }
  const commit = { type: MEM_COMMIT, protect: 0x40, zeroBits: 0 };
  script.push({ op: "allocate", ...script.call, ...range, ...commit, baseAt: at });
  script.push({ op: "free", ...script.call, ...range, type: MEM_DECOMMIT, baseAt: at });
  script.release(2 * GRANULE);
  script.release();
};

/** 12.2 and 12.3, over pages of several protections. */
export const transfers: Fragment = (script) => {
  const { random } = script;
  script.allocate(0, 3 * PAGE, BOTH + random.pick([0, MEM_WRITE_WATCH]));
  script.store(0x10, 4);
  for (const page of [1, 2]) {
    const protect = random.pick([0x01, 0x02, 0x04, 0x104, 0x140, 0x20, 0x10]);
    script.protect(page * PAGE, PAGE, protect);
  }
  script.transfer(random.pick([0, 0x800, PAGE, 2 * PAGE - 1]), random.pick([1, PAGE, 2 * PAGE]));
  script.transfer(random.pick([0, 0x800, PAGE]), random.pick([2, PAGE, 3 * PAGE]));
  script.writeProcess(random.pick([0x10, PAGE - 2, 2 * PAGE]), random.pick([0, 4, PAGE]));
  script.getWriteWatch(0, 3 * PAGE, 1, 4);
  script.release();
};

/** 2.7 and sections 6 and 11: regions that take no other call. */
export const specialRegions: Fragment = (script) => {
  const { random } = script;
  const large = random.oneIn(2);
  const place = large ? 0x400000 - script.base : 0;
  const size = large ? 0x200000 : 4 * PAGE;
  const type = large ? BOTH + MEM_LARGE_PAGES : MEM_RESERVE + MEM_PHYSICAL;
  const protect = random.oneIn(6) ? 0x104 : READWRITE;
  script.allocate(place, random.oneIn(6) ? size + PAGE : size, type, protect);
  script.queryRegion(place);
  script.allocate(place, PAGE, random.pick([MEM_COMMIT, MEM_RESET, MEM_RESERVE]));
  script.protect(place, PAGE, 0x02);
  script.touch(place + PAGE, 4);
  script.lock(random.pick(["lock", "unlock"]), place, PAGE);
  script.getWriteWatch(place, PAGE, 0, 1);
  script.free(place, random.pick([0, PAGE]), MEM_DECOMMIT);
  script.free(place, PAGE, MEM_RELEASE);
  script.writeProcess(place, 4);
  script.release(place);
};

/** 2.3#C5 to #C7, 3.1#9, 3.3#9 and #12, 3.4, 7.7: views and images. */
export const views: Fragment = (script) => {
  const { random } = script;
  const kind = random.pick(["file", "pagefile", "image"] as const);
  script.adoptView(kind, 4, random.pick([0x02, 0x04, 0x08, 0x20, 0x40, 0x80]));
  script.touch(0x10, 4);
  for (let i = 0; i < 3; i += 1) {
    const base = random.pick(BASES);
    const protect = base + random.pick([0, 0, 0, GUARD, 0x200, 0x400]);
    const at = random.below(4) * PAGE;
    if (random.oneIn(3)) script.allocate(at, PAGE, MEM_COMMIT, protect);
    else script.protect(at, PAGE, protect);
    script.touch(at + random.pick([8, PAGE - 2]), 4);
  }
  script.queryRegion(PAGE);
  if (random.oneIn(2)) script.writeProcess(random.below(4) * PAGE, 4);
  if (random.oneIn(2)) script.transfer(random.below(4) * PAGE, 8);
  script.allocate(0, PAGE, random.pick([MEM_RESET, MEM_RESET_UNDO, MEM_RESERVE]));
  script.free(0, random.pick([0, PAGE, 8 * PAGE]), random.pick([MEM_RELEASE, MEM_DECOMMIT]));
};
