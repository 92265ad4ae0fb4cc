import { describe, expect, test } from "vitest";
import {
  MEM_COMMIT,
  MEM_PRIVATE,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_NOACCESS,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { coredll } from "../../src/coredll.ts";
import { createGuest, PAGE } from "./support.ts";

const BASE = 0x100_0000;
const wrong = <T>(value: unknown) => value as T;

/** Each argument of these in turn is replaced by a wrong value. */
const CALLS: Record<string, readonly (readonly [name: string, right: unknown])[]> = {
  VirtualAlloc: [
    ["address", BASE],
    ["size", PAGE],
    ["type", MEM_RESERVE],
    ["protect", PAGE_READWRITE],
  ],
  VirtualAllocEx: [
    ["process", 0x42],
    ["address", BASE],
    ["size", PAGE],
    ["type", MEM_RESERVE],
    ["protect", PAGE_READWRITE],
  ],
  VirtualFree: [
    ["address", BASE],
    ["size", 0],
    ["type", MEM_RELEASE],
  ],
  VirtualFreeEx: [
    ["process", 0x42],
    ["address", BASE],
    ["size", 0],
    ["type", MEM_RELEASE],
  ],
  VirtualProtect: [
    ["address", BASE],
    ["size", PAGE],
    ["protect", PAGE_NOACCESS],
  ],
  VirtualProtectEx: [
    ["process", 0x42],
    ["address", BASE],
    ["size", PAGE],
    ["protect", PAGE_NOACCESS],
  ],
  VirtualQuery: [["address", BASE]],
  VirtualQueryEx: [
    ["process", 0x42],
    ["address", BASE],
  ],
  VirtualCopy: [
    ["destination", BASE],
    ["source", BASE],
    ["size", PAGE],
    ["protect", PAGE_READWRITE],
  ],
  VirtualCopyEx: [
    ["process", 0x42],
    ["destination", BASE],
    ["process", 0x42],
    ["source", BASE],
    ["size", PAGE],
    ["protect", PAGE_READWRITE],
  ],
  VirtualAllocCopyEx: [
    ["process", 0x42],
    ["process", 0x42],
    ["address", BASE],
    ["size", PAGE],
    ["protect", PAGE_READWRITE],
  ],
  VirtualSetPageFlags: [
    ["address", BASE],
    ["size", PAGE],
    ["flags", 0],
    ["old", null],
  ],
  VirtualSetAttributes: [
    ["address", BASE],
    ["size", PAGE],
    ["bits", 0],
    ["mask", 0],
    ["old", null],
  ],
  CeVirtualSharedAlloc: [
    ["address", 0],
    ["size", PAGE],
    ["type", MEM_COMMIT],
  ],
  ReadProcessMemory: [
    ["process", 0x42],
    ["address", BASE],
    ["buffer", new Uint8Array(1)],
    ["size", 1],
  ],
  WriteProcessMemory: [
    ["process", 0x42],
    ["address", BASE],
    ["buffer", new Uint8Array(1)],
    ["size", 1],
  ],
  OpenProcess: [
    ["access", 0],
    ["inherit", 0],
    ["id", 4],
  ],
  CloseHandle: [["handle", 4]],
  MapViewOfFile: [
    ["SectionHandle", 4],
    ["access", 4],
    ["offsetHigh", 0],
    ["offsetLow", 0],
    ["size", 0],
  ],
  FlushViewOfFile: [
    ["address", BASE],
    ["size", 0],
  ],
  MapPtrToProcess: [
    ["address", BASE],
    ["process", 0x42],
  ],
  UnMapPtr: [["address", BASE]],
};

const ONLY: Record<string, "ce5" | "ce6"> = {
  VirtualAllocEx: "ce6",
  VirtualFreeEx: "ce6",
  VirtualProtectEx: "ce6",
  VirtualQueryEx: "ce6",
  VirtualCopyEx: "ce6",
  VirtualAllocCopyEx: "ce6",
  MapPtrToProcess: "ce5",
  UnMapPtr: "ce5",
};

describe.each(["ce5", "ce6"] as const)("the door of coredll, %s", (profile) => {
  const calls = Object.entries(CALLS).filter(([name]) => (ONLY[name] ?? profile) === profile);

  test.each(calls)("%s names a wrong argument, and changes nothing", async (name, parameters) => {
    const guest = await createGuest({ profile });
    guest.pages(1, PAGE_READWRITE, BASE);
    const functions = coredll(guest.process) as unknown as Record<
      string,
      (...rest: unknown[]) => unknown
    >;
    const right = parameters.map(([, value]) => value);
    for (const [index, [parameter]] of parameters.entries()) {
      const call = () => functions[name]?.(...right.with(index, "x"));
      guest.refuses(TypeError, new RegExp(`${parameter}\\b`), call);
    }
  });

  test("sizes are integers that are not negative", async () => {
    const guest = await createGuest({ profile });
    const { VirtualAlloc, VirtualFree } = coredll(guest.process);
    for (const size of [-1, 1.5, Number.NaN, 2 ** 60, -1n]) {
      guest.refuses(RangeError, /^size /, () => VirtualAlloc(0, size, MEM_RESERVE, PAGE_READWRITE));
      guest.refuses(RangeError, /^size /, () => VirtualFree(BASE, size, MEM_RELEASE));
    }
  });

  test("a process has one face, which cannot be changed", async () => {
    const guest = await createGuest({ profile });
    const face = coredll(guest.process);
    expect(coredll(guest.process)).toBe(face);
    expect(Object.isFrozen(face)).toBe(true);
    const names = Object.keys(CALLS).filter((name) => (ONLY[name] ?? profile) === profile);
    for (const name of names) expect(Object.keys(face)).toContain(name);
    for (const name of Object.keys(ONLY)) {
      expect(name in face, name).toBe(ONLY[name] === profile);
    }
  });

  test("a process that has ended has no functions any more", async () => {
    const guest = await createGuest({ profile });
    const face = coredll(guest.process);
    guest.process.exit();
    for (const call of [
      () => face.VirtualAlloc(0, PAGE, MEM_RESERVE, PAGE_READWRITE),
      () => face.VirtualCopy(BASE, BASE, PAGE, PAGE_READWRITE),
      () => face.VirtualSetPageFlags(BASE, PAGE, 0),
      () => face.CeVirtualSharedAlloc(0, PAGE, MEM_COMMIT),
      () => face.ReadProcessMemory(0x42, BASE, new Uint8Array(1), 1),
    ]) {
      expect(call).toThrow(/has ended/);
    }
  });

  test("a handle that a call by an identifier needs is gone after it", async () => {
    const guest = await createGuest({ profile });
    const other = guest.machine.createProcess();
    const { ReadProcessMemory, OpenProcess, CloseHandle } = coredll(guest.process);
    const handle = OpenProcess(0, 0, other.id);
    CloseHandle(handle);
    ReadProcessMemory(other.id, BASE, new Uint8Array(1), 1);
    expect(() => ReadProcessMemory(other.id, wrong("x"), new Uint8Array(1), 1)).toThrow(TypeError);
    expect(CloseHandle(handle)).toBe(0);
    other.exit();
    expect(ReadProcessMemory(other.id, BASE, new Uint8Array(1), 1)).toBe(0);
    expect(coredll(guest.process).GetLastError()).toBe(6);
  });

  test("a region of the host lies in what is the process's own", async () => {
    const guest = await createGuest({ profile });
    const limit = profile === "ce5" ? 0x400_0000 : 0x7000_0000;
    const region = { size: PAGE, type: MEM_PRIVATE, allocationProtect: PAGE_READWRITE };
    guest.refuses(
      RangeError,
      /^base: what the process has for itself ends below 0x/,
      () => guest.process.adoptRegion({ ...region, base: limit }),
      () => guest.process.adoptRegion({ ...region, base: limit - PAGE, size: 2 * PAGE }),
      () => guest.machine.createProcess({ residents: [{ ...region, base: 0x7fff_0000 }] }),
    );
    guest.process.adoptRegion({ ...region, base: limit - PAGE });
    guest.process.verifySpace();
  });
});

test.each(["win32", "win64", "win9x"] as const)("coredll is not for %s", async (profile) => {
  const guest = await createGuest({ profile });
  expect(() => coredll(guest.process)).toThrow(RangeError);
  expect(() => coredll(guest.process)).toThrow(`"${profile}"`);
  guest.refuses(RangeError, /^trusted goes with/, () =>
    guest.machine.createProcess({ trusted: true }),
  );
  guest.refuses(TypeError, /^trusted must be/, () =>
    guest.machine.createProcess({ trusted: wrong(1) }),
  );
});

test("processes of CE 5: 31, and as many again when they have ended", async () => {
  const { machine, process } = await createGuest({ profile: "ce5", space: "windowed" });
  for (let count = 1; count < 31; count++) machine.createProcess();
  const full = machine.processes.length;
  expect(full).toBe(31);
  for (const space of ["auto", "windowed", "translated"] as const) {
    expect(() => machine.createProcess({ space })).toThrow(RangeError);
  }
  expect(machine.processes).toHaveLength(full);
  const last = machine.processes.at(-1);
  const handle = coredll(process).OpenProcess(0, 0, last?.id ?? 0);
  last?.exit();
  expect(() => machine.createProcess()).toThrow(/slots for 31 processes/);
  coredll(process).CloseHandle(handle);
  machine.createProcess();
  for (const one of machine.processes) one.exit();
  for (let count = 0; count < 31; count++) machine.createProcess();
  expect(() => machine.createProcess()).toThrow(RangeError);
});
