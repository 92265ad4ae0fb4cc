import { describe, expect, test } from "vitest";
import {
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_READWRITE,
  STATUS_INVALID_PARAMETER_2,
} from "../../src/constants.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { ntdll } from "../../src/ntdll.ts";
import { BASE, createGuest, PAGE, PLACES } from "./support.ts";

const wrong = <T>(value: unknown) => value as T;

/** Each argument of these calls in turn is replaced by a wrong value. */
const KERNEL32: Record<string, readonly unknown[]> = {
  VirtualAlloc: [BASE, PAGE, MEM_RESERVE, PAGE_READWRITE],
  VirtualAllocEx: [-1, BASE, PAGE, MEM_RESERVE, PAGE_READWRITE],
  VirtualFree: [BASE, 0, MEM_RELEASE],
  VirtualFreeEx: [-1, BASE, 0, MEM_RELEASE],
  VirtualProtect: [BASE, PAGE, PAGE_READWRITE, { value: 0 }],
  VirtualProtectEx: [-1, BASE, PAGE, PAGE_READWRITE, { value: 0 }],
  VirtualQuery: [BASE, {}, 48],
  VirtualQueryEx: [-1, BASE, {}, 48],
  VirtualLock: [BASE, PAGE],
  VirtualUnlock: [BASE, PAGE],
  GetWriteWatch: [0, BASE, PAGE, { value: [] }, { value: 1 }, { value: 0 }],
  ResetWriteWatch: [BASE, PAGE],
  IsBadReadPtr: [BASE, 1],
  IsBadWritePtr: [BASE, 1],
  IsBadHugeReadPtr: [BASE, 1],
  IsBadHugeWritePtr: [BASE, 1],
  IsBadCodePtr: [BASE],
  IsBadStringPtrA: [BASE, 1],
  IsBadStringPtrW: [BASE, 1],
  FlushInstructionCache: [-1, BASE, PAGE],
  OpenProcess: [0, 0, 4],
  CloseHandle: [4],
  SetLastError: [0],
  GetSystemInfo: [{}],
  GetNativeSystemInfo: [{}],
  GlobalMemoryStatus: [{}],
  GlobalMemoryStatusEx: [{ dwLength: 64 }],
};

const NTDLL: Record<string, readonly unknown[]> = {
  NtAllocateVirtualMemory: [-1, { value: BASE }, 0, { value: PAGE }, MEM_RESERVE, PAGE_READWRITE],
  NtFreeVirtualMemory: [-1, { value: BASE }, { value: 0 }, MEM_RELEASE],
  NtProtectVirtualMemory: [-1, { value: BASE }, { value: PAGE }, PAGE_READWRITE, { value: 0 }],
  NtQueryVirtualMemory: [-1, BASE, 0, {}, 48, { value: 0 }],
  NtLockVirtualMemory: [-1, { value: BASE }, { value: PAGE }, 1],
  NtUnlockVirtualMemory: [-1, { value: BASE }, { value: PAGE }, 1],
  NtGetWriteWatch: [-1, 0, BASE, PAGE, { value: [] }, { value: 1 }, { value: 0 }],
  NtResetWriteWatch: [-1, BASE, PAGE],
  NtReadVirtualMemory: [-1, BASE, new Uint8Array(4), 4, { value: 0 }],
  NtWriteVirtualMemory: [-1, BASE, new Uint8Array(4), 4, { value: 0 }],
  NtClose: [4],
  RtlNtStatusToDosError: [0],
};

/** Wrong for every parameter, whatever it is. */
const WRONG = ["1", true, Symbol("s"), () => 1, Number.NaN, 1.5, -(2 ** 70), 2 ** 70, 2n ** 64n];

type Call = (...given: unknown[]) => unknown;

