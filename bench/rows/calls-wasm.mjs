/**
 * The same calls from inside WebAssembly: a module that imports the core's i64 exports and calls
 * them in loops, as a runtime without JavaScript does.
 */
import {
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_WRITE_WATCH,
  PAGE_GUARD,
  PAGE_READONLY,
  PAGE_READWRITE,
  WRITE_WATCH_FLAG_RESET,
} from "guardpage/constants";
import { CALIBRATION, verify } from "../harness.mjs";
import { bareCore, WINDOWED } from "../wasm/core.mjs";
import * as wasm from "../wasm/instructions.mjs";
import { instantiate } from "../wasm/module.mjs";
import { PAGES, Sizes } from "./call-works.mjs";
import { prepared } from "./repeat.mjs";

/** @typedef {Awaited<ReturnType<typeof bareCore>>} Core */

const { page: PAGE, small: SMALL, large: LARGE } = Sizes;
const BYTES = PAGES * PAGE;
const RESERVE_COMMIT = MEM_RESERVE | MEM_COMMIT;
const NONE = -1n; // no guest address: the value is beside it
const MEMORY_BASIC_INFORMATION_BYTES = 28;
const VALUE = 7;

// From a context.
const OUTCOME = 0;
const RESULTS = 0x40;
const REGION_SIZE = RESULTS + 3 * 8;

const VIOLATION = 1;
const GUARD = 2;

const { i32, i64 } = wasm.Type;
const IMPORTS = [
  { name: "allocate", params: [i32, i32, i64, i64, i64, i64, i64, i32, i32], results: [i32] },
  { name: "free", params: [i32, i32, i64, i64, i64, i64, i32], results: [i32] },
  { name: "protect", params: [i32, i32, i64, i64, i64, i64, i32, i64], results: [i32] },
  { name: "query", params: [i32, i32, i64, i32, i64, i64, i64], results: [i32] },
  {
    name: "getWriteWatch",
    params: [i32, i32, i32, i64, i64, i64, i64, i64, i64],
    results: [i32],
  },
  { name: "resetWriteWatch", params: [i32, i32, i64, i64], results: [i32] },
  { name: "windowedLoadU32", params: [i32, i32], results: [i32] },
  { name: "windowedStoreU32", params: [i32, i32, i32], results: [] },
  { name: "outcomeClear", params: [i32], results: [] },
];

/** Locals of each function: how often, what went wrong so far, an address, and a count inside. */
const Local = { iterations: 0, wrong: 1, address: 2, inner: 3 };
const { call, get, set, i32: int, i64: long } = wasm;

/** Instructions for one core: its context and space are constants of the code. */
function instructions(/** @type {Core} */ { context, space }) {
  const imported = (/** @type {string} */ name) =>
    call(IMPORTS.findIndex((item) => item.name === name));
  const own = [...int(context), ...int(space)];
  const expectZero = [...get(Local.wrong), ...wasm.i32Or, ...set(Local.wrong)];
  const address = [...get(Local.address), ...wasm.extend];
  const commitAt = (/** @type {number[]} */ base, /** @type {number} */ bytes) => [
    ...[...own, ...long(NONE), ...base, ...long(0), ...long(NONE), ...long(bytes)],
    ...[...int(MEM_COMMIT), ...int(PAGE_READWRITE), ...imported("allocate"), ...expectZero],
  ];
  const release = [
    ...[...own, ...long(NONE), ...address, ...long(NONE), ...long(0), ...int(MEM_RELEASE)],
    ...[...imported("free"), ...expectZero],
  ];
  return {
    /** What is on the stack has to be this. */
    expect: (/** @type {number} */ value) => [...int(value), ...wasm.i32Xor, ...expectZero],

    /** Anywhere; the base goes to `address`. */
    reserve(/** @type {number} */ bytes, /** @type {number} */ type) {
      return [
        ...[...own, ...long(NONE), ...long(0), ...long(0), ...long(NONE), ...long(bytes)],
        ...[...int(type), ...int(PAGE_READWRITE), ...imported("allocate"), ...expectZero],
        ...[...int(context), ...wasm.i32Load(RESULTS), ...set(Local.address)],
      ];
    },
    release,
    /** At a base. */
    commit: (/** @type {number} */ bytes, /** @type {number} */ base) =>
      commitAt(long(base), bytes),
    /** At `address`. */
    commitPage: commitAt(address, PAGE),
    decommit(/** @type {number} */ bytes, /** @type {number} */ base) {
      return [
        ...[...own, ...long(NONE), ...long(base), ...long(NONE), ...long(bytes)],
        ...[...int(MEM_DECOMMIT), ...imported("free"), ...expectZero],
      ];
    },
    protect(/** @type {number} */ base, /** @type {number} */ bytes, /** @type {number} */ to) {
      return [
        ...[...own, ...long(NONE), ...long(base), ...long(NONE), ...long(bytes), ...int(to)],
        ...[...long(NONE), ...imported("protect"), ...expectZero],
      ];
    },
    query: (/** @type {number} */ base) => [
      ...[...own, ...long(base), ...int(0), ...long(NONE)],
      ...[...long(MEMORY_BASIC_INFORMATION_BYTES), ...long(NONE)],
      ...[...imported("query"), ...expectZero],
    ],
    harvest: (/** @type {number} */ base, /** @type {number} */ bytes) => [
      ...[...own, ...int(WRITE_WATCH_FLAG_RESET), ...long(base), ...long(bytes)],
      ...[...long(NONE), ...long(NONE)],
      ...[...long(PAGES), ...long(NONE), ...imported("getWriteWatch"), ...expectZero],
    ],
    resetWatch: (/** @type {number} */ base, /** @type {number} */ bytes) => [
      ...[...own, ...long(base), ...long(bytes), ...imported("resetWriteWatch"), ...expectZero],
    ],
    load: [...int(context), ...get(Local.address), ...imported("windowedLoadU32")],
    store: [
      ...[...int(context), ...get(Local.address), ...int(VALUE)],
      ...imported("windowedStoreU32"),
    ],
    outcome: [...int(context), ...wasm.i32Load(OUTCOME)],
    clearOutcome: [...int(context), ...imported("outcomeClear")],
    regionSize: [...int(context), ...wasm.i32Load(REGION_SIZE)],
    result: [...int(context), ...wasm.i32Load(RESULTS)],
  };
}

