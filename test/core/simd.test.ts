import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { CoreExports } from "../../src/wasm/exports.ts";
import { toolsOn } from "../../src/wasm/tools.ts";
import { type AnyExports, runHostile } from "./hostile.ts";

const seeds = process.env.SEED === undefined ? [5, 6] : [Number(process.env.SEED)];
const steps = Number(process.env.STEPS ?? 3000);

/** Where there is a window, linear memory is too long to be compared byte by byte. */
const COMPARED_BYTES = 2 ** 26;

/** A core of this build, and what each of its calls answers, in order. */
function recorded(build: "release" | "simd") {
  const url = new URL(`../../build/core.${build}.wasm`, import.meta.url);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(url)), {});
  const bare = exports as unknown as CoreExports;
  const answers: unknown[] = [];
  const core: Record<string, unknown> = { ...bare, ...toolsOn(bare.memory) };
  for (const [name, value] of Object.entries(core)) {
    if (typeof value !== "function") continue;
    core[name] = (...rest: unknown[]) => {
      const answer: unknown = value(...rest);
      answers.push(answer);
      return answer;
    };
  }
  return { core: core as unknown as AnyExports, memory: bare.memory, answers };
}

test.each(
  (["win32", "win32-4g", "win64", "win9x", "ce5", "ce6"] as const).flatMap((profile) =>
    seeds.map((seed) => ({ profile, seed })),
  ),
)("with SIMD and without, a core answers and remembers the same: $profile, seed $seed", (run) => {
  const plain = recorded("release");
  const simd = recorded("simd");
  for (const { core } of [plain, simd]) runHostile(core, { ...run, steps, verifyEvery: 500 });
  expect(plain.answers.length).toBeGreaterThan(steps);
  expect(simd.answers.length).toBe(plain.answers.length);
  const different = simd.answers.findIndex((answer, index) => answer !== plain.answers[index]);
  expect(different).toBe(-1);
  expect(simd.memory.buffer.byteLength).toBe(plain.memory.buffer.byteLength);
  if (plain.memory.buffer.byteLength > COMPARED_BYTES) return;
  const bytes = [plain, simd].map(({ memory }) => Buffer.from(memory.buffer));
  expect(Buffer.compare(bytes[0] as Buffer, bytes[1] as Buffer)).toBe(0);
});
