import { describe, expect, expectTypeOf, test } from "vitest";
import * as dotnetEntry from "../../src/dotnet.ts";
import {
  type Dotnet,
  dotnet,
  MemoryAllocationType,
  type MemoryBasicInformation,
  MemoryFreeType,
  MemoryProtectionOptions,
  MemoryState,
  MemoryType,
} from "../../src/dotnet.ts";
import { MemoryPageStore, PageNotReady } from "../../src/index.ts";
import { AsyncPageStore } from "../backing/async-page-store.ts";
import { createMachine } from "../setup/machine.ts";
import { BASE, createGuest, Guest, PAGE, PLACES, UNTOUCHED } from "./support.ts";

const { Commit, Reserve, TopDown } = MemoryAllocationType;
const { NoAccess, ReadOnly, ReadWrite } = MemoryProtectionOptions;
const { Decommit, Release } = MemoryFreeType;
const PROCESS_QUERY_INFORMATION = 0x400;
const PROCESS_VM_OPERATION = 0x8;
/** Where outs lie. */
const OUT = BASE + 0x10000;

const wrong = <T>(value: unknown) => value as T;

async function prepared(place: (typeof PLACES)[number] = PLACES[0]) {
  const guest = await createGuest(place);
  return { guest, ...dotnet(guest.process) };
}

describe("the enumerations", () => {
  test("of VirtualQuery have exactly these members", () => {
    expect(MemoryState).toStrictEqual({ Commit: 4096, Reserve: 8192, Free: 65536 });
    expect(MemoryType).toStrictEqual({ Private: 131072, Mapped: 262144, Image: 16777216 });
  });

  test("cannot be changed", () => {
    const { IntPtr, UIntPtr } = dotnetEntry;
    for (const constants of [
      MemoryAllocationType,
      MemoryProtectionOptions,
      MemoryFreeType,
      MemoryState,
      MemoryType,
      IntPtr,
      UIntPtr,
    ]) {
      expect(Object.isFrozen(constants)).toBe(true);
    }
  });

  test("have the same members for the compiler, and take any number", () => {
    type AllocationMember =
      | "Default"
      | "Commit"
      | "Reserve"
      | "Reset"
      | "TopDown"
      | "Physical"
      | "ResetUndo"
      | "LargePages";
    type ProtectionMember =
      | "NoAccess"
      | "ReadOnly"
      | "ReadWrite"
      | "WriteCopy"
      | "Execute"
      | "ExecuteRead"
      | "ExecuteReadWrite"
      | "ExecuteWriteCopy"
      | "Guard"
      | "NoCache"
      | "WriteCombine";
    expectTypeOf<keyof typeof MemoryAllocationType>().toEqualTypeOf<AllocationMember>();
    expectTypeOf<keyof typeof MemoryProtectionOptions>().toEqualTypeOf<ProtectionMember>();
    expectTypeOf<keyof typeof MemoryFreeType>().toEqualTypeOf<"Decommit" | "Release">();
    expectTypeOf(MemoryAllocationType.Commit).toEqualTypeOf<4096>();
    expectTypeOf(Reserve | Commit).toExtend<MemoryAllocationType>();
    expectTypeOf(ReadWrite | 0x40000000).toExtend<MemoryProtectionOptions>();
    expectTypeOf(Release).toExtend<MemoryFreeType>();
  });
});

test("the entry exports these and nothing else", () => {
  expect(Object.keys(dotnetEntry).sort()).toEqual([
    "IntPtr",
    "MemoryAllocationType",
    "MemoryFreeType",
    "MemoryProtectionOptions",
    "MemoryState",
    "MemoryType",
    "UIntPtr",
    "dotnet",
  ]);
});

