/**
 * Random programs on each version of NT, held against Windows 10: where table 14.2 says nothing,
 * all answer the same.
 */
import { describe, expect, test } from "vitest";
import {
  MEM_LARGE_PAGES,
  MEM_PHYSICAL,
  MEM_RESET_UNDO,
  MEM_WRITE_WATCH,
  PAGE_NOCACHE,
  PAGE_TARGETS_INVALID,
  PAGE_WRITECOMBINE,
} from "../../src/constants.ts";
import type { MachineOptions, VersionName } from "../../src/index.ts";
import { VERSIONS } from "../../src/profile.ts";
import { createMachine } from "../setup/machine.ts";
import { type Answer, type CallStep, type FaceTable, kernel32Calls } from "./calls.ts";
import { type FaceRun, patienceMilliseconds, runPrograms } from "./programs.ts";

const STEPS = 250;
const REFUSED: Answer = { value: 0, error: 87, outputs: {} };
const PLACEHOLDER_FLAGS = 0x3;

const isBefore = (version: VersionName, first: VersionName) =>
  VERSIONS.indexOf(version) < VERSIONS.indexOf(first);

/** Bits of types and protections that a version does not know. */
function unknownBits(version: VersionName): { types: number; protections: number } {
  let [types, protections] = [0, 0];
  if (isBefore(version, "win2000")) types |= MEM_PHYSICAL;
  if (isBefore(version, "winxp")) {
    types |= MEM_WRITE_WATCH | MEM_LARGE_PAGES;
    protections |= PAGE_WRITECOMBINE;
  }
  if (isBefore(version, "win8")) types |= MEM_RESET_UNDO;
  if (isBefore(version, "win8.1")) protections |= PAGE_TARGETS_INVALID;
  return { types, protections };
}

/** What belongs to pages in one of the two, and to regions in the other: it is left out. */
function common(version: VersionName, protect: number): number {
  const byPage = isBefore(version, "win7") ? PAGE_NOCACHE | PAGE_WRITECOMBINE : 0;
  return protect & ~(byPage & ~unknownBits(version).protections);
}

function tableOf(version: VersionName): FaceTable {
  const { types, protections } = unknownBits(version);
  const isUnknown = (step: CallStep) => {
    if (step.op === "free") {
      return isBefore(version, "win10") && (step.type & PLACEHOLDER_FLAGS) !== 0;
    }
    const type = step.op === "alloc" ? step.type : 0;
    const protect = "protect" in step ? step.protect : 0;
    return (type & types) !== 0 || (protect & protections) !== 0;
  };
  return {
    answer: (answer) => answer,
    call(step) {
      if (isUnknown(step)) return REFUSED;
      return "protect" in step ? { ...step, protect: common(version, step.protect) } : step;
    },
  };
}

/** Windows 10 and this version by turns. */
function machines(options: MachineOptions, version: VersionName): FaceRun["makeMachine"] {
  let made = 0;
  return () => createMachine({ ...options, version: made++ % 2 === 0 ? "win10" : version });
}

function runOf(options: MachineOptions, version: VersionName): FaceRun {
  return {
    makeMachine: machines(options, version),
    face(process) {
      const { getWriteWatch, ...calls } = kernel32Calls(process);
      const { alloc, protect } = calls;
      return {
        ...calls,
        ...(isBefore(version, "winxp") ? {} : { getWriteWatch }),
        alloc: (base, size, type, flags) => alloc(base, size, type, common(version, flags)),
        protect: (base, size, flags) => protect(base, size, common(version, flags)),
      };
    },
    table: tableOf(version),
    seed: 1 + VERSIONS.indexOf(version),
    steps: STEPS,
  };
}

describe.each(["win32", "win64-8tb"] as const)("%s", (profile) => {
  test.each(VERSIONS)(
    "%s answers as Windows 10 does",
    {
      timeout: patienceMilliseconds,
    },
    async (version) => {
      const { alloc } = await runPrograms(runOf({ profile }, version));
      expect(alloc.succeeded).toBeGreaterThan(0);
    },
  );
});

test("a version that knows too much, or too little, is noticed", async () => {
  const options = { profile: "win32" } as const;
  const known: [VersionName, VersionName][] = [
    ["nt4", "win2000"],
    ["win2000", "winxp"],
    ["winxp", "win2000"],
    ["win7", "win8"],
    ["win8", "win7"],
    ["win8.1", "win8"],
  ];
  for (const [version, other] of known) {
    const run = { ...runOf(options, version), table: tableOf(other), steps: 2_000 };
    await expect(runPrograms(run), `${version}, held for ${other}`).rejects.toThrow(/expected: /);
  }
});
