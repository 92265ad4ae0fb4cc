/**
 * Loops of guest accesses as a compiler would generate them: one function for each, with the check
 * of every access by `guardpage/emitter`, or without any.
 */
import { AccessEmitter } from "guardpage/emitter";
import * as wasm from "./instructions.mjs";
import { instantiate } from "./module.mjs";

/**
 * "sequential": word after word. "random": a word of a linear congruential generator's choice.
 * "chained": each word says where the next one is; a store goes beside the word that was loaded.
 *
 * @typedef {"sequential" | "random" | "chained"} Pattern
 * @typedef {"load" | "store"} Kind
 */

/**
 * @typedef {object} Loop
 * @property {Kind} kind
 * @property {Pattern} pattern
 * @property {number} base guest address of the first word
 * @property {number} bits of the number of a word, for "random"
 */

/**
 * Where the loop stands. It begins with these, and leaves them in globals of the same names.
 *
 * @typedef {object} State
 * @property {number} address
 * @property {number} random state of the generator
 * @property {number} sum of what was loaded, or what is stored next
 * @property {number} rounds still to be made
 */

export const MULTIPLIER = 1664525;
export const INCREMENT = 1013904223;

const STATE = /** @type {const} */ (["address", "random", "sum", "rounds"]);
const Local = { address: 0, random: 1, sum: 2, rounds: 3, entry: 4, value: 5, beside: 6 };
const { get, set, increase } = wasm;
const { entry } = Local;

/** The call form calls the first two functions that the module imports. */
const IMPORTS = [
  { name: "load", params: [wasm.Type.i64, wasm.Type.i32], results: [wasm.Type.i64] },
  { name: "store", params: [wasm.Type.i64, wasm.Type.i32, wasm.Type.i64], results: [] },
];
const SLOW = {
  call: /** @type {const} */ ({ slow: "call", load: 0, store: 1 }),
  leave: /** @type {const} */ ({ slow: "leave", depth: 1 }), // out of the loop and its block
};

/**
 * Writes the accesses themselves.
 *
 * @typedef {object} Accesses
 * @property {(address: number, value: number) => number[]} load between these locals
 * @property {(address: number, value: number) => number[]} store
 */

/** @param {import("guardpage/emitter").GeneratedCode} code @param {"call" | "leave"} form */
export function checked(code, form) {
  const emitter = new AccessEmitter(code, SLOW[form]);
  return /** @type {Accesses} */ ({
    load: (address, value) => emitter.load("u32", { address, entry, value }),
    store: (address, value) => emitter.store("u32", { address, entry, value }),
  });
}

/** What the limit is: the same bytes, and nobody asks. @returns {Accesses} */
export function unchecked(/** @type {number} */ windowBase) {
  return {
    load: (address, value) => [...get(address), ...wasm.i32Load(windowBase), ...set(value)],
    store: (address, value) => [...get(address), ...get(value), ...wasm.i32Store(windowBase)],
  };
}

/** @param {Loop} loop @param {Accesses} accesses */
function step({ kind, pattern, base, bits }, accesses) {
  const { address, random, sum, value, beside } = Local;
  if (pattern === "chained") {
    const next = [...accesses.load(address, value), ...get(value), ...set(address)];
    if (kind === "load") {
      return [...next, ...get(sum), ...get(value), ...wasm.i32Add, ...set(sum)];
    }
    const place = [...get(address), ...wasm.i32(4), ...wasm.i32Add, ...set(beside)];
    return [...next, ...place, ...accesses.store(beside, sum), ...increase(sum, 1)];
  }
  const choose = [
    ...[...get(random), ...wasm.i32(MULTIPLIER), ...wasm.i32Mul],
    ...[...wasm.i32(INCREMENT), ...wasm.i32Add, ...wasm.tee(random)],
    ...[...wasm.i32(32 - bits), ...wasm.i32ShrU, ...wasm.i32(2), ...wasm.i32Shl],
    ...[...wasm.i32(base), ...wasm.i32Add, ...set(address)],
  ];
  const access =
    kind === "load"
      ? [
          ...accesses.load(address, value),
          ...[...get(sum), ...get(value), ...wasm.i32Add, ...set(sum)],
        ]
      : [...accesses.store(address, sum), ...increase(sum, 1)];
  return pattern === "random" ? [...choose, ...access] : [...access, ...increase(address, 4)];
}

/**
 * A function that makes `rounds` of the loop from a state, or fewer where it leaves.
 *
 * @param {Loop} loop
 * @param {Accesses} accesses
 * @param {import("guardpage/emitter").GeneratedCodeImports} env
 */
export async function compile(loop, accesses, env) {
  const { i32 } = wasm.Type;
  const body = [
    ...[...wasm.block, ...wasm.loop],
    ...step(loop, accesses),
    ...[...increase(Local.rounds, -1), ...get(Local.rounds), ...wasm.branchIf(0)],
    ...[...wasm.end, ...wasm.end],
    ...STATE.flatMap((name) => [...get(Local[name]), ...wasm.setGlobal(STATE.indexOf(name))]),
  ];
  const run = { name: "run", params: STATE.map(() => i32), results: [] };
  const parts = {
    imports: IMPORTS,
    globals: [...STATE],
    functions: [{ ...run, locals: [i32, i32, i32], body }],
  };
  const exports = await instantiate(parts, { ...env });
  return {
    /** @param {State} state */
    run({ address, random, sum, rounds }) {
      exports.run(address, random, sum, rounds);
    },
    /** @returns {State} */
    state() {
      const { address, random, sum, rounds } = exports;
      return {
        address: address.value >>> 0,
        random: random.value,
        sum: sum.value,
        rounds: rounds.value,
      };
    },
  };
}
