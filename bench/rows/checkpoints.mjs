/** A checkpoint of a machine with much memory, and the way back to it. */
import { Machine } from "guardpage";
import { verify } from "../harness.mjs";
import { callWorks, Sizes } from "./call-works.mjs";

const { page: PAGE } = Sizes;
const GIGABYTE = 2 ** 30;
const CHUNK = 2 ** 22;
const RUNS = 25;
/** Past the first checkpoints, which compile, and copy the small records once. */
const WARMING = 5;

/** A process that has written to each page of 1 GB. @param {"windowed" | "translated"} space */
async function touched(space) {
  const machine = await Machine.create({ profile: "win32", window: space === "windowed" });
  const guest = machine.createProcess({ space });
  const base = callWorks(guest).reserve(GIGABYTE);
  for (let at = base; at < base + GIGABYTE; at += PAGE) guest.memory.setUint32(at, 1);
  return { machine, guest, base };
}

/**
 * Milliseconds of the middle one of some runs.
 *
 * @param {() => void} prepare
 * @param {() => void} run
 */
function median(prepare, run) {
  const times = [];
  for (let count = 0; count < WARMING + RUNS; count += 1) {
    prepare();
    const started = performance.now();
    run();
    times.push(performance.now() - started);
  }
  const measured = times.slice(WARMING).sort((left, right) => left - right);
  return /** @type {number} */ (measured[RUNS >> 1]);
}

/** @param {"windowed" | "translated"} space @returns {import("./rows.mjs").Row[]} */
function rowsOf(space) {
  return [
    {
      id: `checkpoint/${space}`,
      title: `checkpoint, 1 GB touched, ${space}`,
      kind: "size",
      unit: "ms",
      async size() {
        const { machine, guest, base } = await touched(space);
        let value = 1;
        const milliseconds = median(
          () => {
            value += 1;
            guest.memory.setUint32(base, value);
          },
          () => machine.checkpoint(),
        );
        machine.rewind(1);
        verify(guest.memory.getUint32(base) === 2, "the first checkpoint has what it had");
        return milliseconds;
      },
    },
    {
      id: `checkpoint/${space}/rewind`,
      title: `rewind of writes to 256 pages, one in 4 MB, ${space}`,
      kind: "size",
      unit: "ms",
      async size() {
        const { machine, guest, base } = await touched(space);
        const checkpoint = machine.checkpoint();
        const milliseconds = median(
          () => {
            for (let at = base; at < base + GIGABYTE; at += CHUNK) guest.memory.setUint32(at, 2);
          },
          () => machine.rewind(checkpoint),
        );
        verify(guest.memory.getUint32(base) === 1, "what was written is undone");
        return milliseconds;
      },
    },
  ];
}

/** @returns {import("./rows.mjs").Row[]} */
export function checkpointRows() {
  return [...rowsOf("windowed"), ...rowsOf("translated")];
}
