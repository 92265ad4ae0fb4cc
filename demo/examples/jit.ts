/**
 * A just-in-time compiler in small: a guest program becomes one WebAssembly function that checks
 * its own loads and stores, and leaves where a check says no. The host then makes that one access,
 * with all that Windows does about it, and the function goes on behind it. A program that lies in
 * guest memory may change itself: then it is compiled again.
 */
import { Machine, type Process } from "guardpage";
import { MEM_COMMIT, MEM_RESERVE, PAGE_READWRITE } from "guardpage/constants";
import { AccessEmitter, type GeneratedCode, generatedCode } from "guardpage/emitter";
import { kernel32 } from "guardpage/kernel32";

/** "add": sum += u32[source], source += 4. "store": u32[target] = sum, target += 4. */
export type Instruction = "add" | "store";

/** Locals of the function. The first five are kept in globals of the same numbers. */
const Local = { source: 0, target: 1, sum: 2, rounds: 3, next: 4, entry: 5, value: 6 } as const;
const KEPT = ["source", "target", "sum", "rounds", "next"] as const;

const I32 = 0x7f;
const BLOCK = [0x02, 0x40];
const LOOP = [0x03, 0x40];
const END = 0x0b;
const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const constant = (value: number) => [0x41, value & 0x7f];
const add = (local: number, code: number[]) => [...get(local), ...code, 0x6a, ...set(local)];
const count = (number: number): number[] => {
  return number < 0x80 ? [number] : [(number & 0x7f) | 0x80, ...count(number >>> 7)];
};
const list = (items: number[][]) => [...count(items.length), ...items.flat()];
const word = (text: string) => [...count(text.length), ...new TextEncoder().encode(text)];
const section = (id: number, bytes: number[]) => [id, ...count(bytes.length), ...bytes];

/** One instruction, `depth` blocks inside of the one that it leaves. */
function compiled(instruction: Instruction, code: GeneratedCode, depth: number): number[] {
  const emitter = new AccessEmitter(code, { slow: "leave", depth });
  const { source, target, sum, entry, value } = Local;
  if (instruction === "store") {
    const store = emitter.store("u32", { address: target, entry, value: sum });
    return [...store, ...add(target, constant(4))];
  }
  const load = emitter.load("u32", { address: source, entry, value });
  return [...load, ...add(sum, get(value)), ...add(source, constant(4))];
}

/**
 * All rounds in one loop. `next` says where the function begins, and where it was when it left:
 * label n stands before instruction n, the last one behind them all.
 */
function body(program: readonly Instruction[], code: GeneratedCode): number[] {
  const labels = [...program.keys(), program.length];
  const instructions = program.map((instruction, index) => [
    ...[...constant(index), ...set(Local.next)],
    ...compiled(instruction, code, program.length - index + 1),
    END,
  ]);
  return [
    ...list([[2, I32]]), // entry and value; the others are parameters
    ...[...BLOCK, ...LOOP, ...labels.flatMap(() => BLOCK)],
    ...[...get(Local.next), 0x0e, ...count(program.length), ...labels.flatMap(count), END],
    ...instructions.flat(),
    ...[...constant(0), ...set(Local.next), ...add(Local.rounds, constant(-1))],
    ...[...get(Local.rounds), 0x0d, 0, END, END], // br_if: once more
    ...KEPT.flatMap((name) => [...get(Local[name]), 0x24, Local[name]]), // global.set
    END,
  ];
}

function compile(program: readonly Instruction[], code: GeneratedCode): WebAssembly.Exports {
  const function0 = body(program, code);
  const bytes = new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list([[0x60, ...list(KEPT.map(() => [I32])), 0]])),
    ...section(2, list([[...word("guest"), ...word("memory"), 2, 0, 0]])),
    ...section(3, list([[0]])),
    ...section(6, list(KEPT.map(() => [I32, 1, ...constant(0), END]))),
    ...section(
      7,
      list([[...word("run"), 0, 0], ...KEPT.map((name) => [...word(name), 3, Local[name]])]),
    ),
    ...section(10, list([[...count(function0.length), ...function0]])),
  ]);
  const { memory } = code.imports;
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { guest: { memory } }).exports;
}

/** The most bytes of a program in guest memory, as of an instruction of x86. */
const PROGRAM_BYTES = 15;

/** The program at an address: a byte for each instruction, 1 "add", 2 "store"; another ends it. */
function fetchProgram(guest: Process, code: GeneratedCode, address: number): Instruction[] {
  // Before its bytes are read, or a change in between would be missed.
  code.markCode(address, PROGRAM_BYTES);
  const program: Instruction[] = [];
  for (const byte of guest.memory.fetch(address, PROGRAM_BYTES)) {
    if (byte !== 1 && byte !== 2) break;
    program.push(byte === 1 ? "add" : "store");
  }
  return program;
}

export interface Outcome {
  sum: number;
  /** How often the function left, for the host to make an access. */
  left: number;
}

/** Run a program so many rounds. One that is given by its address may change itself. */
export function execute(
  guest: Process,
  programOrAddress: readonly Instruction[] | number,
  { source, target, rounds }: { source: number; target: number; rounds: number },
): Outcome {
  const code = generatedCode(guest);
  let exports: WebAssembly.Exports | undefined;
  let program: readonly Instruction[] = [];
  const ended = code.onCodeWritten(() => {
    exports = undefined;
  });
  const state = { source, target, sum: 0, rounds, next: 0 };
  for (let left = 0; ; left += 1) {
    code.enter();
    if (exports === undefined) {
      const isAddress = typeof programOrAddress === "number";
      program = isAddress ? fetchProgram(guest, code, programOrAddress) : programOrAddress;
      exports = compile(program, code);
    }
    const run = exports.run as (...state: number[]) => void;
    run(...KEPT.map((name) => state[name]));
    for (const name of KEPT) state[name] = (exports[name] as WebAssembly.Global<"i32">).value >>> 0;
    if (state.rounds === 0) {
      ended();
      return { sum: state.sum, left };
    }
    // The access that the function could not make, and whatever Windows makes of it.
    if (program[state.next] === "add") {
      state.sum = (state.sum + guest.memory.getUint32(state.source)) >>> 0;
      state.source += 4;
    } else {
      guest.memory.setUint32(state.target, state.sum);
      state.target += 4;
    }
    state.next += 1;
  }
}

/** Running sums of 4,096 words, from one half of a region to the other. */
export async function jit(): Promise<Outcome> {
  const guest = (await Machine.create({ profile: "win32" })).createProcess();
  const type = MEM_RESERVE | MEM_COMMIT;
  const source = kernel32(guest).VirtualAlloc(0, 0x10000, type, PAGE_READWRITE);
  const target = source + 0x4000;
  for (let index = 0; index < 0x1000; index += 1) guest.memory.setUint32(source + index * 4, index);
  const outcome = execute(guest, ["add", "store"], { source, target, rounds: 0x1000 });
  const last = guest.memory.getUint32(target + 0x3ffc);
  if (last !== outcome.sum) throw new Error(`the last running sum is ${last}`);
  return outcome;
}
