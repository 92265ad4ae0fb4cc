/** A process with much memory, for what copies or remembers all of it at once. */
import { Machine } from "guardpage";
import { median } from "../harness.mjs";
import { callWorks, Sizes } from "./call-works.mjs";

const { page: PAGE } = Sizes;
const GIGABYTE = 2 ** 30;
const CHUNK = 2 ** 22;
const RUNS = 25;
/** Past the first runs, which compile, grow, and copy the small records once. */
const WARMING = 5;

/** A process that has written 1 to each page of 1 GB. @param {"windowed" | "translated"} space */
export async function touchedGigabyte(space) {
  const machine = await Machine.create({ profile: "win32", window: space === "windowed" });
  const guest = machine.createProcess({ space });
  const base = callWorks(guest).reserve(GIGABYTE);
  for (let at = base; at < base + GIGABYTE; at += PAGE) guest.memory.setUint32(at, 1);
  return { machine, guest, base };
}

/**
 * Write 2 to one page of each 4 MB, so that no two of the 256 pages have small records in common.
 *
 * @param {import("guardpage").Process} process
 * @param {number} base of the gigabyte
 */
export function writeEach({ memory }, base) {
  for (let at = base; at < base + GIGABYTE; at += CHUNK) memory.setUint32(at, 2);
}

/** @param {() => void} work */
export function millisecondsOf(work) {
  const started = performance.now();
  work();
  return performance.now() - started;
}

/** The median of some runs, which measure themselves. @param {() => number} run */
export function medianRun(run) {
  const times = Array.from({ length: WARMING + RUNS }, run);
  return median(times.slice(WARMING));
}
