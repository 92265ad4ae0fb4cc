import { describe, expect, test } from "vitest";
import {
  FILE_MAP_COPY,
  FILE_MAP_EXECUTE,
  FILE_MAP_READ,
  FILE_MAP_WRITE,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_MAPPED,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_GUARD,
  PAGE_NOCACHE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOMBINE,
  PAGE_WRITECOPY,
  SEC_COMMIT,
  SEC_RESERVE,
} from "../../src/constants.ts";
import {
  ALL_PROTECTIONS,
  createSectionGuest,
  type SectionGuest,
  twoGuests,
} from "./section-guest.ts";
import { faultOf, PAGE, PLACES } from "./support.ts";

function protectError(guest: SectionGuest, address: number, protect: number): number {
  const { VirtualProtect, GetLastError } = guest.kernel32;
  return VirtualProtect(address, PAGE, protect, { value: 0 }) === 1 ? 0 : GetLastError();
}

function allocateError(guest: SectionGuest, address: number, type: number, protect: number) {
  const { VirtualAlloc, GetLastError } = guest.kernel32;
  return VirtualAlloc(address, PAGE, type, protect) === 0 ? GetLastError() : 0;
}

/** 7.6: AllocationProtect of the view, and the protections that its pages may get. */
const ALLOWED: readonly [allocationProtect: number, allowed: readonly number[]][] = [
  [0x01, [0x01]],
  [0x02, [0x01, 0x02, 0x08]],
  [0x08, [0x01, 0x02, 0x08]],
  [0x04, [0x01, 0x02, 0x04, 0x08]],
  [0x10, [0x01, 0x02, 0x08, 0x10, 0x20, 0x80]],
  [0x20, [0x01, 0x02, 0x08, 0x10, 0x20, 0x80]],
  [0x80, [0x01, 0x02, 0x08, 0x10, 0x20, 0x80]],
  [0x40, [...ALL_PROTECTIONS]],
];

describe("7.6 changing protection", () => {
  test.each(ALLOWED)("in a view of %i", async (protect, allowed) => {
    const guest = await createSectionGuest();
    const [, view] = guest.mapNative(guest.section(1, 0x40), { protect });
    const passed = ALL_PROTECTIONS.filter((asked) => {
      const error = protectError(guest, view, asked);
      expect([0, 87]).toContain(error);
      if (error === 0) expect(guest.run(view).Protect).toBe(asked);
      return error === 0;
    });
    expect(passed).toEqual(allowed);
    expect(guest.run(view).AllocationProtect).toBe(protect);
  });

  test("GUARD may be added, caching may not", async () => {
    const guest = await createSectionGuest();
    const view = guest.view(guest.mapping(1));
    expect(protectError(guest, view, PAGE_READWRITE | PAGE_GUARD)).toBe(0);
    expect(faultOf(() => guest.memory.getUint8(view)).code).toBe(0x80000001);
    expect(protectError(guest, view, PAGE_READWRITE | PAGE_NOCACHE)).toBe(87);
    expect(protectError(guest, view, PAGE_READWRITE | PAGE_WRITECOMBINE)).toBe(87);
  });

  test("WRITECOPY in a READONLY view gives private copies", async () => {
    const guest = await createSectionGuest();
    const handle = guest.mapping(1);
    const shared = guest.view(handle);
    const view = guest.view(handle, FILE_MAP_READ);
    expect(protectError(guest, view, PAGE_WRITECOPY)).toBe(0);
    guest.memory.setUint8(view, 9);
    expect(guest.memory.getUint8(shared)).toBe(0);
    expect(guest.run(view)).toMatchObject({ Protect: PAGE_READWRITE, AllocationProtect: 0x02 });
  });
});

