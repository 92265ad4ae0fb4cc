/** Copying and filling 1 MB, checked, beside the instructions of WebAssembly. */
import { Machine } from "guardpage";
import { MEM_COMMIT, MEM_RESERVE, PAGE_READWRITE } from "guardpage/constants";
import { generatedCode } from "guardpage/emitter";
import { kernel32 } from "guardpage/kernel32";
import { verify } from "../harness.mjs";
import { bareCore, WINDOWED } from "../wasm/core.mjs";
import * as wasm from "../wasm/instructions.mjs";
import { instantiate } from "../wasm/module.mjs";
import { repeated } from "./repeat.mjs";

/** @typedef {import("../harness.mjs").Case} Case */

const BYTES = 0x10_0000;
const SOURCE = 0x1000_0000;
const TARGET = 0x1010_0000;
const RESERVE_COMMIT = MEM_RESERVE | MEM_COMMIT;

/** memory.copy and memory.fill, as functions over this memory. */
async function instructions(/** @type {WebAssembly.Memory} */ memory) {
  const { i32 } = wasm.Type;
  const three = { params: [i32, i32, i32], results: [], locals: [] };
  const operands = [0, 1, 2].flatMap(wasm.get);
  const functions = [
    { name: "copy", ...three, body: [...operands, ...wasm.memoryCopy] },
    { name: "fill", ...three, body: [...operands, ...wasm.memoryFill] },
  ];
  const { copy, fill } = await instantiate({ functions }, { memory });
  return { copy, fill };
}

/** Bytes of a window that two ways of writing have to leave alike. */
function checker(/** @type {WebAssembly.Memory} */ memory, /** @type {number} */ target) {
  const bytes = new Uint8Array(memory.buffer, target, BYTES);
  return (/** @type {number} */ value) => {
    verify(bytes[0] === value && bytes[BYTES - 1] === value, "the bytes that were written");
  };
}

/**
 * Both ways to write the same bytes, with a value of its own each time.
 *
 * @param {{ ours: (value: number) => void, limit: (value: number) => void }} ways
 * @param {(value: number) => void} check
 * @returns {Case[]}
 */
function cases(ways, check) {
  let value = 0;
  return /** @type {const} */ (["ours", "limit"]).map((name) =>
    repeated(name, () => {
      value = (value + 1) & 0xff;
      ways[name](value);
      check(value);
    }),
  );
}

async function host() {
  const machine = await Machine.create({ profile: "win32" });
  const guest = machine.createProcess({ space: "windowed" });
  const { VirtualAlloc } = kernel32(guest);
  const base = VirtualAlloc(SOURCE, 2 * BYTES, RESERVE_COMMIT, PAGE_READWRITE);
  verify(base === SOURCE, "VirtualAlloc of the bytes");
  guest.memory.fill(SOURCE, 1, 2 * BYTES);
  const code = generatedCode(guest);
  const { memory } = code.imports;
  const [source, target] = [SOURCE + code.windowBase, TARGET + code.windowBase];
  const { copy, fill } = await instructions(memory);
  const first = new Uint8Array(memory.buffer, source, BYTES);
  const mark = (/** @type {number} */ value) => {
    first[0] = value;
    first[BYTES - 1] = value;
  };
  const check = checker(memory, target);
  return {
    verify: () => guest.verifySpace(),
    copy: cases(
      {
        ours(value) {
          mark(value);
          guest.memory.copy(TARGET, SOURCE, BYTES);
        },
        limit(value) {
          mark(value);
          copy(target, source, BYTES);
        },
      },
      check,
    ),
    fill: cases(
      {
        ours: (value) => guest.memory.fill(TARGET, value, BYTES),
        limit: (value) => fill(target, value, BYTES),
      },
      check,
    ),
  };
}

/** @param {import("./rows.mjs").Host} files */
async function exports(files) {
  const core = await bareCore(files, WINDOWED);
  const { allocate, copyF64, fillF64, memory } = core.exports;
  const at = [-1n, BigInt(SOURCE), 0n, -1n, BigInt(2 * BYTES)];
  const status = allocate(core.context, core.space, ...at, RESERVE_COMMIT, PAGE_READWRITE);
  verify(status === 0, "allocate");
  verify(fillF64(core.context, SOURCE, 1, 2 * BYTES) === 0, "fill");
  const { copy, fill } = await instructions(memory);
  const [source, target] = [SOURCE + core.windowBase, TARGET + core.windowBase];
  const first = new Uint8Array(memory.buffer, source, BYTES);
  const mark = (/** @type {number} */ value) => {
    first[0] = value;
    first[BYTES - 1] = value;
  };
  const check = checker(memory, target);
  return {
    copy: cases(
      {
        ours(value) {
          mark(value);
          verify(copyF64(core.context, TARGET, SOURCE, BYTES) === 0, "copy");
        },
        limit(value) {
          mark(value);
          copy(target, source, BYTES);
        },
      },
      check,
    ),
    fill: cases(
      {
        ours: (value) => verify(fillF64(core.context, TARGET, value, BYTES) === 0, "fill"),
        limit: (value) => fill(target, value, BYTES),
      },
      check,
    ),
  };
}

/** @returns {import("./rows.mjs").Row[]} */
export function bulkRows() {
  /** @type {ReturnType<typeof host> | undefined} */
  let hosted;
  /** @type {ReturnType<typeof exports> | undefined} */
  let exported;
  return /** @type {const} */ (["copy", "fill"]).flatMap((work) => [
    {
      id: `bulk/memory/${work}`,
      title: `guest.memory.${work}, 1 MB`,
      kind: "access",
      async prepare() {
        hosted ??= host();
        const made = await hosted;
        return { cases: made[work], verify: made.verify };
      },
    },
    {
      id: `bulk/core/${work}`,
      title: `${work} of the core's exports, 1 MB`,
      kind: "access",
      async prepare(files) {
        exported ??= exports(files);
        return { cases: (await exported)[work] };
      },
    },
  ]);
}
