/** A fork of a process with much memory, and the writes after it. */
import { Machine } from "guardpage";
import { verify } from "../harness.mjs";
import { callWorks, Sizes } from "./call-works.mjs";

const { page: PAGE } = Sizes;
const GIGABYTE = 2 ** 30;
const CHUNK = 2 ** 22;
const RUNS = 25;
/** Past the first forks, which compile and grow. */
const WARMING = 5;

/** @typedef {import("guardpage").Process} Process */

/** A process that has written to each page of 1 GB. @param {"windowed" | "translated"} space */
async function touched(space) {
  const machine = await Machine.create({ profile: "win32", window: space === "windowed" });
  const guest = machine.createProcess({ space });
  const base = callWorks(guest).reserve(GIGABYTE);
  for (let at = base; at < base + GIGABYTE; at += PAGE) guest.memory.setUint32(at, 1);
  return { guest, base };
}

/** Milliseconds of each of some runs, the middle one. @param {() => number} run */
function median(run) {
  const times = [];
  for (let count = 0; count < WARMING + RUNS; count += 1) times.push(run());
  const measured = times.slice(WARMING).sort((left, right) => left - right);
  return /** @type {number} */ (measured[RUNS >> 1]);
}

/** @param {Process} guest @param {(fork: Process) => void} [after] measured instead of the fork */
function forkOnce(guest, after) {
  let started = performance.now();
  const fork = guest.fork();
  let taken = performance.now() - started;
  if (after !== undefined) {
    started = performance.now();
    after(fork);
    taken = performance.now() - started;
  }
  fork.exit();
  return taken;
}

/** Writes to one page of each 4 MB, which share nothing but the fork. @param {number} base */
function writeEach(base) {
  return (/** @type {Process} */ fork) => {
    for (let at = base; at < base + GIGABYTE; at += CHUNK) fork.memory.setUint32(at, 2);
  };
}

/** @param {"windowed" | "translated"} space @returns {import("./rows.mjs").Row[]} */
function rowsOf(space) {
  return [
    {
      id: `fork/${space}`,
      title: `fork, 1 GB touched, ${space}`,
      kind: "size",
      unit: "ms",
      async size() {
        const { guest } = await touched(space);
        const milliseconds = median(() => forkOnce(guest));
        guest.verifySpace();
        return milliseconds;
      },
    },
    {
      id: `fork/${space}/write`,
      title: `first write after it to each of 256 pages, one in 4 MB, ${space}`,
      kind: "size",
      unit: "ms",
      async size() {
        const { guest, base } = await touched(space);
        const milliseconds = median(() => forkOnce(guest, writeEach(base)));
        verify(guest.memory.getUint32(base) === 1, "what the fork wrote stays with it");
        return milliseconds;
      },
    },
  ];
}

/** @returns {import("./rows.mjs").Row[]} */
export function forkRows() {
  return [...rowsOf("windowed"), ...rowsOf("translated")];
}
