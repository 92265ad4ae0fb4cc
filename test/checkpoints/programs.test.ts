import { describe, expect, test } from "vitest";
import type { ModelProfile } from "../../src/model/settings.ts";
import { CoreSubject } from "../model/core-subject.ts";
import { drawSettings } from "../model/draw-settings.ts";
import { generate } from "../model/generator.ts";
import type { SpaceKind } from "../model/program.ts";
import { Random } from "../model/random.ts";
import { play } from "./player.ts";

/** `SEED=1000 STEPS=100000 npx vitest run test/checkpoints/programs.test.ts` runs others. */
const firstSeed = Number(process.env.SEED ?? 1);
const steps = Number(process.env.STEPS ?? 4_000);
const PROGRAM_STEPS = 100;
const MILLISECONDS_PER_STEP = 60;

const PLACES: readonly [ModelProfile, SpaceKind, SpaceKind][] = [
  ["win64", "translated", "translated"],
  ["win32", "windowed", "translated"],
  ["win32-3g", "translated", "windowed"],
  ["win32-4g", "windowed", "translated"],
];

describe.each(PLACES)("%s, %s and %s", (profile, first, second) => {
  const count = Math.max(1, Math.round(steps / PROGRAM_STEPS / PLACES.length));
  const timeout = 60_000 + steps * MILLISECONDS_PER_STEP;

  test(`${count} programs go back, and on as they did before`, { timeout }, async () => {
    let rewinds = 0;
    for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
      const program = generate(seed, {
        length: PROGRAM_STEPS,
        settings: drawSettings(new Random(seed), profile),
        spaces: [first, second],
        stacks: 3,
        forks: 4,
      });
      rewinds += play(program, await CoreSubject.create(program), seed).rewinds;
    }
    expect(rewinds).toBeGreaterThan(count);
  });
});