describe.each(PLACES)("7.7 copy on write, $profile $space", ({ space: _space, ...options }) => {
  test.each([
    ["WRITECOPY", FILE_MAP_COPY, PAGE_WRITECOPY, PAGE_READWRITE],
    [
      "EXECUTE_WRITECOPY",
      FILE_MAP_COPY | FILE_MAP_EXECUTE,
      PAGE_EXECUTE_WRITECOPY,
      PAGE_EXECUTE_READWRITE,
    ],
  ])("%s", async (_name, access, before, after) => {
    const [first, second] = await twoGuests(options);
    const handle = first.mapping(3, PAGE_EXECUTE_READWRITE, "a");
    const opened = second.mapping(3, PAGE_EXECUTE_READWRITE, "a");
    const shared = first.view(handle);
    const copies = [first, second] as const;
    const views = [first.view(handle, access), second.view(opened, access)] as const;
    first.memory.setUint32(shared + PAGE, 0x11);

    first.memory.setUint32(views[0] + PAGE, 0x22);
    const flipped = { AllocationProtect: before, Type: MEM_MAPPED, State: MEM_COMMIT };
    expect(first.run(views[0])).toMatchObject({ ...flipped, Protect: before, RegionSize: PAGE });
    expect(first.run(views[0] + PAGE)).toMatchObject({
      ...flipped,
      Protect: after,
      RegionSize: PAGE,
    });
    expect(first.run(views[0] + 2 * PAGE)).toMatchObject({ ...flipped, Protect: before });
    expect(second.run(views[1])).toMatchObject({ Protect: before, RegionSize: 3 * PAGE });

    expect(first.memory.getUint32(shared + PAGE)).toBe(0x11);
    expect(second.memory.getUint32(views[1] + PAGE)).toBe(0x11);
    second.memory.setUint32(views[1] + PAGE, 0x33);
    first.memory.setUint32(shared + PAGE, 0x44);
    first.memory.setUint32(shared + 2 * PAGE, 0x55);
    const seen = copies.map(({ memory }, index) => [
      memory.getUint32((views[index] ?? 0) + PAGE),
      memory.getUint32((views[index] ?? 0) + 2 * PAGE),
    ]);
    expect(seen).toEqual([
      [0x22, 0x55],
      [0x33, 0x55],
    ]);
    for (const { process } of copies) process.verifySpace();
  });

  test("asking for WRITECOPY again shows READWRITE on what was copied", async () => {
    const [guest] = await twoGuests(options);
    const view = guest.view(guest.mapping(2), FILE_MAP_COPY);
    guest.memory.setUint8(view, 1);
    const charge = guest.machine.counters.commitCharge;
    expect(guest.protect(view, PAGE_WRITECOPY, 2)).toBe(PAGE_READWRITE);
    expect([guest.page(view).protect, guest.page(view + PAGE).protect]).toEqual([
      PAGE_READWRITE,
      PAGE_WRITECOPY,
    ]);
    expect(guest.protect(view, PAGE_READONLY)).toBe(PAGE_READWRITE);
    expect(guest.page(view).protect).toBe(PAGE_READONLY);
    expect(guest.machine.counters.commitCharge).toBe(charge);
  });

  test("system services copy too", async () => {
    const [guest] = await twoGuests(options);
    const handle = guest.mapping(2);
    const [shared, view] = [guest.view(handle), guest.view(handle, FILE_MAP_COPY)];
    const { WriteProcessMemory, VirtualProtect } = guest.kernel32;
    expect(WriteProcessMemory(-1, view, new Uint8Array([5]), 1)).toBe(1);
    expect(VirtualProtect(shared, PAGE, PAGE_READWRITE, view + PAGE)).toBe(1);
    expect([guest.memory.getUint8(view), guest.memory.getUint8(view + PAGE)]).toEqual([5, 4]);
    expect([guest.memory.getUint8(shared), guest.memory.getUint8(shared + PAGE)]).toEqual([0, 0]);
    expect(guest.run(view)).toMatchObject({ Protect: PAGE_READWRITE, RegionSize: 2 * PAGE });
  });

  test("unmapping drops copies, charge and frames", async () => {
    const [guest] = await twoGuests(options);
    const handle = guest.mapping(4);
    const { commitCharge, frames } = guest.machine.counters;
    const view = guest.view(handle, FILE_MAP_COPY);
    expect(guest.machine.counters.commitCharge).toBe(commitCharge + 4);
    guest.memory.fill(view, 7, 4 * PAGE);
    expect(guest.machine.counters.commitCharge).toBe(commitCharge + 4);
    expect(guest.machine.counters.frames).toBeGreaterThanOrEqual(frames + 4);
    expect(guest.kernel32.UnmapViewOfFile(view)).toBe(1);
    expect(guest.machine.counters.commitCharge).toBe(commitCharge);
    guest.kernel32.CloseHandle(handle);
    expect(guest.machine.counters.frames).toBe(frames);
  });
});

