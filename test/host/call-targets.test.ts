import { describe, expect, test } from "vitest";
import {
  FILE_MAP_EXECUTE,
  FILE_MAP_READ,
  INVALID_HANDLE_VALUE,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_IMAGE,
  MEM_PRIVATE,
  MEM_RESERVE,
  MEM_RESERVE_PLACEHOLDER,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_TARGETS_INVALID,
  PAGE_TARGETS_NO_UPDATE,
  PROCESS_SET_INFORMATION,
  PROCESS_VM_OPERATION,
} from "../../src/constants.ts";
import type { CfgCallTargetInfo } from "../../src/kernel32.ts";
import { createEnclaveGuest, EnclaveGuest } from "./enclave-guest.ts";
import { BASE, PAGE, UNTOUCHED } from "./support.ts";

const INVALID = PAGE_EXECUTE_READWRITE | PAGE_TARGETS_INVALID;
const PROFILES = ["win64", "win32"] as const;

const create = (profile: (typeof PROFILES)[number] = "win64") =>
  createEnclaveGuest({ profile }, { controlFlowGuard: true });

const entries = (...pairs: [number, number][]): CfgCallTargetInfo[] =>
  pairs.map(([Offset, Flags]) => ({ Offset, Flags }));

/** SetProcessValidCallTargets of one page at BASE, or more. */
function set(guest: EnclaveGuest, targets: CfgCallTargetInfo[], pages = 1): number {
  const { SetProcessValidCallTargets } = guest.kernel32;
  return SetProcessValidCallTargets(-1, BASE, pages * PAGE, targets.length, targets);
}

/** Offsets of the valid slots of pages at BASE. */
function valid(guest: EnclaveGuest, pages = 1, base = BASE): number[] {
  const offsets = Array.from({ length: pages * 256 }, (_, slot) => slot * 16);
  return offsets.filter((offset) => guest.process.isValidCallTarget(base + offset));
}

describe("17.15#3 what an allocation and a protection say", () => {
  test.each(PROFILES)("%s: all valid, or none with TARGETS_INVALID", async (profile) => {
    const guest = await create(profile);
    guest.pages(2, PAGE_EXECUTE_READ);
    expect(valid(guest, 2).length).toBe(512);
    const far = guest.pages(2, INVALID, BASE + 0x10000);
    expect(valid(guest, 2, far)).toEqual([]);
    expect(guest.page(far).protect).toBe(PAGE_EXECUTE_READWRITE);
    guest.process.verifySpace();
  });

  test("of pages that are committed later, each commit for its own", async () => {
    const guest = await create();
    guest.reserve(4);
    const { VirtualAlloc } = guest.kernel32;
    VirtualAlloc(BASE, PAGE, MEM_COMMIT, INVALID);
    VirtualAlloc(BASE + PAGE, PAGE, MEM_COMMIT, PAGE_EXECUTE_READ);
    VirtualAlloc(BASE + 2 * PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE);
    expect(valid(guest, 4)).not.toContain(0);
    expect(valid(guest, 4).length).toBe(256 * 3);
    VirtualAlloc(BASE, 2 * PAGE, MEM_COMMIT, INVALID);
    expect(valid(guest, 2)).toEqual([]);
    VirtualAlloc(BASE, 2 * PAGE, MEM_COMMIT, PAGE_EXECUTE_READ);
    expect(valid(guest, 2).length).toBe(512);
  });

  test("pages of a placeholder, and of memory that was there before", async () => {
    const guest = await create();
    const { VirtualAlloc2 } = guest.kernel32;
    const type = MEM_RESERVE | MEM_RESERVE_PLACEHOLDER;
    VirtualAlloc2(null, BASE, 0x10000, type, PAGE_NOACCESS);
    VirtualAlloc2(null, BASE, 0x10000, 0x7000, PAGE_EXECUTE_READ);
    expect(valid(guest, 16).length).toBe(16 * 256);
    const size = 2 * PAGE;
    guest.process.adoptRegion({
      base: BASE + 0x100000,
      size,
      type: MEM_PRIVATE,
      allocationProtect: PAGE_EXECUTE_READ,
      runs: [{ size, state: MEM_COMMIT, protect: PAGE_EXECUTE_READ }],
    });
    expect(valid(guest, 2, BASE + 0x100000).length).toBe(512);
    guest.process.verifySpace();
  });

  test("VirtualProtect: executable means all valid, but with TARGETS_NO_UPDATE", async () => {
    const guest = await create();
    guest.pages(1, INVALID);
    set(guest, entries([0x20, 1], [0x40, 1]));
    guest.protect(BASE, PAGE_EXECUTE_READ | PAGE_TARGETS_NO_UPDATE);
    expect(valid(guest)).toEqual([0x20, 0x40]);
    guest.protect(BASE, PAGE_READONLY);
    expect(valid(guest).length).toBe(256);
    guest.protect(BASE, PAGE_EXECUTE_READ | PAGE_TARGETS_NO_UPDATE);
    expect(valid(guest)).toEqual([0x20, 0x40]);
    guest.protect(BASE, PAGE_EXECUTE_READ);
    expect(valid(guest).length).toBe(256);
    guest.protect(BASE, PAGE_READWRITE);
    guest.protect(BASE, PAGE_EXECUTE_READ | PAGE_TARGETS_NO_UPDATE);
    expect(valid(guest).length).toBe(256);
    guest.process.verifySpace();
  });

  test("a page that was never executable has no valid target to keep", async () => {
    const guest = await create();
    guest.pages(2);
    guest.protect(BASE, PAGE_EXECUTE_READ | PAGE_TARGETS_NO_UPDATE);
    expect(valid(guest)).toEqual([]);
    guest.protect(BASE + PAGE, PAGE_EXECUTE_READ);
    expect(valid(guest, 2).length).toBe(256);
  });

  test("over many megabytes, and nothing is left behind", async () => {
    const guest = await create();
    const { records } = guest.machine.counters;
    const pages = 4096;
    guest.pages(pages, PAGE_EXECUTE_READ);
    for (const page of [0, 1023, 1024, 4095]) {
      expect(guest.process.isValidCallTarget(BASE + page * PAGE + 0xff0)).toBe(true);
    }
    guest.process.verifySpace();
    guest.kernel32.VirtualFree(BASE, 0, 0x8000);
    expect(guest.machine.counters.records).toBe(records);
  });
});

