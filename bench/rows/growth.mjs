/** The same calls while ever more is there: regions, committed memory, processes. */
import { Machine } from "guardpage";
import { MEM_COMMIT, MEM_RESERVE, PAGE_READWRITE } from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { verify } from "../harness.mjs";
import { callWorks, Sizes } from "./call-works.mjs";
import { repeated } from "./repeat.mjs";

/** @typedef {ReturnType<typeof callWorks>} Works */

/**
 * @typedef {object} Scene
 * @property {import("guardpage").Process} guest
 * @property {Works} works
 * @property {number} base of a committed region
 * @property {number} bytes of it
 */

const { page: PAGE, small: SMALL } = Sizes;
const MEGABYTE = 2 ** 20;
const GIGABYTE = 2 ** 30;
const TERABYTE = 2 ** 40;

async function wideProcess() {
  return (await Machine.create({ profile: "win64" })).createProcess();
}

/** So many regions, one of them committed, in the middle. @returns {Promise<Scene>} */
async function withRegions(/** @type {number} */ count) {
  const guest = await wideProcess();
  const works = callWorks(guest);
  const { VirtualAlloc } = kernel32(guest);
  let base = 0;
  for (let region = 0; region < count; region += 1) {
    const type = region === count / 2 ? MEM_RESERVE | MEM_COMMIT : MEM_RESERVE;
    const made = VirtualAlloc(0, SMALL, type, PAGE_READWRITE);
    verify(made !== 0, "VirtualAlloc of a region");
    if (type !== MEM_RESERVE) base = Number(made);
  }
  return { guest, works, base, bytes: SMALL };
}

/** One region of so many bytes, committed. @returns {Promise<Scene>} */
async function withCommitted(/** @type {number} */ bytes) {
  const guest = await wideProcess();
  const works = callWorks(guest);
  return { guest, works, base: works.reserve(bytes), bytes };
}

/**
 * So many processes, each with a page of its own; the last one makes the calls.
 *
 * @returns {Promise<Scene>}
 */
async function withProcesses(/** @type {number} */ count) {
  const machine = await Machine.create({ profile: "win64" });
  for (let process = 1; process < count; process += 1) {
    const other = machine.createProcess();
    other.memory.setUint32(callWorks(other).reserve(SMALL), process);
  }
  const guest = machine.createProcess();
  const works = callWorks(guest);
  return { guest, works, base: works.reserve(SMALL), bytes: SMALL };
}

const WORKS = /** @type {const} */ ([
  [
    "allocate",
    "VirtualAlloc + VirtualFree, 64 KB",
    (/** @type {Scene} */ { works }) => works.allocate,
  ],
  [
    "query",
    "VirtualQuery",
    (/** @type {Scene} */ { works, base, bytes }) => works.query(base, bytes),
  ],
  [
    "protect",
    "VirtualProtect, one page",
    (/** @type {Scene} */ { works, base }) => works.protect(base, PAGE),
  ],
  [
    "fault",
    "arm a guard, hit it, handler continues",
    (/** @type {Scene} */ { works, base }) => works.guard(base),
  ],
]);

const SCALES = {
  regions: {
    steps: ["16", "256", "4,096", "65,536"],
    sizes: [16, 256, 4096, 65_536],
    make: withRegions,
  },
  committed: {
    steps: ["1 MB", "64 MB", "1 GB", "4 GB"],
    sizes: [MEGABYTE, 64 * MEGABYTE, GIGABYTE, 4 * GIGABYTE],
    make: withCommitted,
  },
  processes: {
    steps: ["1", "10", "100", "1,000"],
    sizes: [1, 10, 100, 1000],
    make: withProcesses,
  },
};

/** @type {import("./rows.mjs").Row} */
const RESERVE = {
  id: "growth/reserve",
  title: "reserve and release, by size",
  kind: "growth",
  async prepare() {
    const guest = await wideProcess();
    const works = callWorks(guest);
    const cases = [
      repeated("64 KB", works.reserveOf(SMALL)),
      repeated("64 TB", works.reserveOf(64 * TERABYTE)),
    ];
    return { cases, verify: () => guest.verifySpace() };
  },
};

/** @returns {import("./rows.mjs").Row[]} */
export function growthRows(/** @type {keyof typeof SCALES} */ scale) {
  const { steps, sizes, make } = SCALES[scale];
  /** @type {Promise<Scene[]> | undefined} */
  let scenes;
  const rows = WORKS.map(([name, what, work]) => ({
    id: `growth/${scale}/${name}`,
    title: `${what}, by ${scale}`,
    kind: /** @type {const} */ ("growth"),
    async prepare() {
      scenes ??= Promise.all(sizes.map(make));
      const ready = await scenes;
      return {
        cases: ready.map((scene, index) =>
          repeated(steps[index] ?? "", work(scene), name === "protect" ? 2 : 1),
        ),
        verify() {
          for (const { guest } of ready) guest.verifySpace();
        },
      };
    },
  }));
  return scale === "committed" ? [...rows, RESERVE] : rows;
}
