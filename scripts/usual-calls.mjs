/**
 * What programs do all the time, made on a core by its exports: the functions that are entered on
 * the way are those that the optimizer makes fast (scripts/optimize.mjs).
 */

const MEM_COMMIT = 0x1000;
const MEM_RESERVE = 0x2000;
const MEM_DECOMMIT = 0x4000;
const MEM_RELEASE = 0x8000;
const MEM_WRITE_WATCH = 0x20_0000;
const PAGE_READONLY = 2;
const PAGE_READWRITE = 4;
const PAGE_GUARD = 0x100;
const WATCH_RESET = 1;
const BASIC_INFORMATION = 0;
const BASIC_INFORMATION_BYTES = 48n;
const READ = 0;

const WINDOW_SWITCH = 0x1000;
const WINDOWS_10 = 7;
const PAGE_BYTES = 4096n;
const REGION_PAGES = 16n;
const REGION_BYTES = REGION_PAGES * PAGE_BYTES;
const RESULTS = 0x40;
/** No pointer, and no base: the value is in the arguments, the answer goes to the results. */
const NONE = -1n;

const ACCESSOR = /^(windowedL|windowedS|l|s)(oad|tore)[UIF](8|16|32|64)(F64)?$/;

/** The systems whose calls are to be fast, and the kinds of space in them. */
const PLACES = [
  { profile: 0, kind: 1, switches: WINDOW_SWITCH },
  { profile: 0, kind: 0, switches: 0 },
  { profile: 3, kind: 0, switches: 0 },
];

/**
 * @param {() => WebAssembly.Exports} instantiate a core of its own for each place
 * @param {() => void} begin called when everything is set up, before the calls that count
 * @param {number} rounds
 */
export function usualCalls(instantiate, begin, rounds) {
  for (const place of PLACES) callsOf(instantiate(), place, begin, rounds);
}

/**
 * @param {any} core
 * @param {typeof PLACES[number]} place
 * @param {() => void} begin
 * @param {number} rounds
 */
function callsOf(core, { profile, kind, switches }, begin, rounds) {
  if (core.machineCreate(profile, WINDOWS_10, switches, 0x10_0000n, 0x8_0000n, 0, 0) !== 1) {
    throw new Error("the machine for the usual calls could not be made");
  }
  const context = core.contextCreate();
  const space = core.spaceCreate(kind, 50, 345);
  core.contextEnter(context, space);
  core.contextThread(context, 1);

  // Each round is made by the functions with i64, and again by those with doubles.
  let isWide = true;
  /** @param {string} name @param {(number | bigint)[]} rest */
  const call = (name, ...rest) =>
    isWide
      ? core[name](context, ...rest)
      : core[`${name}F64`](context, ...rest.map((argument) => Number(argument)));
  /** @param {string} name @param {(number | bigint)[]} rest */
  const succeed = (name, ...rest) => {
    const status = call(name, space, ...rest);
    if (status !== 0) throw new Error(`${name} answered ${(status >>> 0).toString(16)}`);
  };
  const base = () => new DataView(core.memory.buffer, context).getBigUint64(RESULTS, true);
  /** @param {bigint} at @param {bigint} bytes @param {number} type */
  const allocate = (at, bytes, type) =>
    succeed("allocate", NONE, at, 0n, NONE, bytes, type, PAGE_READWRITE);
  /** @param {bigint} at @param {bigint} bytes @param {number} type */
  const free = (at, bytes, type) => succeed("free", NONE, at, NONE, bytes, type);
  /** @param {bigint} at @param {number} protection */
  const protect = (at, protection) =>
    succeed("protect", NONE, at, NONE, PAGE_BYTES, protection, NONE);
  /** @param {bigint} at */
  const query = (at) =>
    succeed("query", at, BASIC_INFORMATION, NONE, BASIC_INFORMATION_BYTES, NONE);
  const accessors = Object.keys(core).filter((name) => ACCESSOR.test(name));
  /** @param {bigint} at */
  const accessByAll = (at) => {
    for (const name of accessors) {
      const isTwin = name.endsWith("F64") && name.slice(0, -"F64".length) in core;
      const isNarrow = isTwin || name.startsWith("windowed");
      if (name.startsWith("windowed") && kind !== 1) continue;
      core[name](context, isNarrow ? Number(at) : at, /U64/.test(name) ? 1n : 1);
    }
  };
  /** @param {bigint} at */
  const touch = (at) => {
    if (kind === 1) core.windowedStoreU32(context, Number(at), 1);
    else call("storeU32", at, 1);
  };

  allocate(0n, REGION_BYTES, MEM_RESERVE | MEM_COMMIT);
  const region = base();
  allocate(0n, REGION_BYTES, MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH);
  const watched = base();
  for (let page = 0n; page < REGION_PAGES; page += 1n) touch(watched + page * PAGE_BYTES);
  begin();
  for (let round = 0; round < 2 * rounds; round += 1) {
    isWide = round < rounds;
    allocate(0n, REGION_BYTES, MEM_RESERVE | MEM_COMMIT);
    const fresh = base();
    for (let page = 0n; page < REGION_PAGES; page += 1n) touch(fresh + page * PAGE_BYTES);
    query(fresh);
    query(fresh + REGION_BYTES);
    free(fresh, 0n, MEM_RELEASE);
    protect(region, PAGE_READONLY);
    query(region);
    protect(region, PAGE_READWRITE | PAGE_GUARD);
    call("ask", region, 4, READ);
    core.outcomeClear(context);
    accessByAll(region);
    free(region, PAGE_BYTES, MEM_DECOMMIT);
    allocate(region, PAGE_BYTES, MEM_COMMIT);
    const pages = REGION_PAGES;
    succeed("getWriteWatch", WATCH_RESET, watched, REGION_BYTES, NONE, NONE, pages, NONE);
    for (let page = 0n; page < REGION_PAGES; page += 1n) touch(watched + page * PAGE_BYTES);
  }
}
