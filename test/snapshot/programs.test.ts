import { describe, expect, test } from "vitest";
import { Machine } from "../../src/index.ts";
import type { ModelProfile } from "../../src/model/settings.ts";
import { CoreSubject } from "../model/core-subject.ts";
import { drawSettings } from "../model/draw-settings.ts";
import { generate } from "../model/generator.ts";
import { programText, type SpaceKind } from "../model/program.ts";
import { Random } from "../model/random.ts";
import { coreModule } from "../setup/machine.ts";

/** `SEED=1000 STEPS=100000 npx vitest run test/snapshot/programs.test.ts` runs others. */
const firstSeed = Number(process.env.SEED ?? 1);
const steps = Number(process.env.STEPS ?? 4_000);
const PROGRAM_STEPS = 100;
const MILLISECONDS_PER_STEP = 40;

const PLACES: readonly [ModelProfile, SpaceKind, SpaceKind][] = [
  ["win64", "translated", "translated"],
  ["win32", "windowed", "translated"],
  ["win32-3g", "translated", "windowed"],
  ["win32-4g", "windowed", "translated"],
];

/** The same machine, reached in the other way where there are two. */
function restored(machine: Machine, seed: number): Promise<Machine> {
  const space = seed % 2 === 0 ? "auto" : "translated";
  return Machine.restore(machine.snapshot(), { space, module: coreModule() });
}

describe.each(PLACES)("%s, %s and %s", (profile, first, second) => {
  const count = Math.max(1, Math.round(steps / PROGRAM_STEPS / PLACES.length));
  const timeout = 60_000 + steps * MILLISECONDS_PER_STEP;

  test(`${count} programs go on where they were saved`, { timeout }, async () => {
    for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
      const random = new Random(seed);
      const program = generate(seed, {
        length: PROGRAM_STEPS,
        settings: drawSettings(random, profile),
        spaces: [first, second],
        stacks: 3,
        forks: 4,
      });
      const story = () => `seed ${seed}\n${programText(program)}`;
      let subject = await CoreSubject.create(program);
      const cut = Math.floor(PROGRAM_STEPS / 2);
      for (const step of program.steps.slice(0, cut)) subject.apply(step);
      const hash = subject.machine.hash();
      const other = subject.restoredOn(await restored(subject.machine, seed));
      expect(other.machine.hash(), story()).toBe(hash);
      for (const step of program.steps.slice(cut)) {
        // Which rule answered is known of accesses that asked, which is a matter of the maps.
        const { answer } = subject.apply(step);
        expect(other.apply(step).answer, `${JSON.stringify(step)} of ${story()}`).toBe(answer);
      }
      expect(other.machine.hash(), story()).toBe(subject.machine.hash());
      expect([other.state(0), other.state(1)]).toEqual([subject.state(0), subject.state(1)]);
      // What was restored can be saved again.
      subject = other.restoredOn(await restored(other.machine, seed + 1));
      expect(subject.machine.hash(), story()).toBe(other.machine.hash());
    }
  });
});
