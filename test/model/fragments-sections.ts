import {
  GUARD,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RELEASE,
  MEM_RESET,
  MEM_RESET_UNDO,
} from "./memory-picks.ts";
import { GRANULE, PAGE } from "./script.ts";
import {
  ALL_RIGHTS,
  SEC_COMMIT,
  SEC_NO_CHANGE,
  SEC_RESERVE,
  type SectionFragment,
} from "./section-script.ts";

// Scripts about sections and the views of them. Each has a first view at 0, another at SECOND.

const SECOND = 2 * GRANULE;
const MEM_DOS_LIM = 0x40000000;
const COPYING = [0x08, 0x80] as const;

/** 7.7: what each side sees before and after a copy. */
export const copies: SectionFragment = (script) => {
  const { random } = script;
  const slot = script.section(4 * PAGE, 0x40, SEC_COMMIT);
  const other = random.oneIn(2) ? script : script.beside();
  script.map(slot, 0, random.pick(COPYING));
  other.mapFrom(script, slot, SECOND, random.pick([0x04, 0x40]));
  if (random.oneIn(2)) other.store(SECOND + random.below(2) * PAGE, 8);
  if (random.oneIn(3)) script.load(random.below(2) * PAGE, 4);
  script.store(random.pick([0, 8, PAGE - 2]), 4);
  other.store(SECOND + random.pick([0x10, PAGE + 0x10]), 4);
  script.load(random.pick([0, 0x10, PAGE - 4]), 8);
  script.load(PAGE + 0x10, 4);
  other.load(SECOND + random.pick([0, 0x10, PAGE - 2]), 4);
  script.protect(0, random.pick([PAGE, 2 * PAGE]), random.pick([0x02, 0x08, 0x80, 0x20, 0x108]));
  script.touch(random.pick([0, PAGE, PAGE - 2]), 4);
  script.queryRegion(0);
  other.store(SECOND + 0x20, 4);
  script.flush(0, random.pick([0, PAGE, 5 * PAGE]));
  script.load(0x20, 4);
  script.unmap(random.pick([0, 3 * PAGE + 1]));
  other.load(SECOND, 8);
  if (random.oneIn(2)) script.map(slot, 0, 0x02);
  script.load(0, 8);
  script.close(slot);
  other.unmap(SECOND);
  script.unmap(0);
};

/** 7.6, 3.3#8, #9 and #12, 2.3#C6 and #C7: a view's protections. */
export const viewProtections: SectionFragment = (script) => {
  const { random } = script;
  const slot = script.section(2 * PAGE, 0x40, random.pick([SEC_COMMIT, SEC_RESERVE]));
  const of = random.pick([0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80]);
  const type = random.oneIn(4) ? SEC_NO_CHANGE : 0;
  script.map(slot, 0, of, { type, commitSize: random.pick([0, PAGE]) });
  for (let i = 0; i < 5; i += 1) {
    const base = random.pick([0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80]);
    const protect = base + random.pick([0, 0, 0, base === 0x01 ? 0 : GUARD, 0x200, 0x400]);
    if (random.oneIn(3)) script.allocate(random.below(2) * PAGE, PAGE, MEM_COMMIT, protect);
    else script.protect(random.below(2) * PAGE, PAGE, protect);
    script.touch(random.below(2) * PAGE + random.pick([0, 8]), 4);
  }
  script.allocate(
    random.below(2) * PAGE,
    random.pick([PAGE, 3 * PAGE]),
    random.pick([MEM_RESET, MEM_RESET_UNDO]),
  );
  script.load(0, 4);
  script.free(0, random.pick([0, PAGE]), random.pick([MEM_DECOMMIT, MEM_RELEASE]));
  script.unmap(0);
  script.close(slot);
};

/** 7.8: pages of a reserved section become committed in all views. */
export const reservedSections: SectionFragment = (script) => {
  const { random } = script;
  const caching = random.pick([0, 0, 0x10000000, 0x40000000]);
  const slot = script.section(
    random.pick([6 * PAGE, GRANULE + 4 * PAGE]),
    0x40,
    SEC_RESERVE + caching,
  );
  const other = random.oneIn(2) ? script : script.beside();
  const commitSize = random.pick([0, 0, 1, PAGE, PAGE + 1, 8 * PAGE]);
  script.map(slot, 0, random.pick([0x04, 0x40, 0x08]), {
    commitSize,
    size: random.pick([0, 5 * PAGE]),
  });
  other.mapFrom(script, slot, SECOND, random.pick([0x02, 0x04, 0x08, 0x80]), {
    offset: random.oneIn(3) ? GRANULE : 0,
  });
  for (let i = 0; i < 3; i += 1) {
    const protect = random.pick([0x04, 0x02, 0x08, 0x104]);
    script.allocate(random.below(5) * PAGE, random.pick([PAGE, 2 * PAGE]), MEM_COMMIT, protect);
    script.touch(random.below(5) * PAGE, 4);
    if (random.oneIn(2))
      other.allocate(
        SECOND + random.below(4) * PAGE,
        PAGE,
        MEM_COMMIT,
        random.pick([0x02, 0x04, 0x08]),
      );
    other.touch(SECOND + random.below(5) * PAGE, 4);
  }
  script.protect(random.below(4) * PAGE, random.pick([PAGE, 3 * PAGE]), random.pick([0x02, 0x08]));
  script.free(0, PAGE, MEM_DECOMMIT);
  if (random.oneIn(2)) script.close(slot);
  script.unmap(0);
  other.queryRegion(SECOND);
  if (random.oneIn(2)) script.map(slot, 0, 0x04);
  other.unmap(SECOND);
  script.unmap(0);
  script.close(slot);
};

