import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readTrace } from "../../src/cli/read-trace.ts";
import { MachineSubject } from "../../src/replay/machine-subject.ts";
import { ModelSubject } from "../../src/replay/model-subject.ts";
import type { Space } from "../../src/replay/profiles.ts";
import { replay } from "../../src/replay/replay.ts";
import { createMachine } from "../setup/machine.ts";
import { complaints, DIVERGENCES, KNOWN_GAPS, type KnownGap } from "./known-gaps.ts";

interface Replay {
  readonly trace: string;
  readonly profile: "win32" | "win64";
  readonly space: Space;
  readonly answers: number;
}

const REPLAYS: readonly Replay[] = [
  { trace: "private-memory", profile: "win64", space: "translated", answers: 19_103 },
  { trace: "private-memory", profile: "win32", space: "translated", answers: 19_103 },
  { trace: "private-memory", profile: "win32", space: "windowed", answers: 19_103 },
  { trace: "sections", profile: "win64", space: "translated", answers: 11_581 },
  { trace: "sections", profile: "win32", space: "translated", answers: 11_581 },
  { trace: "sections", profile: "win32", space: "windowed", answers: 11_581 },
  { trace: "esbuild-ia32-bundle", profile: "win32", space: "translated", answers: 173 },
  { trace: "esbuild-ia32-bundle", profile: "win32", space: "windowed", answers: 173 },
  { trace: "esbuild-ia32-minify", profile: "win32", space: "translated", answers: 6_933 },
  { trace: "esbuild-ia32-minify", profile: "win32", space: "windowed", answers: 6_933 },
  { trace: "esbuild-x64-minify", profile: "win64", space: "translated", answers: 11_133 },
  { trace: "biome-x64-format", profile: "win64", space: "translated", answers: 3 },
];

function fileOf(trace: string): string {
  return fileURLToPath(new URL(`traces/${trace}.jsonl.gz`, import.meta.url));
}

describe("recorded calls answer as they did, and memory is as the model has it after each", () => {
  it.each(REPLAYS)("$trace, $profile, $space: $answers calls", async (row) => {
    const { trace: name, profile, space, answers } = row;
    const trace = await readTrace(fileOf(name), profile);
    expect(trace.answers).toBe(answers);
    const machine = await createMachine({ profile, window: space === "windowed" });
    const subject = new MachineSubject(machine, space);
    const result = replay(trace, subject, { reference: new ModelSubject(profile) });
    const gaps = KNOWN_GAPS.filter((gap) => gap.trace === name && gap.profile === profile);
    expect(complaints(result.differences, gaps)).toEqual([]);
    expect(result.passed + result.failed).toBe(answers);
    expect(subject.process.space).toBe(space);
    subject.process.verifySpace();
  });
});

describe("known gaps", () => {
  it("name a replay, a difference between Wine and Windows, and a decision record", () => {
    for (const gap of KNOWN_GAPS) {
      expect(REPLAYS).toContainEqual(
        expect.objectContaining({ trace: gap.trace, profile: gap.profile }),
      );
      expect(gap.divergence).toBeGreaterThanOrEqual(1);
      expect(gap.divergence).toBeLessThanOrEqual(DIVERGENCES);
      const record = new URL(`../../${gap.decision}`, import.meta.url);
      expect(gap.decision).toMatch(/^docs\/decisions\/.+\.md$/);
      expect(existsSync(record)).toBe(true);
    }
  });

  const gap: KnownGap = {
    trace: "private-memory",
    profile: "win64",
    line: 7,
    divergence: 15,
    decision: "docs/decisions/0000-none.md",
  };
  const difference = {
    line: 7,
    call: "VirtualFree(0x10000, 0x0, 0x8000)",
    expected: { return: 1 },
    actual: { return: 0 },
  };

  it("explain a difference on their own line only", () => {
    expect(complaints([difference], [gap])).toEqual([]);
    expect(complaints([difference, { ...difference, line: 8 }], [gap])).toEqual([
      'line 8: VirtualFree(0x10000, 0x0, 0x8000): expected {"return":1}, got {"return":0}',
    ]);
  });

  it("fail when they have closed", () => {
    expect(complaints([], [gap])).toEqual(["line 7: known gap 15 has closed: remove its entry"]);
  });
});
