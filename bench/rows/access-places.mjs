/** The guest memory that the access rows work on, at the same addresses in each process. */
import { Machine } from "guardpage";
import { MEM_COMMIT, MEM_RESERVE, PAGE_READWRITE } from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { verify } from "../harness.mjs";
import { INCREMENT, MULTIPLIER } from "../wasm/access-loops.mjs";

export const WORDS_BITS = 18;
export const WORDS = 2 ** WORDS_BITS;
/** Nodes of the chain: where the next one is, and a word beside. */
export const NODES = WORDS / 2;
export const LOADED = 0x1000_0000;
export const STORED = 0x1010_0000;
export const CHAINED = 0x1020_0000;
/** Four times what the translations reach. */
export const FAR = 0x1100_0000;
export const FAR_BITS = WORDS_BITS + 4;

const PLACES_BYTES = 0x30_0000;

/** What word i holds: below 2^28, which no engine puts into a box of its own. */
export const wordAt = (/** @type {number} */ index) => Math.imul(index, 2654435761) >>> 4;

/** A full period over all nodes: neither near nor at a fixed distance. */
export const nextNode = (/** @type {number} */ node) =>
  (Math.imul(node, MULTIPLIER) + INCREMENT) & (NODES - 1);

/** @param {import("guardpage").Process} process @param {number} base @param {number} bytes */
function allocate(process, base, bytes) {
  const type = MEM_RESERVE | MEM_COMMIT;
  const got = kernel32(process).VirtualAlloc(base, bytes, type, PAGE_READWRITE);
  verify(got === base, "VirtualAlloc of the words");
}

/** The words, the words to store to, and the chain. */
export function fill(/** @type {import("guardpage").Process} */ process) {
  allocate(process, LOADED, PLACES_BYTES);
  const { memory } = process;
  for (let word = 0; word < WORDS; word += 1) {
    memory.setUint32(LOADED + word * 4, wordAt(word));
    memory.setUint32(STORED + word * 4, 0);
  }
  for (let node = 0; node < NODES; node += 1) {
    memory.setUint32(CHAINED + node * 8, CHAINED + nextNode(node) * 8);
    memory.setUint32(CHAINED + node * 8 + 4, 0);
  }
}

/** Every word from FAR on. */
export const FAR_WORD = 0x0101_0101;

export function fillFar(/** @type {import("guardpage").Process} */ process) {
  allocate(process, FAR, 4 << FAR_BITS);
  process.memory.fill(FAR, FAR_WORD & 0xff, 4 << FAR_BITS);
}

/** One machine with a windowed process and a translated one, filled alike. */
export async function twoProcesses() {
  const machine = await Machine.create({ profile: "win32" });
  const windowed = machine.createProcess({ space: "windowed" });
  const translated = machine.createProcess({ space: "translated" });
  for (const process of [windowed, translated]) fill(process);
  return { windowed, translated };
}
