/** v86 with the boot image: loops of a guest program, through its just-in-time compiler. */
import { verify } from "../harness.mjs";
import * as image from "./image.mjs";

const WASM = "node_modules/v86/build/v86.wasm";
const MEMORY_BYTES = 32 << 20;
/** A loop takes milliseconds; starting takes less than a second. */
const PATIENCE_MILLISECONDS = 20_000;
/** v86 compiles a page when it has run for a while, beside the running code. */
const ROUNDS_TO_WARM_UP = 6;

const BEGINS = "B".charCodeAt(0);

/** What the host knows of the sums, by command. */
function expectedSum(/** @type {image.Command} */ command) {
  const { ACCESSES, LOADED, WORDS } = image;
  const passes = ACCESSES / WORDS;
  let sum = 0;
  if (command === "l") for (let word = 0; word < WORDS; word += 1) sum = (sum + word) | 0;
  if (command === "r") for (let w = 0; w < WORDS; w += 1) sum = (sum + LOADED + w * 4) | 0;
  if (command !== "n") return Math.imul(sum, passes) >>> 0;
  let random = 1;
  for (let round = 0; round < ACCESSES; round += 1) {
    random = (Math.imul(random, image.MULTIPLIER) + image.INCREMENT) | 0;
    sum = (sum + (random >>> 14)) | 0;
  }
  return sum >>> 0;
}

/** Resolves when the promise does, or says what did not happen. */
function soon(/** @type {Promise<unknown>} */ promise, /** @type {string} */ what) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`v86: ${what}`)), PATIENCE_MILLISECONDS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** @param {import("../rows/rows.mjs").Host} host */
async function start(host) {
  const { V86 } = await import("v86");
  const bytes = await host.file(WASM);
  const emulator = new V86({
    wasm_fn: async (/** @type {WebAssembly.Imports} */ imports) => {
      const { instance } = await WebAssembly.instantiate(
        /** @type {BufferSource} */ (bytes),
        imports,
      );
      return instance.exports;
    },
    bios: { buffer: /** @type {ArrayBuffer} */ (image.bootImage().buffer) },
    memory_size: MEMORY_BYTES,
    autostart: false,
    disable_keyboard: true,
    disable_mouse: true,
    disable_speaker: true,
  });
  const ready = new Promise((resolve) => {
    emulator.add_listener("emulator-ready", () => resolve(undefined));
  });
  await soon(ready, "it does not start");

  let began = 0;
  let finished = (/** @type {number} */ _milliseconds) => {};
  emulator.add_listener("serial0-output-byte", (/** @type {number} */ byte) => {
    if (byte === BEGINS) began = performance.now();
    else finished(performance.now() - began);
  });
  const word = (/** @type {number} */ address) => {
    const bytes = emulator.read_memory(address, 4);
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  };

  /** Milliseconds of one loop. @param {image.Command} command @param {number} sum */
  return async (command, sum) => {
    const done = new Promise((resolve) => {
      finished = resolve;
    });
    await emulator.run();
    emulator.serial0_send(command);
    await soon(done, "a loop does not end");
    await emulator.stop();
    verify(word(image.SUM) === sum, `v86, sum of the loop "${command}"`);
    const last = word(image.STORED + 4 * (image.WORDS - 1));
    verify(command !== "s" || last === 1, "v86, the word that was stored last");
    return /** @type {Promise<number>} */ (done);
  };
}

/** @type {ReturnType<typeof start> | undefined} */
let started;

/**
 * A case that times one of the loops, or why there is none.
 *
 * @param {import("../rows/rows.mjs").Host} host
 * @param {image.Command} command
 * @returns {Promise<{ cases: import("../harness.mjs").Case[], notes: Record<string, string> }>}
 */
export async function v86Cases(host, command) {
  started ??= start(host);
  try {
    const loop = await started;
    const sum = expectedSum(command);
    for (let round = 0; round < ROUNDS_TO_WARM_UP; round += 1) await loop(command, sum);
    const sample = () => loop(command, sum);
    return { cases: [{ name: "v86", operations: image.ACCESSES, sample }], notes: {} };
  } catch (error) {
    return { cases: [], notes: { v86: `does not run here: ${error}` } };
  }
}