describe("17.15#1 #2 SetProcessValidCallTargets", () => {
  test.each(PROFILES)("%s: sets and clears slots of 16 bytes", async (profile) => {
    const guest = await create(profile);
    guest.pages(3, INVALID);
    const targets = entries([0, 1], [0x10, 1], [0x1ff0, 1], [0x2000, 1]);
    expect(guest.answer(() => set(guest, targets, 3))).toEqual([1, UNTOUCHED, "17.15#2"]);
    expect(targets.map(({ Flags }) => Flags)).toEqual([3, 3, 3, 3]);
    expect(valid(guest, 3)).toEqual([0, 0x10, 0x1ff0, 0x2000]);
    set(guest, entries([0, 0], [0x1ff0, 0], [0x2010, 0]), 3);
    expect(valid(guest, 3)).toEqual([0x10, 0x2000]);
    guest.process.verifySpace();
  });

  test("a page whose slots are alike again needs no record", async () => {
    const guest = await create();
    guest.pages(1, INVALID);
    const { records } = guest.machine.counters;
    const all = (flag: number) =>
      entries(...Array.from({ length: 256 }, (_, slot): [number, number] => [slot * 16, flag]));
    set(guest, all(1));
    expect(valid(guest).length).toBe(256);
    guest.process.verifySpace();
    set(guest, all(0));
    expect(valid(guest)).toEqual([]);
    expect(guest.machine.counters.records).toBe(records);
    set(guest, entries([0x80, 1]));
    set(guest, entries([0x80, 0]));
    expect(guest.machine.counters.records).toBe(records);
  });

  test.each(PROFILES)("%s: an array in guest memory", async (profile) => {
    const guest = await create(profile);
    guest.pages(1, INVALID);
    const array = guest.pages(2, PAGE_READWRITE, BASE + 0x10000) + PAGE - 20;
    const width = guest.machine.pointerBytes;
    const put = (index: number, value: number) => {
      if (width === 8) guest.memory.setBigUint64(array + index * 8, BigInt(value));
      else guest.memory.setUint32(array + index * 4, value);
    };
    const get = (index: number) => guest.memory.getUint32(array + index * width);
    for (const [index, value] of [0x30, 1, 0x50, 1, 0x50, 1].entries()) put(index, value);
    const { SetProcessValidCallTargets } = guest.kernel32;
    expect(SetProcessValidCallTargets(-1, BASE, PAGE, 2, array)).toBe(1);
    expect([get(1), get(3), get(5)]).toEqual([3, 3, 1]);
    expect(valid(guest)).toEqual([0x30, 0x50]);
    for (const [index, value] of [0x30, 0, 0x50, 0, 0x50, 1].entries()) put(index, value);
    const wrong = () => SetProcessValidCallTargets(-1, BASE, PAGE, 3, array);
    expect(guest.answer(wrong)).toEqual([0, 87, "17.15#1d"]);
    expect([get(1), get(3), get(5)]).toEqual([2, 2, 1]);
    expect(valid(guest)).toEqual([]);
    const nowhere = () => SetProcessValidCallTargets(-1, BASE, PAGE, 1, BASE + 0x20000);
    guest.refused(998, "17.15#1d", nowhere);
    guest.refused(998, "17.15#1d", () => SetProcessValidCallTargets(-1, BASE, PAGE, 1, null));
    const many = () => SetProcessValidCallTargets(-1, BASE, PAGE, 0xffffffff, array);
    guest.refused(998, "17.15#1d", many);
  });

  test("#1a without Control Flow Guard: 87, whatever else is wrong", async () => {
    const guest = await createEnclaveGuest();
    const { SetProcessValidCallTargets, OpenProcess } = guest.kernel32;
    guest.refused(87, "17.15#1a", () => SetProcessValidCallTargets(-1, 3, 5, 1, null));
    const weak = OpenProcess(PROCESS_VM_OPERATION, 0, guest.process.id);
    guest.refused(87, "17.15#1a", () => SetProcessValidCallTargets(weak, 3, 5, 1, null));
    guest.pages(1, INVALID);
    expect(valid(guest).length).toBe(256);
  });

  test("#1b the handle needs VM_OPERATION and SET_INFORMATION", async () => {
    const guest = await create();
    const other = new EnclaveGuest(guest.machine, { controlFlowGuard: true });
    other.pages(1, INVALID);
    const { SetProcessValidCallTargets, OpenProcess } = guest.kernel32;
    const call = (rights: number, size = PAGE) => {
      const handle = rights === 0 ? 404 : OpenProcess(rights, 0, other.process.id);
      return () => SetProcessValidCallTargets(handle, BASE, size, 1, entries([0x10, 1]));
    };
    guest.refused(5, "17.15#1b", call(PROCESS_VM_OPERATION, 5));
    guest.refused(5, "17.15#1b", call(PROCESS_SET_INFORMATION));
    guest.refused(6, "17.15#1b", call(0));
    expect(call(PROCESS_VM_OPERATION | PROCESS_SET_INFORMATION)()).toBe(1);
    expect(valid(other)).toEqual([0x10]);
  });

  test("#1c whole pages of one region, committed, that was made executable", async () => {
    const guest = await create();
    const { SetProcessValidCallTargets, VirtualAlloc } = guest.kernel32;
    VirtualAlloc(BASE, 4 * PAGE, MEM_RESERVE, PAGE_EXECUTE_READ);
    VirtualAlloc(BASE, 2 * PAGE, MEM_COMMIT, PAGE_EXECUTE_READ);
    const call = (address: number, size: number) => () =>
      SetProcessValidCallTargets(-1, address, size, 0, []);
    for (const [address, size] of [
      [BASE + 16, PAGE],
      [BASE, PAGE + 16],
      [BASE, 0],
    ] as const) {
      guest.refused(87, "17.15#1c", call(address, size));
    }
    guest.refused(487, "17.15#1c", call(BASE, 5 * PAGE));
    guest.refused(487, "17.15#1c", call(BASE, 3 * PAGE));
    guest.refused(487, "17.15#1c", call(0x70000000, PAGE));
    const data = guest.pages(1, PAGE_READWRITE, BASE + 0x10000);
    guest.protect(data, PAGE_EXECUTE_READ);
    guest.refused(87, "17.15#1c", call(data, PAGE));
    expect(call(BASE, 2 * PAGE)()).toBe(1);
  });

  test("#1d a wrong entry stops it; those before stay applied and say so", async () => {
    const guest = await create();
    const wrong: [number, number][] = [
      [0x108, 1],
      [PAGE, 1],
      [0x40, 1],
      [0x30, 1],
      [0x100, 2],
      [0x100, 3],
      [0x100, 4],
    ];
    for (const last of wrong) {
      guest.pages(1, INVALID);
      const targets = entries([0x20, 1], [0x40, 1], last, [0x200, 1]);
      expect(guest.answer(() => set(guest, targets))).toEqual([0, 87, "17.15#1d"]);
      expect(targets.map(({ Flags }) => Flags)).toEqual([3, 3, last[1], 1]);
      expect(valid(guest)).toEqual([0x20, 0x40]);
      guest.kernel32.VirtualFree(BASE, 0, 0x8000);
    }
  });

  test("more entries than the core takes at once are one list", async () => {
    const guest = await create();
    const pages = 16;
    guest.pages(pages, INVALID);
    const pairs = Array.from({ length: 4000 }, (_, slot): [number, number] => [slot * 16, 1]);
    expect(set(guest, entries(...pairs), pages)).toBe(1);
    expect(valid(guest, pages).length).toBe(4000);
    const twice = entries(...pairs);
    (twice[1984] as CfgCallTargetInfo).Offset = 1983 * 16;
    for (const target of twice) target.Flags = 0;
    expect(set(guest, twice, pages)).toBe(0);
    expect(valid(guest, pages).length).toBe(4000 - 1984);
    expect(twice.filter(({ Flags }) => Flags === 2).length).toBe(1984);
    guest.process.verifySpace();
  });

  test("the door", async () => {
    const guest = await create();
    guest.pages(1, INVALID);
    const { SetProcessValidCallTargets } = guest.kernel32;
    const call = (count: number, targets: unknown) => () =>
      SetProcessValidCallTargets(-1, BASE, PAGE, count, targets as CfgCallTargetInfo[]);
    guest.refuses(RangeError, /count must be 0 to 1/, call(2, entries([0, 1])));
    guest.refuses(TypeError, /targets\[0\] must be an object/, call(1, [5]));
    guest.refuses(
      TypeError,
      /targets\[1\].Flags must be/,
      call(2, [
        ...entries([0, 1]),
        {
          Offset: 16,
          Flags: "1",
        },
      ]),
    );
    guest.refuses(TypeError, /targets must be/, call(1, "0"));
    const machine = guest.machine;
    const make = () => machine.createProcess({ controlFlowGuard: 1 as never });
    expect(make).toThrow(/controlFlowGuard must be true or false, not 1/);
  });
});

