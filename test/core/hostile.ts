import {
  type CoreExports,
  MachineCounter,
  Profile,
  SpaceKind,
  Switch,
} from "../../src/wasm/exports.ts";
import { pick, randomFrom } from "../unit/random.ts";
import { PROTECTIONS, writeRuns } from "./adopted-runs.ts";
import { aweCalls } from "./hostile-awe.ts";
import { ceCalls } from "./hostile-ce.ts";
import { codeCalls } from "./hostile-code.ts";
import { enclaveCalls } from "./hostile-enclaves.ts";
import { sectionCalls } from "./hostile-sections.ts";
import { workingSetCalls } from "./hostile-working-set.ts";

/**
 * Calls of the core by number, with arguments that no well-meaning caller would pass. Nothing is
 * known of the answers but that there is one: no export traps, and the rules between the maps hold.
 */

/** What the host uses, and accessors that it does not. */
export interface AnyExports extends CoreExports {
  windowedLoadU64(context: number, address: number): bigint;
  windowedStoreU32(context: number, address: number, value: number): void;
}

type Random = (below: number) => number;

const PAGE = 0x1000;
const INVALID_HANDLE = 0xc0000008 | 0;
const NOWHERE = -1;

/** Numbers at which something begins or ends. */
const EDGES = [
  0,
  0x10000,
  0x3ff000,
  0x400000,
  0x1ff0000,
  0x4100000,
  0x6100000,
  0x42000000,
  0x60000000,
  0x7ffe0000,
  0x7ffe1000,
  0x7ffeffff,
  0x7fff0000,
  0x80000000,
  0x80010000,
  0xbffeffff,
  0xfffe0000,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 47 - 0x20000,
  2 ** 47,
  2 ** 52,
  NOWHERE,
];
const TYPES = [
  0x1000, 0x2000, 0x3000, 0x8002000, 0x8003000, 0x203000, 0x202000, 0x102000, 0x80000, 0x1000000,
  0x402000, 0x20003000, 0,
];
/** The calls of `ceCalls`, and what processes do with their own memory. */
const CE_ALONE = /^(ce[A-Z].*|allocateAnywhere|enter|end|forget)$/;
const FAR_ADDRESSES = [
  2n ** 64n - 1n,
  2n ** 64n - 4n,
  2n ** 47n,
  0x7ffffffeffffn,
  2n ** 64n - 2n ** 47n,
];

export interface HostileRun {
  profile: keyof typeof Profile;
  seed: number;
  steps: number;
  /** Verify both spaces after every so many steps. */
  verifyEvery: number;
  /** Call nothing but what matters to Windows CE, so that much of it comes together. */
  isCeAlone?: boolean;
}

/** Run it. @throws Error that says which step trapped or which rule was broken */
export function runHostile(core: AnyExports, run: HostileRun) {
  const { profile, seed, steps, verifyEvery, isCeAlone = false } = run;
  const random = randomFrom(seed);
  const hasWindow = profile !== "win64";
  core.machineCreateF64(
    Profile[profile],
    random(8),
    random(0x1000) | (hasWindow ? Switch.Window : 0) | (random(2) * Switch.PageStore),
    pick([300, 4000, 0x400000], random),
    pick([12, 60, 200, 0x200000], random),
    seed,
    seed,
  );
  const context = core.contextCreate();
  const kind = hasWindow ? SpaceKind.Windowed : SpaceKind.Translated;
  const spaces = [core.spaceCreate(kind, 50, 345), core.spaceCreate(SpaceKind.Translated, 50, 345)];
  core.contextEnter(context, spaces[0] as number);
  core.machineSetEnclaves(0x13);
  core.spaceGuardFlow(spaces[0] as number);
  const isCe = profile === "ce5" || profile === "ce6";
  const calls = callsOf(core, context, spaces, random, kind, isCe);
  const names = Object.keys(calls).filter((name) => !isCeAlone || CE_ALONE.test(name));
  for (let step = 0; step < steps; step++) {
    const name = pick(names, random);
    try {
      calls[name]?.();
    } catch (cause) {
      throw new Error(`seed ${seed}, step ${step}: ${name} trapped`, { cause });
    }
    core.outcomeClear(context);
    if (step % verifyEvery !== 0) continue;
    // Number 1 is what all processes share, where a system has that.
    for (const space of [1, ...spaces]) {
      const rule = core.verifySpace(context, space);
      if (rule !== 0) throw new Error(`seed ${seed}, step ${step}: ${name} broke rule ${rule}`);
    }
  }
}

