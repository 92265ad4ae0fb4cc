import { expect, test } from "vitest";
import { bareCore } from "../setup/machine.ts";
import { type AnyExports, runHostile } from "./hostile.ts";

const seeds = process.env.SEED === undefined ? [1, 2] : [Number(process.env.SEED)];
const steps = Number(process.env.STEPS ?? 3000);

test.each(
  (["win32", "win32-3g", "win32-4g", "win64", "win9x", "ce5", "ce6"] as const).flatMap(
    (profile) => {
      return seeds.map((seed) => ({ profile, seed }));
    },
  ),
)("no export traps or breaks a rule, whatever it is given: $profile, seed $seed", (run) => {
  const core = bareCore() as AnyExports;
  runHostile(core, { ...run, steps, verifyEvery: 16 });
});

test.each((["ce5", "ce6"] as const).flatMap((profile) => seeds.map((seed) => ({ profile, seed }))))(
  "nor do copies of pages, slots and shared memory: $profile, seed $seed",
  (run) => {
    const core = bareCore() as AnyExports;
    runHostile(core, { ...run, steps, verifyEvery: 16, isCeAlone: true });
  },
);

test("a trap and a broken rule are reported", () => {
  const core = bareCore() as AnyExports;
  const run = { profile: "win64", seed: 3, steps: 500, verifyEvery: 1 } as const;
  const trap = () => {
    throw new WebAssembly.RuntimeError("unreachable");
  };
  expect(() => runHostile({ ...core, queryF64: trap }, run)).toThrow(/query trapped/);
  const broken = { ...core, verifySpace: () => 4 };
  expect(() => runHostile(broken, run)).toThrow(/broke rule 4/);
});