/** 7.8: type, and the errors in a view of SEC_COMMIT and of SEC_RESERVE. */
const OPERATIONS: readonly [what: string, type: number, protect: number, error: number][] = [
  ["MEM_COMMIT, allowed", MEM_COMMIT, PAGE_READONLY, 0],
  ["MEM_COMMIT, not allowed", MEM_COMMIT, PAGE_EXECUTE_READ, 87],
  ["MEM_RESERVE", MEM_RESERVE, PAGE_READWRITE, 487],
  ["MEM_RESERVE, MEM_COMMIT", MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE, 487],
];

describe.each([
  ["SEC_COMMIT", SEC_COMMIT],
  ["SEC_RESERVE", SEC_RESERVE],
])("7.8 in a view of %s", (_name, attributes) => {
  test.each(OPERATIONS)("%s", async (_what, type, protect, error) => {
    const guest = await createSectionGuest();
    const view = guest.view(guest.mapping(2, PAGE_READWRITE | attributes));
    const before = guest.run(view);
    expect(allocateError(guest, view, type, protect)).toBe(error);
    if (error === 0) expect(guest.page(view)).toEqual({ state: MEM_COMMIT, protect });
    else expect(guest.run(view)).toEqual(before);
  });

  test("past its end: 487", async () => {
    const guest = await createSectionGuest();
    const view = guest.view(guest.mapping(2, PAGE_READWRITE | attributes));
    const { VirtualAlloc, GetLastError } = guest.kernel32;
    expect(VirtualAlloc(view + PAGE, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE)).toBe(0);
    expect(GetLastError()).toBe(487);
  });

  test.each([
    ["MEM_DECOMMIT", MEM_DECOMMIT, PAGE],
    ["MEM_RELEASE", MEM_RELEASE, 0],
  ])("%s: 87", async (_what, type, size) => {
    const guest = await createSectionGuest();
    const view = guest.view(guest.mapping(2, PAGE_READWRITE | attributes));
    const { VirtualFree, GetLastError } = guest.kernel32;
    expect([VirtualFree(view, size, type), GetLastError()]).toEqual([0, 87]);
  });

  test("MEM_RESET of what is committed", async () => {
    const guest = await createSectionGuest();
    const view = guest.view(guest.mapping(2, PAGE_READWRITE | attributes));
    expect(allocateError(guest, view, MEM_COMMIT, PAGE_READWRITE)).toBe(0);
    expect(allocateError(guest, view, MEM_RESET, PAGE_READWRITE)).toBe(0);
  });
});