describe("the face", () => {
  test("is the same each time, by process and option, and frozen", async () => {
    const { process, machine } = await createGuest();
    const face = dotnet(process);
    expect(dotnet(process, { clearLastError: true })).toBe(face);
    expect(dotnet(process, { clearLastError: undefined })).toBe(face);
    const framework = dotnet(process, { clearLastError: false });
    expect(framework).not.toBe(face);
    expect(dotnet(process, { clearLastError: false })).toBe(framework);
    expect(dotnet(machine.createProcess())).not.toBe(face);
    for (const object of [face, face.NativeMethods, face.Marshal]) {
      expect(Object.isFrozen(object)).toBe(true);
    }
  });

  test("takes no other options", async () => {
    const { process } = await createGuest();
    for (const options of [wrong(null), wrong(1), wrong({ clear: true })]) {
      expect(() => dotnet(process, wrong(options))).toThrow(TypeError);
    }
    expect(() => dotnet(process, wrong({ clearLastError: 1 }))).toThrow(
      /^clearLastError must be true or false/,
    );
  });
});

describe.each(PLACES)("what comes out, $profile $space", (place) => {
  test("the old protection, in an object or in guest memory", async () => {
    const { guest, NativeMethods, Marshal } = await prepared(place);
    guest.pages(1);
    guest.pages(1, ReadWrite, OUT);
    const old = { value: 7 };
    expect(NativeMethods.VirtualProtect(BASE, PAGE, ReadOnly, old)).toBe(true);
    expect(old.value).toBe(ReadWrite);
    expect(NativeMethods.VirtualProtect(BASE, PAGE, NoAccess, OUT)).toBe(true);
    expect(guest.memory.getUint32(OUT)).toBe(ReadOnly);
    expect(NativeMethods.VirtualProtect(BASE + PAGE, PAGE, ReadOnly, old)).toBe(false);
    expect(old.value).toBe(ReadWrite);
    for (const nowhere of [null, undefined, 0, OUT + PAGE]) {
      expect(NativeMethods.VirtualProtect(BASE, PAGE, ReadWrite, nowhere)).toBe(false);
      expect(Marshal.GetLastWin32Error()).toBe(998);
    }
    expect(guest.page(BASE).protect).toBe(NoAccess);
  });

  test("the structure of VirtualQuery, in an object or in guest memory", async () => {
    const { guest, NativeMethods, Marshal } = await prepared(place);
    const bytes = guest.machine.pointerBytes === 8 ? 48 : 28;
    guest.pages(2);
    guest.pages(1, ReadWrite, OUT);
    guest.protect(BASE + PAGE, ReadOnly);
    const expected: MemoryBasicInformation = {
      BaseAddress: BASE + PAGE,
      AllocationBase: BASE,
      AllocationProtect: ReadWrite,
      RegionSize: PAGE,
      State: MemoryState.Commit,
      Protect: ReadOnly,
      Type: MemoryType.Private,
    };
    const fresh = { value: {} as MemoryBasicInformation };
    expect(NativeMethods.VirtualQuery(BASE + PAGE + 5, fresh)).toBe(bytes);
    expect(fresh.value).toEqual(expected);
    const filled = {} as MemoryBasicInformation;
    expect(NativeMethods.VirtualQueryEx(-1, BASE + PAGE, filled, bytes)).toBe(bytes);
    expect(filled).toEqual(expected);
    expect(NativeMethods.VirtualQuery(BASE + PAGE, OUT, bytes)).toBe(bytes);
    expect(guest.memory.getUint32(OUT + bytes - (bytes === 48 ? 12 : 8))).toBe(ReadOnly);
    for (const nowhere of [null, undefined, 0, OUT + PAGE]) {
      expect(NativeMethods.VirtualQuery(BASE, nowhere)).toBe(0);
      expect(Marshal.GetLastWin32Error()).toBe(998);
    }
  });

  test("nothing from a query that fails", async () => {
    const { guest, NativeMethods, Marshal } = await prepared(place);
    guest.pages(1);
    const bytes = guest.machine.pointerBytes === 8 ? 48 : 28;
    const untouched = { value: undefined };
    const { VirtualQuery, VirtualQueryEx } = NativeMethods;
    expect(VirtualQuery(BASE, wrong(untouched), bytes - 1)).toBe(0);
    expect(Marshal.GetLastWin32Error()).toBe(24);
    expect(VirtualQueryEx(-1, BASE, wrong(untouched), bytes - 1)).toBe(0);
    expect(Marshal.GetLastWin32Error()).toBe(24);
    expect(VirtualQuery(-PAGE, wrong(untouched))).toBe(0);
    expect(Marshal.GetLastWin32Error()).toBe(87);
    expect(untouched).toEqual({ value: undefined });
  });

  test("by the methods with a process, what the others do here", async () => {
    const { guest, NativeMethods, Marshal } = await prepared(place);
    const other = new Guest(guest.machine, { space: "translated" });
    const { OpenProcess } = guest.kernel32;
    const rights = PROCESS_VM_OPERATION | PROCESS_QUERY_INFORMATION;
    const handle = OpenProcess(rights, false, other.process.id);
    const { VirtualAllocEx, VirtualProtectEx, VirtualQueryEx, VirtualFreeEx } = NativeMethods;
    const old = { value: 0 };
    const run = {} as MemoryBasicInformation;
    expect(VirtualAllocEx(handle, BASE, PAGE, Reserve | Commit, ReadWrite)).toBe(BASE);
    expect(VirtualProtectEx(handle, BASE, PAGE, ReadOnly, old)).toBe(true);
    expect(VirtualQueryEx(handle, BASE, run)).not.toBe(0);
    expect([old.value, run.Protect, other.page(BASE).protect]).toEqual([4, 2, 2]);
    expect(VirtualFreeEx(handle, BASE, PAGE, Decommit)).toBe(true);
    expect(other.page(BASE).state).toBe(MemoryState.Reserve);
    expect(guest.page(BASE).state).toBe(MemoryState.Free);

    const weak = OpenProcess(0, false, other.process.id);
    const refused = [
      () => VirtualAllocEx(weak, BASE, PAGE, Commit, ReadWrite),
      () => Number(VirtualProtectEx(weak, BASE, PAGE, ReadOnly, old)),
      () => VirtualQueryEx(weak, BASE, run),
      () => Number(VirtualFreeEx(weak, BASE, 0, Release)),
    ];
    for (const call of refused) expect([call(), Marshal.GetLastWin32Error()]).toEqual([0, 5]);
  });
});

