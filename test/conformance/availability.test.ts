import { describe, expect, test } from "vitest";
import { type Availability, EVERYWHERE } from "../../src/availability.ts";
import { ERROR_CALL_NOT_IMPLEMENTED, STATUS_INVALID_SYSTEM_SERVICE } from "../../src/constants.ts";
import type { Machine, Process } from "../../src/index.ts";
import { type Kernel32, kernel32 } from "../../src/kernel32.ts";
import { ntdll } from "../../src/ntdll.ts";
import { VERSIONS } from "../../src/profile.ts";
import { createMachine } from "../setup/machine.ts";
import {
  IN_CE5,
  NEW_IN_CE6,
  NEW_IN_NT,
  NEW_IN_NTDLL,
  NOT_IN_98,
  type System,
  WRITE_WATCH,
} from "./availability.rows.ts";
import { type Place, rule } from "./support/rule.ts";
import type { Scene } from "./support/scene.ts";

const UNTOUCHED = 0xabad1dea;
const MISSING = "17.1#12";

/** Calls every function without arguments, and answers the names of those that are missing. */
function missingIn(face: object, machine: Machine): string[] {
  const { FlushInstructionCache } = kernel32(machine.processes[0] as Process);
  return Object.entries(face)
    .filter(([, call]) => {
      FlushInstructionCache(-1, 0, 0);
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
  return missingIn(kernel32(machine.createProcess()), machine);
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

describe("each system lacks these functions of ntdll", () => {
  for (const [index, version] of VERSIONS.entries()) {
    test(version, async () => {
      const machine = await createMachine({ profile: "win32", version });
      const later = VERSIONS.slice(index + 1).flatMap((later) => NEW_IN_NTDLL[later] ?? []);
      expect(missingIn(ntdll(machine.createProcess()), machine)).toEqual(later.sort());
    });
  }

  test.each(["win9x", "ce5", "ce6"] as const)("%s: none", async (profile) => {
    const machine = await createMachine({ profile });
    expect(missingIn(ntdll(machine.createProcess()), machine)).toEqual([]);
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

rule(
  "17.1#12",
  "a service answers that there is none, and what has a list finds nothing in it",
  ({ ntdll: face, machine }) => {
    const missing = face as unknown as Record<string, () => unknown>;
    const answers = NEW_IN_NTDLL.winxp?.map((name) => [name, missing[name]?.()]);
    expect(machine.decision).toBe(MISSING);
    expect(answers).toEqual([
      ["NtGetWriteWatch", STATUS_INVALID_SYSTEM_SERVICE],
      ["NtResetWriteWatch", STATUS_INVALID_SYSTEM_SERVICE],
      ["RtlAddVectoredContinueHandler", 0],
      ["RtlAddVectoredExceptionHandler", 0],
      ["RtlRemoveVectoredContinueHandler", 0],
      ["RtlRemoveVectoredExceptionHandler", 0],
    ]);
    expect(missing.RtlFreeUserStack?.()).toBeUndefined();
    expect(missing.RtlCreateUserStack?.()).toBe(STATUS_INVALID_SYSTEM_SERVICE);
  },
  { on: ON_NT, machine: { version: "win2000" } },
);

test("a table that forgets a function or a failure does not compile", () => {
  interface Face {
    answers(address: number): number;
    finds(): string | null;
    tells(): void;
  }
  const right: Availability<Face> = {
    answers: EVERYWHERE,
    finds: { nt: "win8", failure: null },
    tells: { nt: "nt4", ce: "ce5", failure: undefined },
  };
  // @ts-expect-error: no row for one.
  const forgotten: Availability<Face> = { answers: EVERYWHERE, finds: EVERYWHERE };
  // @ts-expect-error: no failure.
  const failing: Availability<Face> = { ...right, answers: { nt: "win8" } };
  // @ts-expect-error: an answer that the function does not have.
  const wrong: Availability<Face> = { ...right, answers: { nt: "win8", failure: null } };
  // @ts-expect-error: there is no such function.
  const strange: Availability<Face> = { ...right, knows: EVERYWHERE };
  expect([forgotten, failing, wrong, strange]).not.toContain(right);
});

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