describe("7.8 SEC_RESERVE", () => {
  test("VirtualProtect of a page that is not committed: 487", async () => {
    const guest = await createSectionGuest();
    const view = guest.view(guest.mapping(2, PAGE_READWRITE | SEC_RESERVE));
    expect(protectError(guest, view, PAGE_READONLY)).toBe(487);
    expect(faultOf(() => guest.memory.getUint8(view)).code).toBe(0xc0000005);
  });

  test.each(PLACES)(
    "$profile $space: a commit through one view is seen in the other",
    async ({ space: _space, ...options }) => {
      const [first, second] = await twoGuests(options);
      const { machine } = first;
      const start = machine.counters.commitCharge;
      const handle = first.mapping(8, PAGE_READWRITE | SEC_RESERVE, "a");
      const opened = second.mapping(8, PAGE_READWRITE | SEC_RESERVE, "a");
      const one = first.view(handle);
      const two = second.view(opened, FILE_MAP_READ);
      expect(machine.counters.commitCharge).toBe(start);
      expect(first.kernel32.VirtualAlloc(one + 2 * PAGE, 3 * PAGE, MEM_COMMIT, PAGE_READONLY)).toBe(
        one + 2 * PAGE,
      );
      expect(machine.counters.commitCharge).toBe(start + 3);
      expect(first.run(one + 2 * PAGE)).toMatchObject({ Protect: 0x02, RegionSize: 3 * PAGE });
      expect(second.run(two + 2 * PAGE)).toMatchObject({
        State: MEM_COMMIT,
        Protect: PAGE_READONLY,
        RegionSize: 3 * PAGE,
      });
      const third = first.view(handle);
      expect(first.run(third + 2 * PAGE)).toMatchObject({ Protect: 0x04, RegionSize: 3 * PAGE });
      first.memory.setUint32(third + 2 * PAGE, 0xabcd);
      expect(second.memory.getUint32(two + 2 * PAGE)).toBe(0xabcd);
      expect(allocateError(second, two + 2 * PAGE, MEM_COMMIT, PAGE_READONLY)).toBe(0);
      expect(machine.counters.commitCharge).toBe(start + 3);
      for (const view of [one, third]) first.kernel32.UnmapViewOfFile(view);
      first.kernel32.CloseHandle(handle);
      second.kernel32.CloseHandle(opened);
      expect(machine.counters.commitCharge).toBe(start + 3);
      second.kernel32.UnmapViewOfFile(two);
      expect(machine.counters.commitCharge).toBe(start);
    },
  );

  test("CommitSize commits leading bytes of the view", async () => {
    const guest = await createSectionGuest();
    const section = guest.section(0x20, PAGE_READWRITE, SEC_RESERVE);
    const [status, view] = guest.mapNative(section, { offset: 0x10000, commitSize: PAGE + 1 });
    expect(status).toBe(0);
    expect(guest.run(view)).toMatchObject({ State: MEM_COMMIT, RegionSize: 2 * PAGE });
    const whole = guest.view(section, FILE_MAP_WRITE);
    expect(guest.run(whole)).toMatchObject({ State: MEM_RESERVE, RegionSize: 0x10000 });
    expect(guest.run(whole + 0x10000)).toMatchObject({ State: MEM_COMMIT, RegionSize: 2 * PAGE });
  });
});

describe.each(PLACES)(
  "views share one memory, $profile $space",
  ({ space: _space, ...options }) => {
    test("in one process, at an offset, and across two", async () => {
      const [first, second] = await twoGuests(options);
      const handle = first.mapping(0x20, PAGE_READWRITE, "a");
      const whole = first.view(handle);
      const rest = first.view(handle, FILE_MAP_READ, { offset: 0x10000 });
      const other = second.view(second.mapping(1, PAGE_READWRITE, "a"));
      first.memory.setUint32(whole + 0x10000 + PAGE - 2, 0x12345678);
      expect(first.memory.getUint32(rest + PAGE - 2)).toBe(0x12345678);
      expect(second.memory.getUint32(other + 0x10000 + PAGE - 2)).toBe(0x12345678);
      second.memory.setUint8(other + 0x10000, 3);
      expect(first.memory.getUint8(rest)).toBe(3);
      expect(faultOf(() => first.memory.setUint8(rest, 1)).code).toBe(0xc0000005);
      for (const { process } of [first, second]) process.verifySpace();
    });
  },
);