test("above 2 GB of a 32-bit process, IntPtr fields are negative", async () => {
  const guest = await createGuest({ profile: "win32-3g", window: false, space: "translated" });
  const { VirtualAlloc, VirtualQuery } = dotnet(guest.process).NativeMethods;
  const base = VirtualAlloc(0, PAGE, Reserve | TopDown, ReadWrite);
  expect(base).toBeGreaterThan(0x8000_0000);
  const run = {} as MemoryBasicInformation;
  expect(VirtualQuery(base | 0, run)).toBe(28);
  expect(run).toMatchObject({ BaseAddress: base, AllocationBase: base | 0, RegionSize: PAGE });
});

test("a size of 2 GB in a 32-bit process is negative", async () => {
  const guest = await createGuest({ profile: "win32-4g", window: false, space: "translated" });
  const { VirtualQuery } = dotnet(guest.process).NativeMethods;
  const run = {} as MemoryBasicInformation;
  VirtualQuery(0x7fff_0000, run);
  expect(run.RegionSize).toBe(-0x8000_0000);
});

describe("Marshal", () => {
  const HIGH = 0x8000_0001;

  test("has the system's error and the saved one, both signed", async () => {
    const { guest, Marshal } = await prepared();
    Marshal.SetLastSystemError(HIGH | 0);
    expect(guest.kernel32.GetLastError()).toBe(HIGH);
    expect(Marshal.GetLastSystemError()).toBe(HIGH | 0);
    expect([Marshal.GetLastWin32Error(), Marshal.GetLastPInvokeError()]).toEqual([0, 0]);
    Marshal.SetLastPInvokeError(-5);
    expect([Marshal.GetLastWin32Error(), Marshal.GetLastPInvokeError()]).toEqual([-5, -5]);
    expect(Marshal.GetLastSystemError()).toBe(HIGH | 0);
    const framework = dotnet(guest.process, { clearLastError: false });
    expect(framework.Marshal.GetLastWin32Error()).toBe(-5);
    framework.NativeMethods.VirtualAlloc(0, PAGE, Reserve, ReadWrite);
    expect(Marshal.GetLastWin32Error()).toBe(HIGH | 0);
  });

  test("keeps both by thread", async () => {
    const { guest, Marshal } = await prepared();
    const other = guest.process.createThread();
    Marshal.SetLastPInvokeError(1);
    Marshal.SetLastSystemError(2);
    const both = () => [Marshal.GetLastPInvokeError(), Marshal.GetLastSystemError()];
    expect(other.run(both)).toEqual([0, 0]);
    other.run(() => Marshal.SetLastPInvokeError(3));
    expect([both(), other.run(both)]).toEqual([
      [1, 2],
      [3, 0],
    ]);
  });

  test("takes an Int32 and nothing else", async () => {
    const { guest, Marshal } = await prepared();
    const setters = [Marshal.SetLastPInvokeError, Marshal.SetLastSystemError];
    for (const set of setters) {
      guest.refuses(TypeError, /^error must be a number/, () => set(wrong("5")));
      guest.refuses(RangeError, /^error must be .*OverflowException/, () => set(HIGH));
      guest.refuses(RangeError, /^error must be an integer/, () => set(0.5));
    }
    expect([Marshal.GetLastPInvokeError(), Marshal.GetLastSystemError()]).toEqual([0, 0]);
  });
});

