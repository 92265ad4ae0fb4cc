import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stateAfter } from "../../src/cli/open-state.ts";
import { MEM_COMMIT, MEM_RELEASE, MEM_RESERVE, PAGE_READWRITE } from "../../src/constants.ts";
import { type Machine, MemoryPageStore } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { Playback, Recorder } from "../../src/recording.ts";
import { parseTrace } from "../../src/replay/parse.ts";
import { coreModule, createMachine } from "../setup/machine.ts";

/** `SEED=9 RUNS=1000 npx vitest run test/recording/playback-seek.test.ts` seeks elsewhere. */
const seed = Number(process.env.SEED ?? 1);
const runs = Number(process.env.RUNS ?? 12);
const BOTH = MEM_RESERVE | MEM_COMMIT;
const PAGE = 0x1000;
const CHECKPOINTS_MAXIMUM = 256;

function traceText(name: string): string {
  const url = new URL(`../conformance/traces/${name}.jsonl.gz`, import.meta.url);
  return String(gunzipSync(readFileSync(url)));
}

/** The first lines of a trace. */
function beginOf(text: string, lines: number): string {
  return text.split("\n").slice(0, lines).join("\n");
}

/** A trace, and behind it, in a process of its own, what was in esbuild when it began. */
function withInitialRows(text: string): string {
  const [, ...rows] = beginOf(traceText("esbuild-ia32-bundle"), 200).split("\n");
  return [text, '{"call":"NewProcess"}', ...rows].join("\n");
}

/** Processes that come and go, a fork, shared memory, handlers, and pages that leave memory. */
function program(machine: Machine): void {
  for (let round = 0; round < 3; round++) {
    const guest = machine.createProcess();
    const calls = kernel32(guest);
    const base = calls.VirtualAlloc(0, 8 * PAGE, BOTH, PAGE_READWRITE);
    for (let page = 0; page < 8; page++) guest.memory.setUint32(base + page * PAGE, round + page);
    const section = calls.CreateFileMapping(-1, null, PAGE_READWRITE, 0, 4 * PAGE, `s${round}`);
    const view = calls.MapViewOfFile(section, 2, 0, 0, 0);
    guest.memory.setUint8(view, round);
    const lazy = calls.VirtualAlloc(0, PAGE, MEM_RESERVE, PAGE_READWRITE);
    calls.AddVectoredExceptionHandler(1, () => {
      calls.VirtualAlloc(lazy, PAGE, MEM_COMMIT, PAGE_READWRITE);
      return -1;
    });
    guest.memory.setUint8(lazy, round);
    const fork = guest.fork();
    fork.memory.setUint32(base, 100);
    calls.VirtualFree(base, 0, MEM_RELEASE);
    if (round % 2 === 0) guest.exit();
  }
}

async function recordingText(): Promise<string> {
  const options = {
    profile: "win32",
    physicalPages: 40,
    pageStore: new MemoryPageStore(),
  } as const;
  const machine = await createMachine(options);
  let text = "";
  const sink = (line: string) => {
    text += line;
  };
  const recorder = new Recorder(machine, sink, { hashEvery: 1 });
  program(machine);
  recorder.stop();
  return text;
}

/** What must be the same at a position, whichever way one came there. */
function seenAt(playback: Playback): unknown {
  return {
    hash: playback.machine.hash(),
    process: playback.process?.id,
    counters: { ...playback.process?.counters },
    differences: playback.differences.map(({ line }) => line),
  };
}

/** What is seen at every position of a playback that goes from the start to the end. */
async function allSeen(playback: Playback): Promise<unknown[]> {
  const seen = [seenAt(playback)];
  while ((await playback.step()) !== undefined) seen.push(seenAt(playback));
  return seen;
}

/** Where to go next: anywhere, or a few steps from here. */
function moves(length: number): fc.Arbitrary<readonly { to?: number; by?: number }[]> {
  const anywhere = fc.record({ to: fc.integer({ min: 0, max: length }) });
  const near = fc.record({ by: fc.integer({ min: -9, max: 9 }) });
  return fc.array(fc.oneof(anywhere, near), { minLength: 1, maxLength: 10 });
}

/** Seeks in random order on a playback, and looks at each position. */
async function seekAround(
  playback: Playback,
  seen: readonly unknown[],
  numRuns = runs,
): Promise<void> {
  const { length } = playback;
  const property = fc.asyncProperty(moves(length), async (path) => {
    for (const { to, by = 0 } of path) {
      const position = to ?? Math.min(Math.max(playback.position + by, 0), length);
      await playback.seek(position);
      expect(playback.position).toBe(position);
      expect(seenAt(playback)).toEqual(seen[position]);
    }
  });
  await fc.assert(property, { seed, numRuns });
}

