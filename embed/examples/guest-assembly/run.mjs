/** Runs the program under the host: `node run.mjs path/to/program.wasm`. */
import { readFileSync } from "node:fs";
import { Machine } from "guardpage";
import { MEM_COMMIT, MEM_RESERVE, PAGE_GUARD, PAGE_READWRITE } from "guardpage/constants";
import { generatedCode } from "guardpage/emitter";
import { kernel32 } from "guardpage/kernel32";

const WORDS = 5000;

const guest = (await Machine.create({ profile: "win64" })).createProcess();
const { AddVectoredExceptionHandler, VirtualAlloc, VirtualProtect } = kernel32(guest);
const base = VirtualAlloc(0, WORDS * 4, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
for (let i = 0; i < WORDS; i++) guest.memory.setUint32(base + i * 4, (i * 7919) % WORDS);

VirtualProtect(base + 0x2000, 0x1000, PAGE_READWRITE | PAGE_GUARD, { value: 0 });
let guards = 0;
AddVectoredExceptionHandler(1, () => {
  guards += 1;
  return -1; // goes on with the access: the guard is gone
});

const code = generatedCode(guest);
const program = new WebAssembly.Module(readFileSync(process.argv[2]));
const { exports } = new WebAssembly.Instance(program, code.assembly);
code.enter();
console.log("moved", exports.sort(code.context, BigInt(base), WORDS));
let isSorted = true;
for (let i = 0; i < WORDS; i++) isSorted &&= guest.memory.getUint32(base + i * 4) === i;
console.log("sorted", isSorted, "guards", guards);
