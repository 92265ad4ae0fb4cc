import { afterAll, describe, expect, test } from "vitest";
import { DiskFull } from "../../src/index.ts";
import { InjectedFailure } from "../backing/failing-store.ts";
import { type Scenario, scenarios } from "./failure-scenarios.ts";
import { answerOf, type Plans, World } from "./failure-world.ts";

const PLACES = [
  { profile: "win64", space: "translated" },
  { profile: "win32", space: "windowed" },
] as const;
type Place = (typeof PLACES)[number];

/** What a run that never fails answers, where it ends, and what it asks of store and file. */
async function dryRun(place: Place, { call }: Scenario) {
  const world = await World.create(place);
  const before = { store: world.store.plannedCalls, file: world.file.plannedCalls };
  const answer = answerOf(() => call(world));
  const after = { store: world.store.plannedCalls, file: world.file.plannedCalls };
  return { before, answer, after, state: world.state() };
}

/** The failing call says so and loses nothing, and made again it ends as if it had not failed. */
async function failAndRepeat(
  place: Place,
  { name, call, errors }: Scenario,
  plans: Plans,
  expected: { answer: string; state: unknown },
): Promise<string> {
  const world = await World.create(place, plans);
  const first = answerOf(() => call(world));
  expect(world.store.failedCalls + world.file.failedCalls, `${name}: failed calls`).toBe(1);
  world.guest.process.verifySpace();
  if (first !== expected.answer) {
    const known = errors.flatMap((error) => [error, JSON.stringify(error)]);
    expect(known, `${name}: error`).toContain(first);
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
    expect(dry.after.store + dry.after.file).toBeGreaterThan(dry.before.store + dry.before.file);
    for (let at = dry.before.store + 1; at <= dry.after.store; at++) {
      const answer = await failAndRepeat(place, scenario, { store: { at } }, dry);
      counts.store++;
      if (answer !== dry.answer) counts.answers++;
    }
    for (let at = dry.before.file + 1; at <= dry.after.file; at++) {
      for (const error of [() => new InjectedFailure("broken"), () => new DiskFull()]) {
        const answer = await failAndRepeat(place, scenario, { file: { at, error } }, dry);
        counts.file++;
        if (answer !== dry.answer) counts.answers++;
      }
    }
  });

  afterAll(() => {
    const { store, file, answers } = counts;
    console.log(`${store} failures of the store, ${file} of the file; ${answers} reached a caller`);
    expect(Math.min(store, file, answers)).toBeGreaterThan(0);
  });
});
