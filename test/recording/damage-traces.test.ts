import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { traceOf } from "../../src/cli/read-trace.ts";
import type { ProfileName } from "../../src/profile.ts";
import { MachineSubject } from "../../src/replay/machine-subject.ts";
import { ModelSubject } from "../../src/replay/model-subject.ts";
import { replay } from "../../src/replay/replay.ts";
import { TraceError } from "../../src/replay/trace.ts";
import { expectSound } from "../setup/damage.ts";
import { createMachine } from "../setup/machine.ts";
import { type Outcome, outcomesOf } from "./mutations.ts";

/** `SEED=9 STEPS=100000 npx vitest run test/recording/damage-traces.test.ts` tries others. */
const firstSeed = Number(process.env.SEED ?? 1);
const mutations = Number(process.env.STEPS ?? 2_000);
const ROWS = 40;
const MILLISECONDS_PER_MUTATION = 30;

/** Pieces of recorded traces, behind the header of their file. */
function pieces(name: string, count: number): string[] {
  const url = new URL(`../conformance/traces/${name}.jsonl.gz`, import.meta.url);
  const [header, ...rows] = String(gunzipSync(readFileSync(url)))
    .trimEnd()
    .split("\n");
  const distance = Math.floor(rows.length / count);
  return Array.from({ length: count }, (_, index) => {
    const begin = index * distance;
    return [header, ...rows.slice(begin, begin + ROWS), ""].join("\n");
  });
}

const TRACES = [
  ...pieces("private-memory", 40),
  ...pieces("sections", 40),
  ...pieces("esbuild-ia32-bundle", 2),
  ...pieces("esbuild-x64-minify", 2),
];

/** Refused with file and line, or a machine whose maps agree. What it came to. */
async function attempt(bytes: Uint8Array): Promise<Outcome> {
  try {
    const trace = traceOf(Buffer.from(bytes), "changed.jsonl");
    if (trace.recording !== undefined) return "refused";
    const { profile } = trace;
    const options = { profile: profile as ProfileName, version: "win10", window: false } as const;
    const machine = await createMachine(options);
    const reference = new ModelSubject(profile);
    // Translated: a window for each of thousands of machines is a lot of address space.
    const { failed } = replay(trace, new MachineSubject(machine, "translated"), { reference });
    expectSound(machine);
    return failed === 0 ? "passed" : "different";
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    expect(error.message).toMatch(/^changed\.jsonl:[1-9]\d*: ./);
    return "refused";
  }
}

const timeout = 60_000 + mutations * MILLISECONDS_PER_MUTATION;

test(`${mutations} changed traces are refused, or replay soundly`, { timeout }, async () => {
  const seeds = { first: firstSeed, count: mutations };
  const outcomes = await outcomesOf(seeds, TRACES, attempt);
  expect(outcomes.refused).toBeGreaterThan(mutations / 8);
  expect(outcomes.different).toBeGreaterThan(mutations / 8);
});