function callsOf(
  core: AnyExports,
  context: number,
  spaces: number[],
  random: Random,
  kind: number,
  isCe: boolean,
): Record<string, () => unknown> {
  const one = <T>(list: readonly T[]) => pick(list, random);
  const lowest = core.machineCounterF64(MachineCounter.LowestUserAddress) + 0xf0000;
  const near = () =>
    lowest + random(64) * 0x8000 + random(8) * PAGE + one([0, 0, 0, 1, 0xffe, 0xfff]);
  const address = () => (random(2) === 0 ? near() : one(EDGES) + one([0, 0, 1, 0xfff, PAGE]));
  const size = () => one([0, 1, 2, PAGE, PAGE + 1, 0x10000, 0x100000, random(0x30000), ...EDGES]);
  const pointer = () => one([NOWHERE, NOWHERE, NOWHERE, 0, address()]);
  const protection = () => one([...PROTECTIONS, random(0x800), 0x40000040]);
  const type = () => one([...TYPES, random(2 ** 31)]);
  const space = () => one([...spaces, ...spaces, ...spaces, INVALID_HANDLE, 99, 5000]);
  const placeholder = () => 0x200000 + random(8) * 0x10000;
  const length = () => one([0, 1, 100, 3 * PAGE, 0x40000, 2 ** 40]);
  const sections: number[] = [];
  const c = context;
  let entered = spaces[0] as number;
  const isWindowed = () => kind === SpaceKind.Windowed && entered === spaces[0];

  const numbers = { one, random, space, address, size, pointer, type, protection };

  return {
    ...workingSetCalls(core, c, numbers),
    ...codeCalls(core, c, numbers),
    ...(isCe && ceCalls(core, c, random, { ...numbers, spaces, near })),
    ...enclaveCalls(core, { context, random, address, size, pointer, space, own: () => entered }),
    allocate: () =>
      core.allocateF64(
        c,
        space(),
        pointer(),
        address(),
        one([0, 0, 0, 1, 15, 21, 22, 33, -1]),
        pointer(),
        size(),
        type(),
        protection(),
      ),
    allocateAnywhere: () =>
      core.allocateF64(c, space(), -1, 0, 0, -1, one([PAGE, 0x50000]), type(), protection()),
    allocateEx: () =>
      core.allocateExF64(
        c,
        space(),
        pointer(),
        one([0, address()]),
        pointer(),
        one([PAGE, 4 * PAGE, size()]),
        one([0x42000, 0x42000, 0x6000, 0x7000, type()]),
        one([1, 1, protection()]),
        one([0, 0, address()]),
        one([0, 0, address()]),
        one([0, 0, 0x10000, 0x400000, -1]),
      ),
    reserveForAll: () => core.allocateF64(c, space(), -1, 0, 0, -1, 0x200000, 0x2000, 1),
    copyPages: () =>
      core.pagesCopyF64(
        c,
        space(),
        one([near(), address()]),
        one([near(), near(), 0x2000, address()]),
        one([PAGE, 3 * PAGE, size()]),
        one([2, 4, 0x204, 0x404, 0x402, protection()]),
      ),
    free: () =>
      core.freeF64(
        c,
        space(),
        pointer(),
        address(),
        pointer(),
        one([0, 0, size()]),
        one([0x4000, 0x8000, 0x8001, 0x8002]),
      ),
    protect: () =>
      core.protectF64(c, space(), pointer(), address(), pointer(), size(), protection(), pointer()),
    query: () =>
      core.queryF64(
        c,
        space(),
        address(),
        one([0, 3, 1]),
        pointer(),
        one([0, 28, 48, 16, 24, 100]),
        pointer(),
      ),
    lock: () => core.lockF64(c, space(), pointer(), address(), pointer(), size(), random(5)),
    unlock: () => core.unlockF64(c, space(), pointer(), address(), pointer(), size(), 1),
    readVirtual: () => core.readVirtualF64(c, space(), address(), pointer(), size(), pointer()),
    writeVirtual: () => core.writeVirtualF64(c, space(), address(), pointer(), size(), pointer()),
    writeProcess: () => core.writeProcessF64(c, space(), address(), pointer(), size(), pointer()),
    getWriteWatch: () =>
      core.getWriteWatchF64(
        c,
        space(),
        random(3),
        address(),
        size(),
        pointer(),
        pointer(),
        one([0, 1, 3, -1]),
        pointer(),
      ),
    resetWriteWatch: () => core.resetWriteWatchF64(c, space(), address(), size()),
    load: () =>
      one([core.loadU8F64, core.loadU16F64, core.loadU32F64, core.loadF64F64])(c, address()),
    store: () => one([core.storeU8F64, core.storeU16F64, core.storeU32F64])(c, address(), 7),
    loadFar: () => core.loadSlow(c, one(FAR_ADDRESSES), one([1, 2, 4, 8])),
    storeFar: () => core.storeSlow(c, one(FAR_ADDRESSES), one([1, 2, 4, 8]), 5n),
    windowedLoad: () => isWindowed() && core.windowedLoadU64(c, address() | 0),
    windowedStore: () => isWindowed() && core.windowedStoreU32(c, address() | 0, 7),
    copy: () => core.copyF64(c, address(), address(), length()),
    fill: () => core.fillF64(c, address(), 7, length()),
    compare: () => core.compareF64(c, address(), address(), length()),
    fetch: () => core.fetchF64(c, address(), one([0, 1, 15, 16, 1000])),
    ask: () => core.askF64(c, address(), one([1, 8, 15, 100000]), one([0, 1, 8, 3])),
    probe: () => core.probeF64(c, address(), 1, one([0, 1, 8])),
    probeRange: () => core.probeRangeF64(c, address(), size(), one([0, 1])),
    peek: () => core.peekF64(space(), address()),
    poke: () => core.pokeF64(space(), address()),
    touched: () => core.spaceTouchedF64(space(), address(), size()),
    forget: () => core.mapsForget(space()),
    enter: () => {
      entered = one(spaces);
      core.contextEnter(c, entered);
    },
    ...sectionCalls(core, c, random, { address, size, space, protection, sections }),
    viewMap: () =>
      core.viewMapF64(
        c,
        space(),
        one([...sections, INVALID_HANDLE, 77]),
        one([0x2f, 0x4, 0x6, 0xc]),
        pointer(),
        one([0, 0, 0x100000 + random(64) * 0x10000, address()]),
        0,
        one([0, 0, 2 * PAGE, 2 ** 40]),
        pointer(),
        one([0, 0, 0x10000, PAGE]),
        pointer(),
        one([0, 0, PAGE, size()]),
        random(3),
        one([0, 0, 0x100000, 0x2000]),
        one(PROTECTIONS),
      ),
    viewMapEx: () =>
      core.viewMapExF64(
        c,
        space(),
        one([...sections, INVALID_HANDLE, 77]),
        one([0x2f, 0x4, 0x6, 0xc]),
        pointer(),
        one([0, near(), placeholder(), placeholder(), address()]),
        pointer(),
        one([0, 0, 0x10000, PAGE]),
        pointer(),
        one([0, PAGE, 4 * PAGE, size()]),
        one([0, 0x4000, 0x4000, 0x4000, 0x104000, 0x2000, type()]),
        one(PROTECTIONS),
        one([0, 0, 0, address()]),
        one([0, 0, 0, address()]),
        one([0, 0, 0, 0x10000]),
      ),
    replace: () => {
      const at = placeholder();
      core.allocateExF64(c, entered, -1, at, -1, 4 * PAGE, 0x42000, 1, 0, 0, 0);
      if (random(2) === 0) core.freeF64(c, entered, -1, at, -1, PAGE, 0x8002);
      const section = one([...sections, 77]);
      const bytes = one([PAGE, 4 * PAGE]);
      const rest = [bytes, 0x4000, one([1, 2, 4, 8]), 0, 0, 0] as const;
      core.viewMapExF64(c, entered, section, 0x2f, -1, at, -1, 0, -1, ...rest);
    },
    ...aweCalls(core, c, random, { address, near, pointer, size, space }),
    viewUnmap: () => core.viewUnmapF64(c, space(), address()),
    viewUnmapEx: () =>
      core.viewUnmapExF64(c, space(), one([placeholder(), address()]), one([0, 1, 2, 2, 2, 3, -1])),
    thread: () => core.contextThread(c, one([0, 1, 2, 2 ** 32 - 1])),
    threadStack: () => core.threadStackF64(space(), one([0, 1, 2]), random(5)),
    threadStackSet: () =>
      core.threadStackSetF64(
        one(spaces),
        one([0, 1, 2, 2 ** 32 - 1]),
        one([0, address(), NOWHERE]),
        one([0, address()]),
        one([0, address(), 0x100000]),
      ),
    threadStackMake: () =>
      core.threadStackMakeF64(c, random(3), one([0, size()]), one([0, size()])),
    stackCreate: () =>
      core.stackCreateF64(
        c,
        one([0, size()]),
        one([0, size()]),
        one([0, 0, 5, 12, 40, NOWHERE]),
        one([0, 1, PAGE, size()]),
        one([1, PAGE, size()]),
      ),
    stackGuarantee: () => core.stackGuaranteeF64(c, pointer(), size()),
    stackRearm: () => core.stackRearmF64(c, one([NOWHERE, address()])),
    viewFlush: () => core.viewFlushF64(c, space(), address(), size()),
    adopt: () => {
      writeRuns(core, c, random);
      const bytes = (random(8) + 1) * PAGE;
      const kinds = [0x20000, 0x40000, 0x1000000, 5];
      const base = Math.floor(near() / PAGE) * PAGE;
      return core.regionAdoptF64(
        c,
        space(),
        base,
        bytes,
        one(kinds),
        protection(),
        random(3),
        one([0, 1, 2, 9999]),
      );
    },
    end: () => {
      if (random(200) !== 0) return;
      const which = random(2);
      core.spaceTerminate(spaces[which] as number);
      core.spaceDestroy(spaces[which] as number);
      spaces[which] = core.spaceCreate(which === 0 ? kind : SpaceKind.Translated, 50, 345);
      entered = spaces[0] as number;
      core.contextEnter(c, entered);
    },
  };
}