/** 7.2: arguments near what is allowed. */
export const viewArguments: SectionFragment = (script) => {
  const { random } = script;
  const bytes = random.pick([PAGE, 0x23456, GRANULE + PAGE]);
  const of = random.pick([0x02, 0x04, 0x08, 0x20, 0x40, 0x80]);
  const rights = random.oneIn(2)
    ? ALL_RIGHTS
    : random.pick([0, 0x02, 0x04, 0x06, 0x0c, 0x24, 0x0e]);
  const slot = script.section(bytes, of, random.pick([SEC_COMMIT, SEC_RESERVE]), rights);
  for (let i = 0; i < 5; i += 1) {
    const protect = random.oneIn(3)
      ? random.pick([0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80])
      : 0x02;
    const strange = random.pick([
      "inherit",
      "type",
      "protect",
      "zeroBits",
      "offset",
      "size",
      "place",
      "far",
    ] as const);
    const at = random.pick([0, GRANULE, SECOND]);
    if (strange === "inherit")
      script.map(slot, at, protect, { inherit: random.pick([0, 1, 2, 3]) });
    else if (strange === "type") {
      const type = random.pick([
        0x1000,
        0x2000,
        0x2000,
        0x2000,
        0x100000,
        SEC_NO_CHANGE,
        0x20000000,
        1,
        0x8000,
        MEM_DOS_LIM,
        MEM_DOS_LIM,
      ]);
      const odd = type === MEM_DOS_LIM ? random.pick([0, PAGE, 0x1800]) : 0;
      script.map(slot, at + odd, protect, { type });
    } else if (strange === "protect")
      script.map(slot, at, random.pick([0, 0x03, 0x104, 0x202, 0xff]));
    else if (strange === "zeroBits") {
      const zeroBits = random.pick([1, 2, 11, 14, 20, 21, 22, 31, 0x7fffffff, 0x1ffff]);
      script.mapAnywhere(slot, protect, { zeroBits });
    } else if (strange === "offset") {
      script.map(slot, at, protect, { offset: random.pick([PAGE, GRANULE, SECOND, 3 * GRANULE]) });
    } else if (strange === "size") {
      const size = random.pick([1, PAGE, 0x23456, 0x24000, 0x24001, GRANULE]);
      script.map(slot, at, protect, { size, offset: random.pick([0, GRANULE, 3 * GRANULE]) });
    } else if (strange === "far") {
      const { highestUser, highestVad } = script.picks.layout;
      const size = random.pick([highestVad, highestVad + 1, highestUser + 1]);
      if (random.oneIn(2)) script.map(slot, at, protect, { size });
      else script.map(slot, highestVad + random.pick([1, 1 - GRANULE]) - script.base, protect);
    } else script.map(slot, at + random.pick([0, 0, PAGE, 1]), protect);
    script.touch(at, 4);
  }
  for (const at of [0, GRANULE, SECOND, 3 * GRANULE]) script.unmap(at);
  script.close(slot);
};

/** 7.1. */
export const sectionArguments: SectionFragment = (script) => {
  const { picks, random } = script;
  for (let i = 0; i < 4; i += 1) {
    const commit = random.pick([SEC_COMMIT, SEC_RESERVE]);
    const strange = random.pick(["attributes", "protect", "size", "privilege", "none"] as const);
    let [size, protect, attributes] = [PAGE, 0x04, commit];
    if (strange === "attributes") {
      attributes = random.pick([
        0, 0x10000000, 0x0c000000, 0x01000000, 0x11000000, 0x09000000, 0x08800000, 0x58000000,
        0x18000000, 0x08000001, 0x41000000,
      ]);
    } else if (strange === "protect")
      protect = random.oneIn(2) ? picks.protection() : random.pick([0x01, 0x10, 0x80, 0x08, 0]);
    else if (strange === "size")
      size = random.pick([0, 1, PAGE + 1, 0x100000000, 0x100001000, 0xffffffff, 2 ** 48]);
    else if (strange === "privilege")
      attributes = random.pick([SEC_COMMIT, SEC_RESERVE]) + 0x80000000;
    if (size > 0x100000 && random.oneIn(3)) attributes = SEC_RESERVE;
    const slot = random.oneIn(2)
      ? script.section(size, protect, attributes)
      : script.mapping(size, protect, attributes);
    if (random.oneIn(2)) script.map(slot, 0, 0x02, { size: PAGE });
    script.close(slot);
    script.unmap(0);
  }
};