const SECTIONS = beginOf(traceText("sections"), 500);
const PRIVATE = beginOf(traceText("private-memory"), 500);

describe("all is as it was at every position, whichever way one comes there", () => {
  const DOCTORED = SECTIONS.replaceAll('"lastError":487', '"lastError":486');
  const TRACES: readonly (readonly [what: string, text: string])[] = [
    ["sections, in several processes", SECTIONS],
    ["private memory, and then a process with memory", withInitialRows(PRIVATE)],
    ["with answers that were changed", DOCTORED],
  ];

  for (const space of ["windowed", "translated"] as const) {
    test.each(TRACES)(`a trace, ${space}: %s`, async (_what, text) => {
      const options = { profile: "win32", space, module: coreModule() } as const;
      const playback = await Playback.open(text, options);
      const seen = await allSeen(playback);
      expect(seen).toHaveLength(playback.length + 1);
      expect(playback.differences).toHaveLength(text.split('"lastError":486').length - 1);
      expect(playback.process?.space).toBe(space);
      const { machine } = playback;
      await seekAround(playback, seen);
      expect(playback.machine).toBe(machine);
    });
  }

  // One process at a time has the window, the others are translated then.
  test.each([
    ["as recorded", undefined, "windowed"],
    ["translated", "translated", "translated"],
  ] as const)("a recording, %s", async (_what, space, ofFirst) => {
    const playback = await Playback.open(await recordingText(), { space, module: coreModule() });
    const seen = await allSeen(playback);
    // It has a hash behind each call.
    expect(playback.differences).toEqual([]);
    // Each way back begins at the start, on a machine of its own.
    await seekAround(playback, seen, Math.ceil(runs / 3));
    await playback.seek(1);
    expect(playback.process?.space).toBe(ofFirst);
  });

  test("it is what a replay of the first rows comes to", async () => {
    const trace = parseTrace(SECTIONS, "sections", "win32");
    const playback = await Playback.open(SECTIONS, { profile: "win32", module: coreModule() });
    await playback.seek(playback.length);
    for (const position of [430, 300, 129, 128, 127, 60, 1]) {
      await playback.seek(position);
      const { machine } = await stateAfter(trace, position, {});
      expect(playback.machine.hash(), `position ${position}`).toBe(machine.hash());
    }
  });
});

describe("checkpoints", () => {
  test("that are gone are not needed: the trace begins again on another machine", async () => {
    const playback = await Playback.open(SECTIONS, { module: coreModule() });
    const seen = await allSeen(playback);
    const { machine } = playback;
    machine.dropCheckpoints();
    await playback.seek(200);
    expect(playback.machine).not.toBe(machine);
    expect(seenAt(playback)).toEqual(seen[200]);
    await playback.seek(playback.length);
    expect(seenAt(playback)).toEqual(seen.at(-1));
    await playback.seek(150);
    expect(seenAt(playback)).toEqual(seen[150]);
  });

  test("do not become more with the length of a trace", async () => {
    const row = '{"call":"VirtualQuery","args":["0xffffffff"],"return":0,"lastError":87}\n';
    const header = '{"trace":1,"profile":"win32"}\n';
    const playback = await Playback.open(header + row.repeat(40_000), { module: coreModule() });
    await playback.seek(playback.length);
    expect(playback.differences).toEqual([]);
    expect(playback.machine.checkpoints.length).toBeLessThanOrEqual(CHECKPOINTS_MAXIMUM);
    expect(playback.machine.checkpoints.length).toBeGreaterThan(CHECKPOINTS_MAXIMUM / 2);
  });
});

test("esbuild's 6,933 calls to their end, back in steps, and to their end again", async () => {
  const playback = await Playback.open(traceText("esbuild-ia32-minify"), { module: coreModule() });
  expect(playback.length).toBe(6_933);
  expect(playback.source).toContain("esbuild 0.17.19");
  const start = seenAt(playback);
  const seen = new Map<number, unknown>();
  for (let position = 0; position <= playback.length; position += 321) {
    await playback.seek(position);
    seen.set(position, seenAt(playback));
  }
  await playback.seek(playback.length);
  const end = seenAt(playback);
  expect(playback.differences).toEqual([]);
  for (const [position, expected] of [...seen].reverse()) {
    await playback.seek(position);
    expect(seenAt(playback), `position ${position}`).toEqual(expected);
  }
  await playback.seek(0);
  expect(seenAt(playback)).toEqual(start);
  await playback.seek(playback.length);
  expect(seenAt(playback)).toEqual(end);
});
