import { afterAll, describe, expect, test } from "vitest";
import { DiskFull } from "../../src/index.ts";
import { coreName } from "../setup/machine.ts";
import { type Scenario, scenarios } from "./failure-scenarios.ts";
import { answerOf, type Plans, World } from "./failure-world.ts";

/** The calls are shared out: each core under test has every other one. */
const CORES = 2;
const FIRST = coreName === "debug" ? 1 : 0;

/** A run in a window takes longer: there, one in so many calls is made to fail. */
const PLACES = [
  { profile: "win64", space: "translated", stride: 1 },
  { profile: "win32", space: "windowed", stride: 5 },
] as const;
type Place = (typeof PLACES)[number];

function calls({ store, file, growingCalls }: World) {
  return { store: store.plannedCalls, file: file.plannedCalls, growing: growingCalls };
}

/** What a run that never fails answers, where it ends, and what it asks of store and file. */
async function dryRun(place: Place, { prepare, call }: Scenario) {
  const world = await World.create(place);
  prepare?.(world);
  const before = calls(world);
  const answer = answerOf(() => call(world));
  const after = calls(world);
  return { before, answer, after, state: world.state() };
}

/** The failing call says so and loses nothing, and made again it ends as if it had not failed. */
async function failAndRepeat(
  place: Place,
  { name, prepare, call, errors }: Scenario,
  plans: Plans,
  expected: { answer: string; state: unknown },
): Promise<string> {
  const world = await World.create(place, plans);
  prepare?.(world);
  const first = answerOf(() => call(world));
  expect(world.store.failedCalls + world.file.failedCalls, `${name}: failed calls`).toBe(1);
  world.guest.process.verifySpace();
  if (first !== expected.answer) {
    expect(errors, `${name}: error`).toContain(first);
    expect(
      answerOf(() => call(world)),
      `${name}: again`,
    ).toBe(expected.answer);
  }
  expect(world.state(), `${name}: state`).toEqual(expected.state);
  return first;
}

describe.each(PLACES)("every call of store and file is made to fail, $profile $space", (place) => {
  const counts = { store: 0, file: 0, answers: 0 };

  test.each(scenarios)("$name", async (scenario) => {
    const dry = await dryRun(place, scenario);
    const { before, after } = dry;
    expect(after.store + after.file).toBeGreaterThan(before.store + before.file);
    const failAll = async (kind: keyof typeof after, plan: (at: number) => Plans) => {
      const first = before[kind] + 1 + FIRST * place.stride;
      for (let at = first; at <= after[kind]; at += CORES * place.stride) {
        const answer = await failAndRepeat(place, scenario, plan(at), dry);
        counts[kind === "store" ? "store" : "file"]++;
        if (answer !== dry.answer) counts.answers++;
      }
    };
    await failAll("store", (at) => ({ store: { at } }));
    await failAll("file", (at) => ({ file: { at } }));
    const of = ["write", "resize"] as const;
    await failAll("growing", (at) => ({ file: { at, of, error: () => new DiskFull() } }));
  });

  afterAll(() => {
    const { store, file, answers } = counts;
    console.log(`${store} failures of the store, ${file} of the file; ${answers} reached a caller`);
    expect(Math.min(store, file, answers)).toBeGreaterThan(0);
  });
});