describe("17.15#4 to #6 isValidCallTarget", () => {
  test("#4 any byte of a slot; true for what is not executable", async () => {
    const guest = await create();
    guest.pages(2, INVALID);
    set(guest, entries([0x20, 1]));
    const { process } = guest;
    expect(
      [0x1f, 0x20, 0x21, 0x2f, 0x30].map((at) => process.isValidCallTarget(BASE + at)),
    ).toEqual([false, true, true, true, false]);
    guest.protect(BASE + PAGE, PAGE_READWRITE);
    for (const at of [BASE + PAGE, 0, 0x70000000, guest.machine.highestUserAddress, 2n ** 63n]) {
      expect(process.isValidCallTarget(at)).toBe(true);
    }
  });

  test("#5 the bits go with decommit and release", async () => {
    const guest = await create();
    guest.pages(2, INVALID);
    const { VirtualAlloc, VirtualFree } = guest.kernel32;
    set(guest, entries([0x20, 1]));
    VirtualFree(BASE, PAGE, MEM_DECOMMIT);
    expect(valid(guest).length).toBe(256);
    guest.process.verifySpace();
    VirtualAlloc(BASE, PAGE, MEM_COMMIT, INVALID);
    expect(valid(guest)).toEqual([]);
    set(guest, entries([0x20, 1]));
    VirtualFree(BASE, 0, 0x8000);
    guest.pages(2, INVALID);
    expect(valid(guest)).toEqual([]);
  });

  test("#6 images and views are valid at first, and may be changed", async () => {
    const guest = await create();
    guest.process.adoptRegion({
      base: BASE,
      size: 2 * PAGE,
      type: MEM_IMAGE,
      allocationProtect: PAGE_EXECUTE_WRITECOPY,
      runs: [{ size: 2 * PAGE, state: MEM_COMMIT, protect: PAGE_EXECUTE_READ }],
    });
    expect(valid(guest, 2).length).toBe(512);
    set(guest, entries([0x20, 0]));
    expect(valid(guest).length).toBe(255);
    set(guest, entries([0x20, 1]));
    const { records } = guest.machine.counters;
    expect(valid(guest).length).toBe(256);
    set(guest, entries([0x20, 0]), 2);
    guest.protect(BASE, PAGE_EXECUTE_READ);
    expect(valid(guest).length).toBe(256);
    expect(guest.machine.counters.records).toBeLessThanOrEqual(records);

    const { CreateFileMapping, MapViewOfFile } = guest.kernel32;
    const section = CreateFileMapping(INVALID_HANDLE_VALUE, null, 0x40, 0, PAGE, null);
    const view = MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_EXECUTE, 0, 0, 0);
    const { SetProcessValidCallTargets, UnmapViewOfFile } = guest.kernel32;
    const none = Array.from({ length: 256 }, (_, slot): [number, number] => [slot * 16, 0]);
    expect(SetProcessValidCallTargets(-1, view, PAGE, 256, entries(...none))).toBe(1);
    expect(valid(guest, 1, view)).toEqual([]);
    guest.process.verifySpace();
    expect(UnmapViewOfFile(view)).toBe(1);
    guest.process.verifySpace();
  });
});
