/** A fork of a process with much memory, and the writes after it. */
import { verify } from "../harness.mjs";
import { medianRun, millisecondsOf, touchedGigabyte, writeEach } from "./gigabyte.mjs";

/** @typedef {import("guardpage").Process} Process */

/** @param {Process} guest */
function forkOnce(guest) {
  const started = performance.now();
  const fork = guest.fork();
  const milliseconds = performance.now() - started;
  fork.exit();
  return milliseconds;
}

/** The first writes alone. @param {Process} guest @param {number} base */
function writeOnce(guest, base) {
  const fork = guest.fork();
  const milliseconds = millisecondsOf(() => writeEach(fork, base));
  fork.exit();
  return milliseconds;
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
        const { guest } = await touchedGigabyte(space);
        const milliseconds = medianRun(() => forkOnce(guest));
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
        const { guest, base } = await touchedGigabyte(space);
        const milliseconds = medianRun(() => writeOnce(guest, base));
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
