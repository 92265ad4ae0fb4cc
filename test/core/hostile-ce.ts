import { CONTEXT, type CoreExports, SpaceKind } from "../../src/wasm/exports.ts";
import { pick } from "../unit/random.ts";

const PAGE = 0x1000;
const SLOT = 0x2000000;
/** The space of what all processes see: the first that a machine makes, where it has one. */
const COMMON = 1;
const NOWHERE = -1;
const [MEM_COMMIT, MEM_RESERVE, AUTO_COMMIT] = [0x1000, 0x2000, 0x202000];
const [PAGE_NOACCESS, PAGE_READWRITE] = [1, 4];
const COPIES = [2, 4, 4, 0x204];
const MADE_MAXIMUM = 24;

/** Numbers that most calls take. */
interface Sources {
  readonly spaces: readonly number[];
  near(): number;
  size(): number;
  space(): number;
  pointer(): number;
  protection(): number;
}

/**
 * What Windows CE has of its own: slots, copies of pages, memory that its owner alone writes, pages
 * that are committed by a touch; and processes that end in the midst of it.
 */
export function ceCalls(
  core: CoreExports,
  c: number,
  random: (below: number) => number,
  { spaces, near, size, space, pointer, protection }: Sources,
): Record<string, () => unknown> {
  const one = <T>(list: readonly T[]) => pick(list, random);
  let guest = 0;
  const numbers = () => [...spaces, guest, 4, 33];
  const inSlot = () => (one(numbers()) & 0xff) * SLOT + near();
  /** Where something was made; it may be gone by now. */
  const made: number[] = [0x42000000, 0x70000000];
  const inMade = () => one(made) + random(4) * PAGE + one([0, 0, 0, 1, 0xfff]);
  const anywhere = () => one([near, inSlot, inMade, inMade])();
  /** Allocates, and remembers where: by its slot too, for another process. */
  const make = (target: number, base: number, bytes: number, type: number, protect: number) => {
    if (core.allocateF64(c, target, -1, base, 0, -1, bytes, type, protect) !== 0) return undefined;
    const result = new DataView(core.memory.buffer, c + CONTEXT.results).getBigUint64(0, true);
    made.push(Number(result), (target * SLOT + (Number(result) % SLOT)) % 2 ** 31);
    made.splice(0, made.length - MADE_MAXIMUM);
    return Number(result);
  };

  return {
    ceReserveForAll: () => make(space(), 0, 0x200000, MEM_RESERVE, PAGE_NOACCESS),
    ceAllocateShared: () => {
      const type = one([MEM_COMMIT, MEM_RESERVE, MEM_COMMIT | MEM_RESERVE]);
      return make(COMMON, one([0, 0, anywhere()]), 3 * PAGE, type, PAGE_READWRITE);
    },
    ceAllocateOwn: () => make(one(spaces), 0, 4 * PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE),
    ceReserveAutoCommit: () =>
      core.allocateF64(c, space(), -1, anywhere(), 0, -1, size(), AUTO_COMMIT, protection()),
    /** To pages that were reserved for it, at the very place of what was released, perhaps. */
    ceCopyPages: () => {
      const target = one([space(), ...spaces]);
      const base = one([0, 0, 0, one(made)]);
      if (base !== 0) core.freeF64(c, target, -1, base, -1, 0, 0x8000);
      const to = make(target, base, 4 * PAGE, MEM_RESERVE, PAGE_NOACCESS) ?? anywhere();
      const from = inMade();
      const offset = (from % PAGE) + random(2) * PAGE;
      return core.pagesCopyF64(c, target, to + offset, from, one([1, PAGE, 2 * PAGE]), one(COPIES));
    },
    ceCopyPhysical: () => {
      const target = one([space(), ...spaces]);
      const to = make(target, 0, 4 * PAGE, MEM_RESERVE, PAGE_NOACCESS) ?? anywhere();
      const from = one([0, 0x20, 0x7fffff0, 0x800000, NOWHERE]) + random(3) * 0x10;
      return core.pagesCopyF64(c, target, to, from, one([PAGE, 3 * PAGE]), 0x400 | one(COPIES));
    },
    ceFreeAnywhere: () =>
      core.freeF64(c, space(), pointer(), anywhere(), pointer(), 0, one([0x4000, 0x8000])),
    ceFreeMade: () => core.freeF64(c, one(numbers()), -1, one(made), -1, 0, 0x8000),
    ceProtectAnywhere: () =>
      core.protectF64(c, space(), -1, anywhere(), -1, one([1, PAGE, size()]), protection(), -1),
    ceCommitAnywhere: () =>
      core.allocateF64(c, space(), -1, anywhere(), 0, -1, size(), MEM_COMMIT, protection()),
    ceQueryAnywhere: () => core.queryF64(c, space(), anywhere(), one([0, 3]), pointer(), 28, 0),
    ceWriteAnywhere: () =>
      core.writeProcessF64(c, space(), anywhere(), NOWHERE, one([1, 0x1004, 0x3000]), 0),
    ceReadAnywhere: () => core.readVirtualF64(c, space(), anywhere(), NOWHERE, one([1, 0x2001]), 0),
    ceLoadAnywhere: () => core.loadU32F64(c, anywhere()),
    ceStoreAnywhere: () => core.storeU32F64(c, anywhere(), 7),
    ceCopyBytes: () => core.copyF64(c, anywhere(), anywhere(), one([1, 0x1800])),
    ceFillAnywhere: () => core.fillF64(c, anywhere(), 9, one([1, 0x2800])),
    cePeekAnywhere: () => core.peekF64(one(numbers()), anywhere()),
    cePokeAnywhere: () => core.pokeF64(one(numbers()), anywhere()),
    ceOfferNear: () => core.offerPagesF64(c, near() & ~0xfff, PAGE, 1),
    /** A process that others copy from, and that is soon gone or another one. */
    ceGuestBeginsOrEnds: () => {
      if (random(4) !== 0) return;
      if (guest !== 0) core.spaceTerminate(guest);
      if (guest !== 0 && random(3) !== 0) core.spaceDestroy(guest);
      guest = core.spaceCreate(SpaceKind.Translated, 50, 345);
      if (guest === 0) return;
      const type = MEM_RESERVE | MEM_COMMIT;
      for (let i = 0; i < 4; i++) make(guest, near(), 4 * PAGE, type, PAGE_READWRITE);
    },
    /** Acts for the guest once: what it reserves where all see it goes with it. */
    ceGuestReserves: () => {
      if (guest === 0) return;
      core.contextEnter(c, guest);
      make(COMMON, 0, 3 * PAGE, MEM_COMMIT, PAGE_READWRITE);
      make(guest, 0, 0x200000, MEM_RESERVE, PAGE_NOACCESS);
      core.contextEnter(c, one(spaces));
    },
  };
}
