/** Measures the built package through its public entries; ratios mean more than times. */
import { Machine } from "guardpage";
import {
  MEM_COMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { measure } from "./harness.mjs";

const ROUNDS = 31;
const REGION_BYTES = 0x10_0000;
const WORDS = REGION_BYTES / 4;

const machine = await Machine.create({ profile: "win32" });
const windowed = machine.createProcess({ space: "windowed" });
const translated = machine.createProcess({ space: "translated" });

/** @param {boolean} holds @param {string} what */
function verify(holds, what) {
  if (!holds) throw new Error(`wrong result: ${what}`);
}

/** @param {import("guardpage").Process} process */
function region(process) {
  const type = MEM_RESERVE | MEM_COMMIT;
  const base = kernel32(process).VirtualAlloc(0, REGION_BYTES, type, PAGE_READWRITE);
  verify(base !== 0, "VirtualAlloc of the region");
  for (let word = 0; word < WORDS; word += 1) process.memory.setUint32(base + word * 4, word);
  return base;
}

// Every word of 1 MB once, in the order of a full period of x -> 5x + 1: neither sequential nor
// with a fixed stride.
const next = (/** @type {number} */ word) => (word * 5 + 1) & (WORDS - 1);
const ORDER = new Uint32Array(WORDS);
for (let index = 1; index < WORDS; index += 1) ORDER[index] = next(ORDER[index - 1] ?? 0);
const SUM = (WORDS / 2) * (WORDS - 1);

const bare = new DataView(new ArrayBuffer(REGION_BYTES));
for (let word = 0; word < WORDS; word += 1) bare.setUint32(word * 4, word, true);

/** @param {number} iterations */
function readBare(iterations) {
  for (; iterations > 0; iterations -= 1) {
    let sum = 0;
    for (let index = 0; index < WORDS; index += 1) {
      sum += bare.getUint32((ORDER[index] ?? 0) * 4, true);
    }
    verify(sum === SUM, "sum of the words");
  }
}

/** @param {import("guardpage").Process} process */
async function readGuest(process) {
  /** @type {typeof import("./reader.mjs")} */
  const { reader } = await import(`./reader.mjs?${process.space}`);
  return reader(process.memory, { base: region(process), order: ORDER, sum: SUM });
}

const { VirtualAlloc, VirtualFree, VirtualProtect, VirtualQuery } = kernel32(windowed);
const BASE = region(windowed);

/** @param {number} iterations */
function allocateAndFree(iterations) {
  for (; iterations > 0; iterations -= 1) {
    const base = VirtualAlloc(0, 0x1_0000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    verify(base !== 0, "VirtualAlloc");
    verify(VirtualFree(base, 0, MEM_RELEASE) === 1, "VirtualFree");
  }
}

/** @param {number} iterations */
function protectBackAndForth(iterations) {
  const old = { value: 0 };
  for (; iterations > 0; iterations -= 1) {
    VirtualProtect(BASE, 0x1000, PAGE_READONLY, old);
    verify(old.value === PAGE_READWRITE, "old protection");
    VirtualProtect(BASE, 0x1000, PAGE_READWRITE, old);
    verify(old.value === PAGE_READONLY, "old protection");
  }
}

/** @param {number} iterations */
function query(iterations) {
  const information = { RegionSize: 0 };
  for (; iterations > 0; iterations -= 1) {
    VirtualQuery(BASE, information);
    verify(information.RegionSize === REGION_BYTES, "RegionSize");
  }
}

const READ = { operations: WORDS };
const results = measure(
  [
    { name: "read u32, DataView", run: readBare, ...READ },
    { name: "read u32, windowed", run: await readGuest(windowed), ...READ },
    { name: "read u32, translated", run: await readGuest(translated), ...READ },
    { name: "VirtualAlloc + VirtualFree, 64 KB", run: allocateAndFree },
    { name: "VirtualProtect, one page", run: protectBackAndForth, operations: 2 },
    { name: "VirtualQuery, 1 MB of equal pages", run: query },
  ],
  ROUNDS,
);
for (const process of [windowed, translated]) process.verifySpace();

const reference = results.get("read u32, DataView") ?? Number.NaN;
console.log(`median of ${ROUNDS} interleaved samples, Node.js ${process.version}\n`);
console.log(`${"".padEnd(36)}${"ns".padStart(10)}${"to DataView".padStart(14)}`);
for (const [name, nanoseconds] of results) {
  const ratio = name.startsWith("read") ? `${(nanoseconds / reference).toFixed(2)} x` : "";
  console.log(`${name.padEnd(36)}${nanoseconds.toFixed(2).padStart(10)}${ratio.padStart(14)}`);
}