/** For each page from `base`, or from `address` where there is none. */
function eachPage(
  /** @type {number} */ pages,
  /** @type {number[]} */ body,
  /** @type {number | undefined} */ base,
) {
  return [
    ...(base === undefined ? [] : [...int(base), ...set(Local.address)]),
    ...[...int(pages), ...set(Local.inner), ...wasm.loop, ...body],
    ...wasm.increase(Local.address, PAGE),
    ...[...wasm.increase(Local.inner, -1), ...get(Local.inner), ...wasm.branchIf(0), ...wasm.end],
  ];
}

/** A function that runs the body so often, and answers 0 where all went well. */
async function compile(/** @type {Core} */ core, /** @type {number[]} */ body) {
  const run = {
    name: "run",
    params: [i32],
    results: [i32],
    locals: [i32, i32, i32],
    body: [
      ...[...wasm.loop, ...body, ...wasm.increase(Local.iterations, -1)],
      ...[...get(Local.iterations), ...wasm.branchIf(0), ...wasm.end, ...get(Local.wrong)],
    ],
  };
  const exports = await instantiate({ imports: IMPORTS, functions: [run] }, core.exports);
  return (/** @type {number} */ iterations) => {
    verify(exports.run(iterations) === 0, "a call from WebAssembly");
  };
}

/** @param {import("./rows.mjs").Host} host */
async function make(host) {
  const core = await bareCore(host, WINDOWED);
  const write = instructions(core);
  /** A region made from JavaScript. */
  const region = (/** @type {number} */ bytes, type = RESERVE_COMMIT) => {
    const { exports, context, space } = core;
    const places = [NONE, 0n, 0n, NONE, BigInt(bytes)];
    verify(exports.allocate(context, space, ...places, type, PAGE_READWRITE) === 0, "allocate");
    return new DataView(exports.memory.buffer).getUint32(context + RESULTS, true);
  };
  // A 32-bit process has room for one.
  const large = region(LARGE);
  return { core, write, region, large, watched: region(BYTES, RESERVE_COMMIT | MEM_WRITE_WATCH) };
}

/** @typedef {Awaited<ReturnType<typeof make>>} Made */

/**
 * @typedef {object} Call
 * @property {string} id
 * @property {string} title
 * @property {number} [operations] of one time
 * @property {(made: Made) => number[]} [before] each time, and not counted
 * @property {(made: Made) => number[]} body
 */