describe("after the end of the process", () => {
  const calls: Record<string, (face: Dotnet) => unknown> = {
    VirtualAlloc: ({ NativeMethods }) => NativeMethods.VirtualAlloc(0, PAGE, Reserve, ReadWrite),
    VirtualFree: ({ NativeMethods }) => NativeMethods.VirtualFree(BASE, 0, Release),
    VirtualProtect: ({ NativeMethods }) => NativeMethods.VirtualProtect(BASE, PAGE, 1, null),
    VirtualQuery: ({ NativeMethods }) => NativeMethods.VirtualQuery(BASE, {}),
    SetLastSystemError: ({ Marshal }) => Marshal.SetLastSystemError(1),
    SetLastPInvokeError: ({ Marshal }) => Marshal.SetLastPInvokeError(1),
  };

  test.each(Object.entries(calls))("%s throws", async (_, call) => {
    const { guest, ...face } = await prepared();
    guest.kernel32.SetLastError(UNTOUCHED);
    guest.process.exit();
    expect(() => call(face)).toThrow(/process \d+ has ended/);
    expect(face.Marshal.GetLastSystemError()).toBe(UNTOUCHED);
    expect(face.Marshal.GetLastWin32Error()).toBe(0);
  });
});

test("a call that has to wait for the page store leaves both errors", async () => {
  const pageStore = new AsyncPageStore(new MemoryPageStore());
  const guest = new Guest(await createMachine({ physicalPages: 8, pageStore }));
  const { NativeMethods, Marshal } = dotnet(guest.process);
  guest.pages(32);
  for (let page = 0; page < 32; page++) await guest.memory.setUint8Async(BASE + page * PAGE, page);
  guest.kernel32.SetLastError(UNTOUCHED);
  Marshal.SetLastPInvokeError(5);
  const old = BASE + 1;
  const call = () => NativeMethods.VirtualProtect(BASE + 31 * PAGE, PAGE, ReadOnly, old);
  expect(call).toThrow(PageNotReady);
  expect([Marshal.GetLastSystemError(), Marshal.GetLastWin32Error()]).toEqual([UNTOUCHED, 5]);
});