describe.each(PLACES)("every argument, $profile $space", (place) => {
  const cases = [
    ...Object.entries(KERNEL32).map(([name, given]) => ["kernel32", name, given] as const),
    ...Object.entries(NTDLL).map(([name, given]) => ["ntdll", name, given] as const),
  ];

  test.each(cases)("%s %s", async (face, name, given) => {
    const guest = await createGuest(place);
    guest.pages(1);
    guest.kernel32.SetLastError(0);
    const functions: Record<string, unknown> = { ...guest[face] };
    const call = functions[name] as Call;
    guest.state();
    const before = guest.state();
    for (const index of given.keys()) {
      for (const value of WRONG) {
        if (name === "OpenProcess" && value === true) continue;
        const bad = given.with(index, value);
        const what = `argument ${index} is ${String(value)}`;
        let thrown: unknown;
        try {
          call(...bad);
        } catch (error) {
          thrown = error;
        }
        const isKind = thrown instanceof TypeError || thrown instanceof RangeError;
        expect(isKind, `${what}: ${String(thrown)}`).toBe(true);
        expect((thrown as Error).message, what).toMatch(/ must (be|fit) /);
      }
    }
    expect(guest.state()).toEqual(before);
  });
});

describe("numbers", () => {
  test("null is NULL", async () => {
    const { kernel32 } = await createGuest();
    const base = kernel32.VirtualAlloc(null, PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    expect(base).toBe(0x10000);
    expect(kernel32.VirtualFree(null, 0, MEM_RELEASE)).toBe(0);
    expect(kernel32.GetLastError()).toBe(487);
  });

  test("bigints count as numbers, and results are numbers", async () => {
    const { kernel32, ntdll } = await createGuest();
    const at = 0x7fff_0000_0000n;
    expect(kernel32.VirtualAlloc(at, 0x1000n, MEM_RESERVE, PAGE_READWRITE)).toBe(Number(at));
    const base = { value: at };
    const size = { value: 0n };
    expect(ntdll.NtFreeVirtualMemory(-1n, base, size, MEM_RELEASE)).toBe(0);
    expect([base.value, size.value]).toEqual([Number(at), PAGE]);
  });

  test("64-bit addresses and sizes that no process has are answered", async () => {
    const { kernel32, ntdll } = await createGuest();
    const { VirtualAlloc, VirtualFree, VirtualQuery, GetLastError } = kernel32;
    for (const high of [2n ** 53n, 0x8000_0000_0000_0000n, 0xffff_ffff_ffff_f000n]) {
      expect(VirtualAlloc(high, PAGE, MEM_RESERVE, PAGE_READWRITE)).toBe(0);
      expect(GetLastError()).toBe(87);
      expect(VirtualAlloc(BASE, high, MEM_RESERVE, PAGE_READWRITE)).toBe(0);
      expect(GetLastError()).toBe(87);
      expect(VirtualFree(high, 0, MEM_RELEASE)).toBe(0);
      expect(VirtualQuery(high, {})).toBe(0);
      expect(kernel32.VirtualLock(high, 1)).toBe(0);
      expect(kernel32.VirtualLock(BASE, high)).toBe(0);
      expect(kernel32.IsBadReadPtr(high, 1)).toBe(1);
      expect(kernel32.IsBadReadPtr(BASE, high)).toBe(1);
      expect(kernel32.IsBadStringPtrA(high, 1)).toBe(1);
      const base = { value: high };
      const status = ntdll.NtProtectVirtualMemory(-1, base, { value: 1 }, 4, { value: 0 });
      expect(status).toBe(STATUS_INVALID_PARAMETER_2);
      expect(kernel32.VirtualProtect(BASE, PAGE, PAGE_READWRITE, high)).toBe(0);
      expect(GetLastError()).toBe(998);
    }
  });

  test.each([
    [2 ** 53, RangeError],
    [2n ** 64n, RangeError],
    [-1n, RangeError],
  ])("VirtualAlloc at %s: %s", async (address, kind) => {
    const guest = await createGuest();
    guest.refuses(kind, /address must be/, () =>
      guest.kernel32.VirtualAlloc(address, PAGE, MEM_RESERVE, PAGE_READWRITE),
    );
  });

  test("a message says which argument, what it has to be and what came", async () => {
    const guest = await createGuest({ profile: "win32" });
    const { VirtualAlloc } = guest.kernel32;
    const { NtFreeVirtualMemory } = guest.ntdll;
    const message = (call: () => unknown) => {
      try {
        call();
      } catch (error) {
        return String(error);
      }
      return "";
    };
    expect([
      message(() => VirtualAlloc(wrong("0x1000"), 1, 1, 1)),
      message(() => VirtualAlloc(BASE, -1, 1, 1)),
      message(() => VirtualAlloc(BASE, 1, 2 ** 32, 1)),
      message(() => VirtualAlloc(BASE, 1, 1, wrong(4n))),
      message(() => NtFreeVirtualMemory(-1, { value: 0.5 }, { value: 0 }, 1)),
      message(() => NtFreeVirtualMemory(-1, wrong(true), { value: 0 }, 1)),
      message(() => NtFreeVirtualMemory(2 ** 32, null, null, 1)),
    ]).toEqual([
      'TypeError: address must be a number, not "0x1000"',
      "RangeError: size must be 0 to 4294967295, not -1",
      "RangeError: type must be 0 to 4294967295, not 4294967296",
      "TypeError: protect must be a number, not 4n",
      "RangeError: BaseAddress.value must be an integer, not 0.5",
      "TypeError: BaseAddress must be { value }, a guest address or null, not true",
      "RangeError: ProcessHandle must be -2147483648 to 4294967295, not 4294967296",
    ]);
  });
});

describe("what kernel32 does itself", () => {
  test("a base in the first 64 KB (2.1#0a)", async () => {
    const guest = await createGuest();
    const { VirtualAlloc, GetLastError } = guest.kernel32;
    for (const base of [1, 0x1000, 0xffff]) {
      expect(VirtualAlloc(base, PAGE, MEM_RESERVE, PAGE_READWRITE)).toBe(0);
      expect([GetLastError(), guest.machine.decision]).toEqual([87, "2.1#0a"]);
    }
  });

  test("the low six type bits are masked off (2.1#0b, 17.4); Nt refuses them", async () => {
    const guest = await createGuest();
    const { VirtualAlloc, GetLastError } = guest.kernel32;
    expect(VirtualAlloc(BASE, PAGE, MEM_RESERVE | 0x3f, PAGE_READWRITE)).toBe(BASE);
    expect(VirtualAlloc(BASE + 0x10000, PAGE, 1, PAGE_READWRITE)).toBe(0);
    expect([GetLastError(), guest.machine.decision]).toEqual([87, "2.1#3"]);
    const [base, size] = [{ value: BASE + 0x10000 }, { value: PAGE }];
    const { NtAllocateVirtualMemory } = guest.ntdll;
    const status = NtAllocateVirtualMemory(-1, base, 0, size, MEM_RESERVE | 1, PAGE_READWRITE);
    expect([status, guest.machine.decision]).toEqual([0xc00000f3, "2.1#2"]);
  });

  test("MEM_RELEASE with a size (3.1#1); Nt releases parts", async () => {
    const guest = await createGuest();
    guest.pages(4);
    const { VirtualFree, GetLastError } = guest.kernel32;
    expect(VirtualFree(BASE, 1, MEM_RELEASE)).toBe(0);
    expect([GetLastError(), guest.machine.decision]).toEqual([87, "3.1#1"]);
    expect(VirtualFree(BASE, 4 * PAGE, MEM_RELEASE | MEM_DECOMMIT)).toBe(0);
    expect([GetLastError(), guest.machine.decision]).toEqual([87, "3.1#1"]);
    const [base, size] = [{ value: BASE }, { value: PAGE }];
    expect(guest.ntdll.NtFreeVirtualMemory(-1, base, size, MEM_RELEASE)).toBe(0);
  });
});

test("functions may be taken apart, and are the same each time", async () => {
  const { process } = await createGuest();
  expect(kernel32(process)).toBe(kernel32(process));
  expect(ntdll(process)).toBe(ntdll(process));
  const { VirtualAlloc } = kernel32(process);
  expect(VirtualAlloc(0, PAGE, MEM_RESERVE, PAGE_READWRITE)).toBe(0x10000);
  expect(Object.isFrozen(kernel32(process))).toBe(true);
});