/** 7.3: the accesses of kernel32. */
export const accessTables: SectionFragment = (script) => {
  const { random } = script;
  const slot = script.mapping(
    2 * PAGE,
    random.pick([0x02, 0x04, 0x08, 0x20, 0x40, 0x80]),
    random.pick([0, SEC_COMMIT]),
  );
  for (let i = 0; i < 4; i += 1) {
    const access = random.pick([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 0x0a, 0x0c, 0x20, 0x21, 0x22, 0x24, 0x26, 0xf001f, 0xf003f,
    ]);
    script.mapAccess(slot, access, random.pick([0, SECOND]));
    script.touch(0, 4);
  }
  script.close(slot);
  script.unmap(0);
  script.unmap(SECOND);
};

/** 13: what sections and views are charged, near a limit that another section comes close to. */
export const viewCharges: SectionFragment = (script) => {
  const { random } = script;
  const pages = random.pick([4, 14, 30]);
  const slot = script.section(pages * PAGE, 0x04, random.pick([SEC_COMMIT, SEC_RESERVE]));
  script.map(slot, 0, random.pick([0x04, 0x08]), { commitSize: random.pick([0, 0, 10 * PAGE]) });
  const half = Math.ceil(pages / 2) * PAGE;
  if (random.oneIn(2)) script.allocate(0, half, MEM_COMMIT, random.pick([0x08, 0x04, 0x02]));
  const filling = [32, 16, 8, 4, 2].map((more) => script.section(more * PAGE, 0x04, SEC_COMMIT));
  script.map(slot, SECOND, random.pick([0x02, 0x08]));
  script.protect(0, half, 0x08);
  script.store(0, 4);
  script.protect(0, half, random.pick([0x02, 0x04, 0x08]));
  script.allocate(0, half, MEM_COMMIT, random.pick([0x08, 0x04]));
  if (random.oneIn(2)) script.close(slot);
  for (const other of filling) script.close(other);
  script.unmap(0);
  script.unmap(SECOND);
  script.close(slot);
};

/** Locks, services, bulk operations and accesses over two pages, one of them copied. */
export const viewServices: SectionFragment = (script) => {
  const { random } = script;
  const slot = script.section(4 * PAGE, 0x40, SEC_COMMIT);
  const other = random.oneIn(3) ? script : script.beside();
  script.map(slot, 0, random.pick([0x08, 0x08, 0x80, 0x04, 0x20]));
  other.mapFrom(script, slot, SECOND, 0x04);
  other.store(SECOND + PAGE - 4, 8);
  if (random.oneIn(2)) script.store(random.pick([0, PAGE]), 4);
  for (let i = 0; i < 5; i += 1) {
    const at = random.below(4) * PAGE;
    const kind = random.pick([
      "lock",
      "unlock",
      "transfer",
      "writeProcess",
      "fill",
      "copy",
      "straddle",
      "reset",
      "guard",
    ] as const);
    if (kind === "lock" || kind === "unlock") script.lock(kind, at, PAGE);
    else if (kind === "transfer")
      script.transfer(at + random.pick([0, 0xffe]), random.pick([4, PAGE]));
    else if (kind === "writeProcess") script.writeProcess(at + random.pick([0, 0xffe]), 4);
    else if (kind === "fill") script.fill(at + 0x800, random.pick([8, PAGE]));
    else if (kind === "copy")
      script.copy(at, other === script ? SECOND + random.below(3) * PAGE + 0x7f0 : 0xff8, PAGE);
    else if (kind === "straddle") script.touch(at + 0xffe, 4);
    else if (kind === "guard") script.protect(at, PAGE, random.pick([0x108, 0x102, 0x08]));
    else {
      script.allocate(at, PAGE, random.pick([MEM_RESET, MEM_RESET_UNDO]));
      if (random.oneIn(2)) script.load(at + 0xff8, 8);
    }
    if (random.oneIn(3)) other.store(SECOND + at + 0xff8, 8);
  }
  script.unmap(0);
  other.unmap(SECOND);
  script.close(slot);
};

export const SECTION_FRAGMENTS: readonly SectionFragment[] = [
  copies,
  copies,
  viewProtections,
  reservedSections,
  reservedSections,
  viewArguments,
  sectionArguments,
  accessTables,
  viewCharges,
  viewCharges,
  viewServices,
  viewServices,
];
