/** `guest.memory` of both kinds of space, a bare DataView, and page tables in JavaScript. */
import { Machine } from "guardpage";
import { MEM_COMMIT, MEM_RESERVE, PAGE_READWRITE } from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { verify } from "../harness.mjs";
import { MapOfPages } from "../tables/map-of-pages.mjs";
import { READ, TypedArrays, WRITE } from "../tables/typed-arrays.mjs";
import { NODES, nextNode, wordAt } from "./access-places.mjs";
import { Bare } from "./bare.mjs";

/** @typedef {import("./word-loops.mjs").LoopName} LoopName */
/** @typedef {ReturnType<typeof import("./word-loops.mjs").loops>} Loops */

const WORDS = NODES;
const BYTES = WORDS * 4;
const BASE = 0x10_0000;

const ORDER = new Uint32Array(WORDS);
for (let index = 1; index < WORDS; index += 1) ORDER[index] = nextNode(ORDER[index - 1] ?? 0);

/**
 * The loops, loaded for this memory alone.
 *
 * @param {string} name
 * @param {import("./word-loops.mjs").Memory} memory
 * @returns {Promise<Loops>}
 */
async function loopsOver(name, memory) {
  /** @type {typeof import("./word-loops.mjs")} */
  const { loops } = await import(`./word-loops.mjs?${name.replaceAll(" ", "-")}`);
  return loops(memory, { base: BASE, order: ORDER, wordAt });
}

/** @param {"windowed" | "translated"} space */
async function make(space) {
  const machine = await Machine.create({ profile: "win32" });
  const guest = machine.createProcess({ space });
  const type = MEM_RESERVE | MEM_COMMIT;
  const base = kernel32(guest).VirtualAlloc(BASE, BYTES, type, PAGE_READWRITE);
  verify(base === BASE, "VirtualAlloc of the words");
  const [typed, map] = [new TypedArrays(BASE + BYTES), new MapOfPages()];
  for (const table of [typed, map]) table.protect(BASE, BYTES, READ | WRITE);
  const memories = {
    ours: guest.memory,
    limit: new Bare(BASE + BYTES),
    "typed arrays": typed,
    "map of pages": map,
  };
  const loops = [];
  for (const [name, memory] of Object.entries(memories)) {
    loops.push({ name, loops: await loopsOver(name, memory) });
  }
  return { guest, loops };
}

const TITLES = /** @type {const} */ ([
  ["load/random", "loadRandom", "getUint32, random in 512 KB"],
  ["load/sequential", "loadSequential", "getUint32, tight sequential"],
  ["store/random", "storeRandom", "setUint32, random in 512 KB"],
  ["store/sequential", "storeSequential", "setUint32, tight sequential"],
]);

/** @param {"windowed" | "translated"} space @returns {import("./rows.mjs").Row[]} */
export function guestMemoryRows(space) {
  /** @type {ReturnType<typeof make> | undefined} */
  let made;
  return TITLES.map(([id, loop, title]) => ({
    id: `memory/${space}/${id}`,
    title: `guest.memory.${title}`,
    kind: "access",
    async prepare() {
      made ??= make(space);
      const { guest, loops } = await made;
      return {
        cases: loops.map(({ name, loops }) => ({ name, run: loops[loop], operations: WORDS })),
        verify: () => guest.verifySpace(),
      };
    },
  }));
}
