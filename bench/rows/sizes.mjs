/** Bytes and milliseconds that are there once, not for each call. */
import { Machine } from "guardpage";
import { MEM_COMMIT, MEM_RESERVE, PAGE_READONLY, PAGE_READWRITE } from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { verify } from "../harness.mjs";
import { callWorks, Sizes } from "./call-works.mjs";
import { insideBytes, outsideBytes } from "./touched.mjs";

const { page: PAGE, small: SMALL } = Sizes;
const MEGABYTE = 2 ** 20;
const CORE = "dist/core.wasm";
const RUNS = 9;

/** @typedef {import("./rows.mjs").Host} Host */
/** @typedef {import("./rows.mjs").Row} Row */

/** A process of a machine of its own, without a window unless it is windowed. */
async function alone(/** @type {"windowed" | "translated"} */ space) {
  const machine = await Machine.create({ profile: "win32", window: space === "windowed" });
  return machine.createProcess({ space });
}

/** How much more is in use afterwards, for each of `count`. */
async function growth(
  /** @type {"windowed" | "translated"} */ space,
  /** @type {number} */ count,
  /** @type {(guest: import("guardpage").Process) => void} */ work,
) {
  const guest = await alone(space);
  const before = outsideBytes(guest);
  work(guest);
  const after = outsideBytes(guest);
  guest.verifySpace();
  return (after - before) / count;
}

/** @param {import("guardpage").Process} guest @param {number} bytes */
function touch(guest, bytes) {
  const base = callWorks(guest).reserve(bytes);
  for (let at = base; at < base + bytes; at += PAGE) guest.memory.setUint32(at, 1);
}

/** Milliseconds of the quickest of some runs: the others were disturbed. */
async function quickest(/** @type {() => Promise<void>} */ work) {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run += 1) {
    const started = performance.now();
    await work();
    least = Math.min(least, performance.now() - started);
  }
  return least;
}

/**
 * The core with a custom section of its own behind it: an engine that has compiled the same bytes
 * before does not compile them again.
 */
function variantOf(/** @type {Uint8Array} */ core, /** @type {number} */ number) {
  const bytes = new Uint8Array(core.length + 6);
  bytes.set(core);
  bytes.set([0, 4, 1, 0x76, number & 0xff, number >>> 8], core.length); // custom, 4 bytes, "v"
  return bytes;
}

let variants = 0;

/** @type {(Row & { size: (host: Host) => Promise<number> })[]} */
const ROWS = [
  {
    id: "size/core",
    title: "core.wasm",
    kind: "size",
    unit: "bytes",
    size: async (host) => (await host.file(CORE)).length,
  },
  {
    id: "size/core-gzip",
    title: "core.wasm, gzip",
    kind: "size",
    unit: "bytes",
    async size(host) {
      const core = /** @type {BlobPart} */ (await host.file(CORE));
      const zipped = new Blob([core]).stream().pipeThrough(new CompressionStream("gzip"));
      return (await new Response(zipped).arrayBuffer()).byteLength;
    },
  },
  {
    id: "size/core-imports",
    title: "imports of the core",
    kind: "size",
    unit: "imports",
    async size(host) {
      const core = /** @type {BufferSource} */ (await host.file(CORE));
      return WebAssembly.Module.imports(await WebAssembly.compile(core)).length;
    },
  },
  {
    id: "size/compile",
    title: "compile the core",
    kind: "size",
    unit: "ms",
    async size(host) {
      const core = await host.file(CORE);
      return quickest(async () => {
        variants += 1;
        await WebAssembly.compile(variantOf(core, variants));
      });
    },
  },
  {
    id: "size/instantiate",
    title: "instantiate the core",
    kind: "size",
    unit: "ms",
    async size(host) {
      const core = /** @type {BufferSource} */ (await host.file(CORE));
      const module = await WebAssembly.compile(core);
      return quickest(async () => {
        await WebAssembly.instantiate(module, {});
      });
    },
  },
  {
    id: "size/process/windowed",
    title: "machine with an empty windowed process, outside of the window",
    kind: "size",
    unit: "bytes",
    size: async () => outsideBytes(await alone("windowed")),
  },
  {
    id: "size/process/windowed-inside",
    title: "machine with an empty windowed process, inside of the window",
    kind: "size",
    unit: "bytes",
    size: async () => insideBytes(await alone("windowed")),
  },
  {
    id: "size/process/translated",
    title: "machine with an empty translated process",
    kind: "size",
    unit: "bytes",
    size: async () => outsideBytes(await alone("translated")),
  },
  {
    id: "size/process/further",
    title: "each further process, empty and translated",
    kind: "size",
    unit: "bytes",
    size: () =>
      growth("translated", 100, ({ machine }) => {
        for (let process = 0; process < 100; process += 1) machine.createProcess();
      }),
  },
  {
    id: "size/region",
    title: "each of 10,000 reserved regions",
    kind: "size",
    unit: "bytes",
    size: () =>
      growth("translated", 10_000, (guest) => {
        for (let region = 0; region < 10_000; region += 1) {
          const base = kernel32(guest).VirtualAlloc(0, SMALL, MEM_RESERVE, PAGE_READWRITE);
          verify(base !== 0, "VirtualAlloc of a region");
        }
      }),
  },
  {
    id: "size/committed",
    title: "each committed MB of 1 GB, not touched",
    kind: "size",
    unit: "bytes",
    size: () => growth("translated", 1024, (guest) => void callWorks(guest).reserve(2 ** 30)),
  },
  {
    id: "size/committed-mixed",
    title: "each committed MB of 64 MB whose pages differ one from the next",
    kind: "size",
    unit: "bytes",
    size: () =>
      growth("translated", 64, (guest) => {
        const { VirtualAlloc } = kernel32(guest);
        const base = Number(VirtualAlloc(0, 64 * MEGABYTE, MEM_RESERVE, PAGE_READWRITE));
        for (let page = 0; page < (64 * MEGABYTE) / PAGE; page += 1) {
          const protection = page % 2 === 0 ? PAGE_READWRITE : PAGE_READONLY;
          verify(VirtualAlloc(base + page * PAGE, PAGE, MEM_COMMIT, protection) !== 0, "commit");
        }
      }),
  },
  {
    id: "size/touched/windowed",
    title: "each touched MB of 64 MB, windowed, beside the MB in the window",
    kind: "size",
    unit: "bytes",
    size: () => growth("windowed", 64, (guest) => touch(guest, 64 * MEGABYTE)),
  },
  {
    id: "size/touched/translated",
    title: "each touched MB of 64 MB, translated, beside the MB itself",
    kind: "size",
    unit: "bytes",
    size: async () =>
      (await growth("translated", 64, (guest) => touch(guest, 64 * MEGABYTE))) - MEGABYTE,
  },
];

/** @returns {Row[]} */
export function sizeRows() {
  return ROWS;
}
