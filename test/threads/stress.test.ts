import { expect, test } from "vitest";
import { MEM_COMMIT, MEM_RELEASE, MEM_RESERVE, PAGE_READWRITE } from "../../src/constants.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { Crew, Workshop } from "./crew.ts";
import { PAGE_BYTES } from "./job.ts";

const seed = Number(process.env.SEED ?? 1);
/** Steps of each worker; without a number, as many as fit into the time, in milliseconds. */
const count = process.env.STEPS === undefined ? -15_000 : Number(process.env.STEPS);
const SHARED_PAGES = 24;
const HOURS = 24 * 60 * 60 * 1000;

test.each(["win32", "win64"] as const)(
  `four guests in a process are right about their own memory: %s, seed ${seed}`,
  async (profile) => {
    const workshop = await Workshop.open();
    const crew = await Crew.of(workshop, { profile });
    const { guest } = crew;
    const { VirtualAlloc, VirtualFree } = kernel32(guest);
    const before = guest.counters;
    const sizeBytes = SHARED_PAGES * PAGE_BYTES;
    const base = VirtualAlloc(0, sizeBytes, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    for (let i = 0; i < 4; i++) crew.start("live", { base, sizeBytes, count, seed });
    const answers = (await crew.answers(HOURS)) as number[][];
    for (const [steps, faults] of answers) {
      expect(steps).toBeGreaterThan(100);
      expect(faults).toBeGreaterThan(0);
    }
    guest.verifySpace();
    expect(VirtualFree(base, 0, MEM_RELEASE)).toBe(1);
    expect(guest.counters).toEqual(before);
    workshop.close();
  },
  HOURS,
);
