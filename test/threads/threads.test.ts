import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MEM_COMMIT, MEM_RESERVE, MEM_WRITE_WATCH, PAGE_READWRITE } from "../../src/constants.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { Crew, Workshop } from "./crew.ts";
import { PAGE_BYTES, setWord, Word } from "./job.ts";
import { takes } from "./roles.ts";

/** Where the core has its lock, and then whether all are stopped (assembly/base/threads.ts). */
const THREADS = 0xe00;
const LOCK_AWAITED = 2;

let workshop: Workshop;
beforeAll(async () => {
  workshop = await Workshop.open();
});
afterAll(() => workshop?.close());

/** A crew, and memory that its workers meet in. */
async function crewWith(profile: "win32" | "win64", pages: number, type = 0) {
  const crew = await Crew.of(workshop, { profile });
  const sizeBytes = pages * PAGE_BYTES;
  const { VirtualAlloc } = kernel32(crew.guest);
  const base = VirtualAlloc(0, sizeBytes, MEM_RESERVE | MEM_COMMIT | type, PAGE_READWRITE);
  crew.guest.memory.fill(base, 0, sizeBytes);
  return { crew, base, sizeBytes };
}

describe("a right that is taken away", () => {
  test.each(
    (["win32", "win64"] as const).flatMap((profile) => takes.map((take) => ({ profile, take }))),
  )("waits for who has looked at the maps: $profile, $take", async ({ profile, take }) => {
    const { crew, base } = await crewWith(profile, 1, MEM_WRITE_WATCH);
    crew.start("dawdle", { base });
    crew.start("takeOnce", { base, count: takes.indexOf(take) });
    const [hasLooked, taking] = await crew.answers();
    expect({ hasLooked, taking }).toEqual({ hasLooked: true, taking: [true, 1] });
    crew.guest.verifySpace();
  });

  test.each(["win32", "win64"] as const)(
    "is not used by an access that begins while all are stopped: %s",
    async (profile) => {
      const { crew, base } = await crewWith(profile, 1);
      const core = new Int32Array(crew.guest.core.memory.buffer, THREADS, 2);
      const { words } = crew;
      crew.start("storeOnce", { base });
      await crew.until(Word.ready);
      // As a call of another thread does that has taken a right away and is not over.
      Atomics.store(core, 0, LOCK_AWAITED);
      Atomics.store(core, 1, 1);
      setWord(words, Word.round, 1);
      await new Promise((resolve) => setTimeout(resolve, 200));
      const isDone = Atomics.load(words, Word.done);
      for (const word of [1, 0]) {
        Atomics.store(core, word, 0);
        Atomics.notify(core, word);
      }
      setWord(words, Word.phase, 1);
      await crew.answers();
      expect([isDone, crew.guest.memory.getUint32(base)]).toEqual([0, 2]);
      crew.guest.verifySpace();
    },
  );

  test("waits for polls of code that does nothing else", async () => {
    const { crew, base } = await crewWith("win32", 1);
    crew.start("pollOnly", { base });
    crew.start("pollOnly", { base });
    crew.start("pollOnly", { base });
    crew.start("protect", { base, count: 500 });
    const polls = (await crew.answers()).slice(0, 3) as number[];
    for (const count of polls) expect(count).toBeGreaterThan(0);
    crew.guest.verifySpace();
  });

  test.each(["win32", "win64"] as const)(
    "is gone for every access that begins after the call: %s",
    async (profile) => {
      const { crew, base } = await crewWith(profile, 1);
      for (let i = 0; i < 3; i++) crew.start("access", { base });
      crew.start("protect", { base, count: 20_000 });
      for (const [through, failed, made] of (await crew.answers()).slice(0, 3) as number[][]) {
        expect({ through, failed }).toEqual({ through: 0, failed: 0 });
        expect(made).toBeGreaterThan(1000);
      }
      crew.guest.verifySpace();
    },
  );

  test("is gone for generated code: nothing is stored after the call", async () => {
    const { crew, base } = await crewWith("win32", 1);
    for (let i = 0; i < 3; i++) crew.start("storeInLine", { base });
    crew.start("freeze", { base, count: 500 });
    const answers = await crew.answers();
    expect(answers[3]).toBe(0);
    for (const [stores, faults] of answers.slice(0, 3) as number[][]) {
      expect(stores).toBeGreaterThan(1000);
      expect(faults).toBeGreaterThan(0);
    }
    crew.guest.verifySpace();
  });
});

test.each(["win32", "win64"] as const)(
  "a guard page fires once among four: %s",
  async (profile) => {
    const { crew, base } = await crewWith(profile, 1);
    const count = 1000;
    for (let i = 0; i < 4; i++) crew.start("meet", { base, count });
    crew.start("arm", { base, count });
    const answers = await crew.answers();
    const met = answers[4] as number[];
    expect(met).toHaveLength(count);
    expect(met.filter((faults) => faults !== 1)).toEqual([]);
    crew.guest.verifySpace();
  },
);

test.each(["win32", "win64"] as const)(
  "a harvest of the write watch loses no write of others: %s",
  async (profile) => {
    const { crew, base, sizeBytes } = await crewWith(profile, 64, MEM_WRITE_WATCH);
    for (let i = 0; i < 3; i++) crew.start("write", { base, sizeBytes, count: 100_000 });
    crew.start("harvest", { base, sizeBytes });
    const answers = await crew.answers();
    const written = new Set((answers.slice(0, 3) as number[][]).flat());
    const harvest = answers[3] as { stale: number[]; reported: number[]; harvests: number };
    expect(harvest.stale).toEqual([]);
    expect(harvest.harvests).toBeGreaterThan(1);
    expect(harvest.reported).toEqual([...written].sort((left, right) => left - right));
    crew.guest.verifySpace();
  },
);
