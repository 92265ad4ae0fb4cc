/** Loads and stores of generated WebAssembly code, beside the same loops without any check. */
import { generatedCode } from "guardpage/emitter";
import { verify } from "../harness.mjs";
import { v86Cases } from "../v86/guest.mjs";
import { checked, compile, INCREMENT, MULTIPLIER, unchecked } from "../wasm/access-loops.mjs";
import * as places from "./access-places.mjs";

/** @typedef {import("../wasm/access-loops.mjs").Loop} Loop */
/** @typedef {import("../wasm/access-loops.mjs").State} State */
/** @typedef {import("../v86/image.mjs").Command} Command */
/** @typedef {"windowed" | "translated"} Space */
/** @typedef {Awaited<ReturnType<typeof places.twoProcesses>>} Processes */

const { CHAINED, FAR, FAR_BITS, LOADED, NODES, STORED, WORDS, WORDS_BITS } = places;
const FIRST_RANDOM = 1;
/** Most of these ask, and take a hundred times longer. */
const FAR_ROUNDS = 2 ** 14;

/** @type {Promise<Processes> | undefined} */
let made;
const processes = () => {
  made ??= places.twoProcesses();
  return made;
};

/** @param {Loop} loop */
function roundsOf({ pattern, base }) {
  if (base === FAR) return FAR_ROUNDS;
  return pattern === "chained" ? NODES : WORDS;
}

/** Where a loop begins. @param {Loop} loop @param {number} sum @returns {State} */
function start(loop, sum) {
  return { address: loop.base, random: FIRST_RANDOM, sum, rounds: roundsOf(loop) };
}

/**
 * The same loop in JavaScript: what it loads in all, and where it makes its last access.
 *
 * @param {Loop} loop
 */
function expected(loop) {
  const { kind, pattern, base, bits } = loop;
  let [sum, address, random] = [0, base, FIRST_RANDOM];
  if (pattern === "chained") {
    for (let node = 0; node < NODES; node += 1) sum = (sum + CHAINED + node * 8) | 0;
    return { sum, last: base + (kind === "store" ? 4 : 0) };
  }
  for (let round = 0; round < roundsOf(loop); round += 1) {
    random = (Math.imul(random, MULTIPLIER) + INCREMENT) | 0;
    const word = pattern === "random" ? random >>> (32 - bits) : round;
    address = base + word * 4;
    sum = (sum + (base === FAR ? places.FAR_WORD : places.wordAt(word))) | 0;
  }
  return { sum, last: address };
}

/**
 * Goes on until all rounds are made: where the code leaves, the host makes the access.
 *
 * @param {import("guardpage").Process} guest
 * @param {Loop} loop
 * @param {Awaited<ReturnType<typeof compile>>} code
 * @param {State} from
 */
function finish(guest, { kind, pattern }, code, from) {
  generatedCode(guest).enter();
  code.run(from);
  for (let state = code.state(); ; state = code.state()) {
    if (state.rounds === 0) return state;
    const { memory } = guest;
    verify(pattern !== "chained" || kind === "load", "a chain of stores does not leave");
    if (kind === "store") memory.setUint32(state.address, state.sum);
    const value = kind === "store" ? 1 : memory.getUint32(state.address);
    state.sum = (state.sum + value) | 0;
    state.address = pattern === "chained" ? value : state.address + 4;
    state.rounds -= 1;
    if (state.rounds === 0) return state;
    generatedCode(guest).enter();
    code.run(state);
  }
}

/**
 * @param {import("guardpage").Process} guest
 * @param {Loop} loop
 * @param {import("../wasm/access-loops.mjs").Accesses} accesses
 */
async function runner(guest, loop, accesses) {
  const { imports } = generatedCode(guest);
  const code = await compile(loop, accesses, imports);
  const wanted = expected(loop);
  let salt = 0;
  return (/** @type {number} */ iterations) => {
    for (; iterations > 0; iterations -= 1) {
      salt = loop.kind === "store" ? (salt + 0x10_0000) | 0 : 0;
      const { sum } = finish(guest, loop, code, start(loop, salt));
      if (loop.kind === "load") verify(sum === wanted.sum, "sum of the words");
      else {
        const last = guest.memory.getUint32(wanted.last) | 0;
        verify(sum === ((salt + roundsOf(loop)) | 0), "what the loop stored at last");
        verify(last === ((sum - 1) | 0), "the word that was stored last");
      }
    }
  };
}

/**
 * @param {Space} space
 * @param {Loop} loop
 * @param {"call" | "leave"} form
 * @param {{ cases: import("../harness.mjs").Case[], notes: Record<string, string> }} others
 */
async function prepare(space, loop, form, others = { cases: [], notes: {} }) {
  const { windowed, translated } = await processes();
  const guest = space === "windowed" ? windowed : translated;
  if (loop.base === FAR) for (const process of [windowed, translated]) places.fillFar(process);
  const limit = unchecked(generatedCode(windowed).windowBase);
  const operations = roundsOf(loop);
  const cases = [
    {
      name: "ours",
      operations,
      run: await runner(guest, loop, checked(generatedCode(guest), form)),
    },
    { name: "limit", operations, run: await runner(windowed, loop, limit) },
    ...others.cases,
  ];
  return {
    cases,
    notes: others.notes,
    verify() {
      for (const process of [windowed, translated]) process.verifySpace();
    },
  };
}

const LOOPS = /** @type {const} */ ([
  ["load", "sequential", LOADED, "load u32, sequential"],
  ["load", "random", LOADED, "load u32, random in 1 MB"],
  ["load", "chained", CHAINED, "load u32, each from where the last one says"],
  ["store", "sequential", STORED, "store u32, sequential"],
  ["store", "random", STORED, "store u32, random in 1 MB"],
  ["store", "chained", CHAINED, "load u32 and store beside it, chained"],
]);
/** Loops of v86's guest program that make the same accesses. @type {Record<string, Command>} */
const SAME_IN_V86 = { "load sequential": "l", "load random": "n", "store sequential": "s" };
const FORMS = /** @type {const} */ (["leave", "call"]);

/** @param {Space} space @returns {import("./rows.mjs").Row[]} */
export function wasmAccessRows(space) {
  const rows = LOOPS.flatMap(([kind, pattern, base, title]) => {
    return FORMS.map((form) => ({
      id: `wasm/${space}/${kind}/${pattern}/${form}`,
      title: `${title}; ${form === "leave" ? "leaving to ask" : "asking in line"}`,
      kind: /** @type {const} */ ("access"),
      async prepare(/** @type {import("./rows.mjs").Host} */ host) {
        const command = form === "leave" ? SAME_IN_V86[`${kind} ${pattern}`] : undefined;
        const others = command === undefined ? undefined : await v86Cases(host, command);
        return prepare(space, { kind, pattern, base, bits: WORDS_BITS }, form, others);
      },
    }));
  });
  if (space === "windowed") return rows;
  const far = /** @type {const} */ ({ kind: "load", pattern: "random", base: FAR, bits: FAR_BITS });
  const id = "wasm/translated/load/random-far/call";
  const title = "load u32, random in 16 MB, beyond the translations; asking in line";
  return [...rows, { id, title, kind: "access", prepare: () => prepare(space, far, "call") }];
}
