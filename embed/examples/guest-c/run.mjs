/** Runs the guest: `node run.mjs path/to/core.wasm path/to/guest.wasm`. */
import { readFileSync } from "node:fs";

const [, , corePath, guestPath] = process.argv;
const instantiate = (path, imports) => {
  return new WebAssembly.Instance(new WebAssembly.Module(readFileSync(path)), imports).exports;
};
const core = instantiate(corePath, {});
const guest = instantiate(guestPath, { env: core, guardpage: core });

const NONE = -1n;
const WIN64 = 3;
const WINDOWS_10 = 7;
const TRANSLATED = 0;
const MEM_RESERVE = 0x2000;
const PAGE_READWRITE = 4;
const RESULTS = 0x40;
const WORDS = 10_000;

core.machineCreate(WIN64, WINDOWS_10, 0, 0x10000n, 0x8000n, 0, 0);
const context = core.contextCreate();
const space = core.spaceCreate(TRANSLATED, 50, 345);
core.contextEnter(context, space);
core.allocate(context, space, NONE, 0n, 0n, NONE, 0x10000n, MEM_RESERVE, PAGE_READWRITE);
const base = new DataView(core.memory.buffer).getBigUint64(context + RESULTS, true);

console.log("stored", guest.squares(context, space, base, WORDS));
console.log("bits", guest.bits(context, base, WORDS));
console.log("pages committed", core.spaceCounter(space, 0));
