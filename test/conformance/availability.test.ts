import { describe, expect, test } from "vitest";
import { ERROR_CALL_NOT_IMPLEMENTED } from "../../src/constants.ts";
import { type Kernel32, kernel32 } from "../../src/kernel32.ts";
import { VERSIONS } from "../../src/profile.ts";
import { createMachine } from "../setup/machine.ts";
import {
  IN_CE5,
  NEW_IN_CE6,
  NEW_IN_NT,
  NOT_IN_98,
  type System,
  WRITE_WATCH,
} from "./availability.rows.ts";
import { type Place, rule } from "./support/rule.ts";
import type { Scene } from "./support/scene.ts";

const UNTOUCHED = 0xabad1dea;
const MISSING = "17.1#12";

/** Calls every function without arguments, and answers the names of those that are missing. */
function missingIn({ kernel32: face, machine }: Pick<Scene, "kernel32" | "machine">): string[] {
  return Object.entries(face)
    .filter(([, call]) => {
      face.FlushInstructionCache(-1, 0, 0);
      expect(machine.decision).toBe("17.7");
      try {
        (call as () => unknown)();
      } catch {
        return false;
      }
      return machine.decision === MISSING;
    })
    .map(([name]) => name)
    .sort();
}

async function everyName(): Promise<string[]> {
  const machine = await createMachine({ profile: "win32" });
  return Object.keys(kernel32(machine.createProcess()));
}

async function missingOf(system: System): Promise<string[]> {
  const machine = await createMachine(system);
  return missingIn({ machine, kernel32: kernel32(machine.createProcess()) });
}

const newSince = (first: number) =>
  VERSIONS.slice(first).flatMap((version) => (version === "nt4" ? [] : NEW_IN_NT[version]));

describe("each system lacks these functions and no others", () => {
  for (const [index, version] of VERSIONS.entries()) {
    test(version, async () => {
      expect(await missingOf({ profile: "win32", version })).toEqual(newSince(index + 1).sort());
    });
  }

  const notIn98 = [...newSince(1), ...NOT_IN_98];

  test("Windows 95", async () => {
    expect(await missingOf({ profile: "win9x", windows95: true })).toEqual(notIn98.sort());
  });

  test("Windows 98", async () => {
    const without = notIn98.filter((name) => !WRITE_WATCH.includes(name));
    expect(await missingOf({ profile: "win9x" })).toEqual(without.sort());
  });

  test("Windows CE 5", async () => {
    const without = (await everyName()).filter((name) => !IN_CE5.includes(name));
    expect(await missingOf({ profile: "ce5" })).toEqual(without.sort());
  });

  test("Windows CE 6", async () => {
    const there = [...IN_CE5, ...NEW_IN_CE6];
    const without = (await everyName()).filter((name) => !there.includes(name));
    expect(await missingOf({ profile: "ce6" })).toEqual(without.sort());
  });
});

const ON_NT: readonly Place[] = ["win32 windowed", "win64 translated"];
const ON_9X: readonly Place[] = ["win9x windowed"];
const ON_CE: readonly Place[] = ["ce5 windowed"];

/** The answer of a function that is missing, called without arguments; the last error behind it. */
function failureOf({ kernel32: face, machine }: Scene, name: keyof Kernel32): unknown[] {
  face.SetLastError(UNTOUCHED);
  const answer = (face[name] as () => unknown)();
  expect(machine.decision).toBe(MISSING);
  return [answer, face.GetLastError()];
}

rule(
  "17.1#12",
  "BOOL, address, handle, number and nothing at all",
  (scene) => {
    for (const name of ["VirtualAllocExNuma", "GetLargePageMinimum", "GlobalMemoryStatusEx"]) {
      const failure = failureOf(scene, name as keyof Kernel32);
      expect(failure, name).toEqual([0, ERROR_CALL_NOT_IMPLEMENTED]);
    }
    const nothing = failureOf(scene, "GetNativeSystemInfo");
    expect(nothing).toEqual([undefined, ERROR_CALL_NOT_IMPLEMENTED]);
  },
  { on: ON_NT, machine: { version: "nt4" } },
);

rule(
  "17.1#12",
  "write watch fails with all ones",
  (scene) => {
    for (const name of ["GetWriteWatch", "ResetWriteWatch"] as const) {
      expect(failureOf(scene, name), name).toEqual([0xffff_ffff, ERROR_CALL_NOT_IMPLEMENTED]);
    }
  },
  { on: ON_NT, machine: { version: "win2000" } },
);

rule(
  "17.1#12",
  "what answers an error code answers 120, and leaves the last error alone",
  (scene) => {
    for (const name of [
      "OfferVirtualMemory",
      "ReclaimVirtualMemory",
      "DiscardVirtualMemory",
    ] as const) {
      expect(failureOf(scene, name), name).toEqual([ERROR_CALL_NOT_IMPLEMENTED, UNTOUCHED]);
    }
  },
  { on: ON_NT, machine: { version: "win8" } },
);

rule(
  "17.1#12",
  "VirtualAllocEx and VirtualFreeEx are stubs in Windows 9x",
  (scene) => {
    for (const name of ["VirtualAllocEx", "VirtualFreeEx"] as const) {
      expect(failureOf(scene, name), name).toEqual([0, ERROR_CALL_NOT_IMPLEMENTED]);
    }
  },
  { on: ON_9X },
);

rule(
  "17.1#12",
  "Windows CE has no filter for what nobody handles",
  (scene) => {
    const failure = failureOf(scene, "SetUnhandledExceptionFilter");
    expect(failure).toEqual([null, ERROR_CALL_NOT_IMPLEMENTED]);
  },
  { on: ON_CE },
);

test("a missing function of a process that has ended says so", async () => {
  const machine = await createMachine({ profile: "win32", version: "nt4" });
  const process = machine.createProcess();
  const { GetLargePageMinimum } = kernel32(process);
  process.exit();
  expect(() => GetLargePageMinimum()).toThrow(/has ended/);
});

test("a function that is there is the function itself", async () => {
  const machine = await createMachine({ profile: "win32", version: "nt4" });
  const face = kernel32(machine.createProcess());
  expect(kernel32(machine.processes[0] as never)).toBe(face);
  expect(Object.isFrozen(face)).toBe(true);
  expect(Object.keys(face).sort()).toEqual((await everyName()).sort());
});
