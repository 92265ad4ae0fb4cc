import { beforeAll, expect, test } from "vitest";
import { traceOf } from "../../src/cli/read-trace.ts";
import { type Machine, MemoryPageStore } from "../../src/index.ts";
import { base64Of, bytesOf } from "../../src/recording/bytes-text.ts";
import { Recorder } from "../../src/recording.ts";
import { playRecording } from "../../src/replay/recording/replay-recording.ts";
import { TraceError } from "../../src/replay/trace.ts";
import { CoreSubject } from "../model/core-subject.ts";
import { generate } from "../model/generator.ts";
import type { Random } from "../model/random.ts";
import { expectSound } from "../setup/damage.ts";
import { coreModule, createMachine } from "../setup/machine.ts";
import { HEADER_BYTES, sealed } from "../setup/snapshot-hash.ts";
import { type Outcome, outcomesOf } from "./mutations.ts";

/** `SEED=9 STEPS=100000 npx vitest run test/recording/damage.test.ts` tries others. */
const firstSeed = Number(process.env.SEED ?? 1);
const mutations = Number(process.env.STEPS ?? 4_000);
const PROGRAMS = 6;
const PROGRAM_STEPS = 10;
const HASH_EVERY = 20;
const MILLISECONDS_PER_MUTATION = 30;

let recordings: string[];

/** A few random programs, each on a machine of another kind, and from a snapshot on. */
beforeAll(async () => {
  recordings = [];
  for (let seed = firstSeed; seed < firstSeed + PROGRAMS; seed += 1) {
    recordings.push(await recorded(seed));
  }
});

async function recorded(seed: number): Promise<string> {
  const isWide = seed % 2 === 0;
  const program = generate(seed, {
    length: PROGRAM_STEPS,
    settings: { profile: isWide ? "win64" : "win32" },
    spaces: ["translated", "translated"],
    stacks: 3,
    forks: 6,
  });
  const isStored = seed % 4 === 0;
  const more = isStored ? { physicalPages: 24, pageStore: new MemoryPageStore() } : {};
  const settings = { ...program.settings, window: false, version: "win10", ...more } as const;
  const machine = await createMachine(settings);
  if (seed % 3 === 0 && !isStored) machine.createProcess({ space: "translated" });
  let text = "";
  const sink = (line: string) => {
    text += line;
  };
  const recorder = new Recorder(machine, sink, { hashEvery: HASH_EVERY });
  const subject = CoreSubject.on(machine, program);
  for (const step of program.steps) subject.apply(step);
  recorder.stop();
  return text;
}

/** The embedded snapshot has another number in a record, and the right hash again. */
function changeSnapshot(rows: Record<string, unknown>[], random: Random): void {
  const [header = {}] = rows;
  const bytes = bytesOf(String(header.snapshot)) ?? new Uint8Array(0);
  if (bytes.length <= HEADER_BYTES) return;
  bytes[HEADER_BYTES + random.below(bytes.length - HEADER_BYTES)] = random.below(256);
  header.snapshot = base64Of(sealed(bytes));
}

/** Refused with file and line, or a machine whose maps agree. What it came to. */
async function attempt(bytes: Uint8Array): Promise<Outcome> {
  let machine: Machine;
  let failed: number;
  try {
    const trace = traceOf(Buffer.from(bytes), "changed.jsonl");
    if (trace.recording === undefined) return "refused";
    // Translated: a window for each of thousands of machines is a lot of address space.
    const options = { module: coreModule(), space: "translated" } as const;
    ({ machine, failed } = await playRecording(trace, trace.recording, options));
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    expect(error.message).toMatch(/^changed\.jsonl:[1-9]\d*: ./);
    return "refused";
  }
  expectSound(machine);
  return failed === 0 ? "passed" : "different";
}

const timeout = 60_000 + mutations * MILLISECONDS_PER_MUTATION;

test(`${mutations} changed recordings are refused, or replay soundly`, { timeout }, async () => {
  const seeds = { first: firstSeed, count: mutations };
  const outcomes = await outcomesOf(seeds, recordings, attempt, [changeSnapshot]);
  expect(outcomes.refused).toBeGreaterThan(mutations / 8);
  expect(outcomes.different).toBeGreaterThan(mutations / 8);
});