/** @type {Call[]} */
const CALLS = [
  {
    id: "allocate",
    title: "allocate + free, 64 KB",
    body: ({ write }) => [...write.reserve(SMALL, RESERVE_COMMIT), ...write.release],
  },
  {
    id: "allocate-touched",
    title: "allocate + free, 64 KB, 16 pages touched",
    body: ({ write }) => [
      ...write.reserve(SMALL, RESERVE_COMMIT),
      ...eachPage(SMALL / PAGE, write.store, undefined),
      ...[...wasm.increase(Local.address, -SMALL), ...write.release],
    ],
  },
  {
    id: "commit",
    title: "commit one page",
    operations: PAGES,
    body({ write, region }) {
      const base = region(BYTES, MEM_RESERVE);
      return [...eachPage(PAGES, write.commitPage, base), ...write.decommit(BYTES, base)];
    },
  },
  {
    id: "protect",
    title: "protect, one page back and forth, each",
    operations: 2,
    body({ write, region }) {
      const base = region(SMALL);
      return [
        ...write.protect(base, PAGE, PAGE_READONLY),
        ...write.protect(base, PAGE, PAGE_READWRITE),
      ];
    },
  },
  {
    id: "protect-1gb",
    title: "protect, 1 GB back and forth, each",
    operations: 2,
    body: ({ write, large }) => [
      ...write.protect(large, LARGE, PAGE_READONLY),
      ...write.protect(large, LARGE, PAGE_READWRITE),
    ],
  },
  {
    id: "query",
    title: "query in 64 KB",
    body: ({ write, region }) => [
      ...write.query(region(SMALL)),
      ...[...write.regionSize, ...write.expect(SMALL)],
    ],
  },
  {
    id: "query-1gb",
    title: "query in 1 GB",
    body: ({ write, large }) => [
      ...write.query(large),
      ...[...write.regionSize, ...write.expect(LARGE)],
    ],
  },
  {
    id: "guard",
    title: "arm a guard, hit it, go on",
    body({ write, region }) {
      const base = region(SMALL);
      return [
        ...[...int(base), ...set(Local.address)],
        ...write.protect(base, PAGE, PAGE_READWRITE | PAGE_GUARD),
        ...[...write.load, ...wasm.drop, ...write.outcome, ...write.expect(GUARD)],
        ...[...write.clearOutcome, ...write.load, ...write.expect(0)],
        ...[...write.outcome, ...write.expect(0)],
      ];
    },
  },
  {
    id: "commit-on-fault",
    title: "commit on fault, go on",
    operations: PAGES,
    body({ write, region }) {
      const base = region(BYTES, MEM_RESERVE);
      const store = [
        ...[...write.store, ...write.outcome, ...write.expect(VIOLATION)],
        ...[...write.clearOutcome, ...write.commitPage, ...write.store],
        ...[...write.outcome, ...write.expect(0)],
      ];
      return [...eachPage(PAGES, store, base), ...write.decommit(BYTES, base)];
    },
  },
  {
    id: "first-write",
    title: "first write to a watched page",
    operations: PAGES,
    body({ write, region }) {
      const base = region(BYTES, RESERVE_COMMIT | MEM_WRITE_WATCH);
      return [...write.resetWatch(base, BYTES), ...eachPage(PAGES, write.store, base)];
    },
  },
  {
    id: "harvest",
    title: "harvest of the write watch, a page",
    operations: PAGES,
    // One region for both: this is run before each harvest, and not counted.
    before: ({ write, watched }) => eachPage(PAGES, write.store, watched),
    body: ({ write, watched }) => [
      ...write.harvest(watched, BYTES),
      ...[...write.result, ...write.expect(PAGES)],
    ],
  },
  {
    id: "first-touch",
    title: "first touch of a page, and giving it back",
    operations: PAGES,
    body({ write, region }) {
      const base = region(BYTES, MEM_RESERVE);
      return [
        ...write.commit(BYTES, base),
        ...[...eachPage(PAGES, write.store, base), ...write.decommit(BYTES, base)],
      ];
    },
  },
];

/** @returns {import("./rows.mjs").Row[]} */
export function wasmCallRows() {
  /** @type {ReturnType<typeof make> | undefined} */
  let made;
  return CALLS.map(({ id, title, operations = 1, before, body }) => ({
    id: `call/wasm/${id}`,
    title: `${title}; from WebAssembly`,
    kind: "call",
    async prepare(host) {
      made ??= make(host);
      const ready = await made;
      const run = await compile(ready.core, body(ready));
      if (before === undefined) return { cases: [{ name: "ours", run, operations }, CALIBRATION] };
      const first = await compile(ready.core, before(ready));
      const ours = prepared(
        () => first(1),
        () => run(1),
        operations,
      );
      return { cases: [ours, CALIBRATION] };
    },
  }));
}
