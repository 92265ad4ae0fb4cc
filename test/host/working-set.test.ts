import { beforeAll, describe, expect, test } from "vitest";
import {
  ERROR_BAD_LENGTH,
  MemoryWorkingSetExInformation,
  MemoryWorkingSetInformation,
  PROCESS_QUERY_LIMITED_INFORMATION,
  PROCESS_SET_QUOTA,
  QUOTA_LIMITS_HARDWS_MAX_ENABLE,
  STATUS_ACCESS_VIOLATION,
  STATUS_INFO_LENGTH_MISMATCH,
} from "../../src/constants.ts";
import type { WorkingSetExInformation, WorkingSetInformation } from "../../src/index.ts";
import { pick, randomFrom } from "../unit/random.ts";
import { BASE, createGuest, Guest, PAGE, PLACES, UNTOUCHED } from "./support.ts";

const SELF = -1;

describe("the door", () => {
  let guest: Guest;
  beforeAll(async () => {
    guest = await createGuest({ profile: "win32" });
    guest.pages(1);
  });

  const LENGTH = 0x1000;
  const refusals: [string, typeof TypeError | typeof RangeError, RegExp, (g: Guest) => unknown][] =
    [
      [
        "a text as length",
        TypeError,
        /length must be a number/,
        ({ kernel32 }) => kernel32.QueryWorkingSet(SELF, {}, "8" as never),
      ],
      [
        "a negative length",
        RangeError,
        /length must be 0 to/,
        ({ kernel32 }) => kernel32.QueryWorkingSetEx(SELF, [], -8),
      ],
      [
        "an array that is too short",
        RangeError,
        /length must be 0 to 8 for this buffer, not 16/,
        ({ kernel32 }) => kernel32.QueryWorkingSetEx(SELF, [{ VirtualAddress: BASE }], 16),
      ],
      [
        "an object for an array",
        TypeError,
        /buffer must be an array, a guest address or null/,
        ({ kernel32 }) => kernel32.QueryWorkingSetEx(SELF, {} as never, LENGTH),
      ],
      [
        "an address that is none",
        RangeError,
        /buffer\[0\]\.VirtualAddress must be 0 to/,
        ({ kernel32 }) => kernel32.QueryWorkingSetEx(SELF, [{ VirtualAddress: -1 }], 8),
      ],
      [
        "a limit of -2",
        RangeError,
        /minimum must be 0 to/,
        ({ kernel32 }) => kernel32.SetProcessWorkingSetSize(SELF, -2, PAGE),
      ],
      [
        "a broken limit",
        RangeError,
        /maximum must be an integer/,
        ({ kernel32 }) => kernel32.SetProcessWorkingSetSize(SELF, PAGE, 1.5),
      ],
      [
        "flags of 33 bits",
        RangeError,
        /flags must be 0 to/,
        ({ kernel32 }) => kernel32.SetProcessWorkingSetSizeEx(SELF, PAGE, PAGE, 2 ** 32),
      ],
      [
        "a text as handle",
        TypeError,
        /process must be a number/,
        ({ kernel32 }) => kernel32.EmptyWorkingSet("self" as never),
      ],
      [
        "a negative cb",
        RangeError,
        /cb must be 0 to/,
        ({ kernel32 }) => kernel32.GetProcessMemoryInfo(SELF, {}, -1),
      ],
      [
        "a text for counters",
        TypeError,
        /counters must be { value }/,
        ({ kernel32 }) => kernel32.GetProcessMemoryInfo(SELF, "out" as never, 40),
      ],
      [
        "too many ranges",
        RangeError,
        /NumberOfEntries must be 0 to 1 for this array, not 2/,
        ({ kernel32 }) =>
          kernel32.PrefetchVirtualMemory(SELF, 2, [{ VirtualAddress: 0, NumberOfBytes: 1 }], 0),
      ],
      [
        "an object for ranges",
        TypeError,
        /VirtualAddresses must be an array, a guest address or null/,
        ({ kernel32 }) => kernel32.PrefetchVirtualMemory(SELF, 1, {} as never, 0),
      ],
      [
        "a negative range",
        RangeError,
        /VirtualAddresses\[0\]\.NumberOfBytes must be 0 to/,
        ({ kernel32 }) =>
          kernel32.PrefetchVirtualMemory(SELF, 1, [{ VirtualAddress: 0, NumberOfBytes: -1 }], 0),
      ],
      [
        "a type of notification",
        TypeError,
        /type must be a number/,
        ({ kernel32 }) => kernel32.CreateMemoryResourceNotification("low" as never),
      ],
      [
        "a node of -1",
        RangeError,
        /node must be 0 to/,
        ({ kernel32 }) => kernel32.VirtualAllocExNuma(SELF, 0, PAGE, 0x1000, 4, -1),
      ],
      [
        "an offset of 65 bits",
        RangeError,
        /offset must fit in 64 bits/,
        ({ kernel32 }) => kernel32.MapViewOfFileFromApp(4, 4, 2n ** 64n, 0),
      ],
      [
        "a negative offset",
        RangeError,
        /offset must be 0 to/,
        ({ kernel32 }) => kernel32.MapViewOfFileFromApp(4, 4, -1, 0),
      ],
      [
        "a protection",
        TypeError,
        /protect must be a number/,
        ({ kernel32 }) => kernel32.VirtualAllocFromApp(0, PAGE, 0x1000, "4" as never),
      ],
    ];

  test.each(refusals)("refuses %s", (_name, kind, message, call) => {
    guest.refuses(kind, message, () => call(guest));
  });

  test.each([
    [{ numaNodes: 0 }, RangeError, /numaNodes must be 1 to 64, not 0/],
    [{ numaNodes: 65 }, RangeError, /numaNodes must be 1 to 64, not 65/],
    [{ codeGeneration: 1 as never }, TypeError, /codeGeneration must be true or false/],
    [{ lowMemoryPages: -1 }, RangeError, /lowMemoryPages must be 0 to/],
  ])("Machine.create refuses %j", async (options, kind, message) => {
    await expect(createGuest(options)).rejects.toThrow(kind);
    await expect(createGuest(options)).rejects.toThrow(message);
  });
});

describe.each(PLACES)("a working set: $profile, $space", (place) => {
  let guest: Guest;
  beforeAll(async () => {
    guest = await createGuest(place);
  });

  const pointer = place.profile === "win64" ? 8 : 4;

  /** Reads a pointer of the guest. */
  const read = (at: number) =>
    pointer === 8 ? Number(guest.memory.getBigUint64(at)) : guest.memory.getUint32(at);

  test("of more pages than one call of the core hands over", () => {
    const count = 9000;
    guest.pages(count);
    guest.memory.fill(BASE, 1, count * PAGE);
    const buffer: Partial<WorkingSetInformation> = {};
    expect(guest.kernel32.QueryWorkingSet(SELF, buffer, (count + 1) * pointer)).toBe(1);
    expect(buffer.NumberOfEntries).toBe(count);
    const expected = Array.from({ length: count }, (_, index) => BASE + index * PAGE + 4);
    expect(buffer.WorkingSetInfo).toEqual(expected);

    const pairs: WorkingSetExInformation[] = expected.map((VirtualAddress) => ({ VirtualAddress }));
    expect(guest.kernel32.QueryWorkingSetEx(SELF, pairs, 2 * count * pointer)).toBe(1);
    expect(pairs.every(({ VirtualAttributes }) => VirtualAttributes === (1 | (4 << 4)))).toBe(true);

    expect(guest.kernel32.QueryWorkingSet(SELF, BASE, (count + 1) * pointer)).toBe(1);
    expect([read(BASE), read(BASE + count * pointer)]).toEqual([count, expected.at(-1)]);
    guest.kernel32.VirtualFree(BASE, 0, 0x8000);
  });

  test("by NtQueryVirtualMemory", () => {
    guest.pages(2);
    guest.memory.fill(BASE, 1, 2 * PAGE);
    const { NtQueryVirtualMemory } = guest.ntdll;
    const out = { value: {} as WorkingSetInformation };
    const returned = { value: 0 };
    const list = MemoryWorkingSetInformation;
    expect(NtQueryVirtualMemory(SELF, 0, list, out, 64, returned)).toBe(0);
    expect(out.value).toEqual({ NumberOfEntries: 2, WorkingSetInfo: [BASE + 4, BASE + PAGE + 4] });
    expect(returned.value).toBe(3 * pointer);
    expect(NtQueryVirtualMemory(SELF, 0, list, out, 2 * pointer, returned)).toBe(
      STATUS_INFO_LENGTH_MISMATCH,
    );
    expect(out.value).toEqual({ NumberOfEntries: 2 });
    const pairs: WorkingSetExInformation[] = [{ VirtualAddress: BASE }];
    const single = MemoryWorkingSetExInformation;
    expect(NtQueryVirtualMemory(SELF, 0, single, pairs, 2 * pointer, BASE)).toBe(0);
    expect([read(BASE), pairs[0]?.VirtualAttributes]).toEqual([2 * pointer, 1 | (4 << 4)]);
    expect(NtQueryVirtualMemory(SELF, 0, single, pairs, 2 * pointer, BASE + 2 * PAGE)).toBe(
      STATUS_ACCESS_VIOLATION,
    );
    guest.kernel32.VirtualFree(BASE, 0, 0x8000);
  });

  test("nothing is written where the first word of the buffer cannot be", () => {
    const { kernel32 } = guest;
    for (const at of [0, BASE]) {
      expect(kernel32.QueryWorkingSet(SELF, at, 64)).toBe(0);
      expect(kernel32.GetLastError()).toBe(998);
      expect(kernel32.QueryWorkingSetEx(SELF, at, 64)).toBe(0);
      expect(kernel32.GetLastError()).toBe(998);
      expect(kernel32.QueryMemoryResourceNotification(4, at)).toBe(0);
    }
    guest.pages(1);
    expect(kernel32.QueryWorkingSet(SELF, BASE + PAGE - pointer, 64 * pointer)).toBe(0);
    expect([kernel32.GetLastError(), read(BASE + PAGE - pointer)]).toEqual([998, 0]);
    kernel32.VirtualFree(BASE, 0, 0x8000);
  });

  test("the count of a short buffer in guest memory", () => {
    guest.pages(3);
    guest.memory.fill(BASE, 1, 3 * PAGE);
    expect(guest.kernel32.QueryWorkingSet(SELF, BASE, 3 * pointer)).toBe(0);
    expect([guest.kernel32.GetLastError(), read(BASE)]).toEqual([ERROR_BAD_LENGTH, 3]);
    guest.kernel32.VirtualFree(BASE, 0, 0x8000);
  });

  test("success leaves the last error alone", () => {
    const { kernel32 } = guest;
    kernel32.SetLastError(UNTOUCHED);
    const low = kernel32.CreateMemoryResourceNotification(0);
    const outs = [{ value: 0 }, { value: 0 }] as const;
    expect([
      kernel32.EmptyWorkingSet(SELF),
      kernel32.GetProcessWorkingSetSize(SELF, ...outs),
      kernel32.SetProcessWorkingSetSize(SELF, 50 * PAGE, 345 * PAGE),
      kernel32.SetProcessWorkingSetSize(SELF, pointer === 4 ? 0xffffffff : 2n ** 64n - 1n, -1n),
      kernel32.GetProcessMemoryInfo(SELF, {}, 100),
      kernel32.QueryMemoryResourceNotification(low, { value: 0 }),
      kernel32.CloseHandle(low),
    ]).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect(kernel32.GetLastError()).toBe(UNTOUCHED);
  });

  test("of another process, by what its handle may", () => {
    const other = new Guest(guest.machine, { space: "translated" });
    other.pages(4);
    other.memory.fill(BASE, 1, 4 * PAGE);
    const { kernel32 } = guest;
    const limited = PROCESS_QUERY_LIMITED_INFORMATION;
    const query = kernel32.OpenProcess(limited, 0, other.process.id);
    const trim = kernel32.OpenProcess(limited | PROCESS_SET_QUOTA, 0, other.process.id);
    const info = { WorkingSetSize: 0 };
    expect(kernel32.GetProcessMemoryInfo(query, info, 100)).toBe(1);
    expect(info.WorkingSetSize).toBe(4 * PAGE);
    expect(kernel32.EmptyWorkingSet(query)).toBe(0);
    expect(kernel32.GetLastError()).toBe(5);
    expect(kernel32.EmptyWorkingSet(trim)).toBe(1);
    expect(other.process.counters.residentPages).toBe(0);
    other.process.exit();
    for (const call of [
      () => kernel32.EmptyWorkingSet(trim),
      () => kernel32.GetProcessMemoryInfo(query, info, 100),
      () => kernel32.SetProcessWorkingSetSize(trim, -1, -1),
      () => kernel32.GetProcessWorkingSetSize(query, { value: 0 }, { value: 0 }),
    ]) {
      kernel32.SetLastError(0);
      expect([call(), kernel32.GetLastError()]).toEqual([0, 5]);
    }
    kernel32.CloseHandle(query);
    kernel32.CloseHandle(trim);
  });
});

/** A program of accesses and trims; what it leaves, and how many faults it made. */
function run(guest: Guest, seed: number, forget: (random: (below: number) => number) => void) {
  const random = randomFrom(seed);
  const { kernel32, memory, process } = guest;
  guest.pages(60);
  const watched = kernel32.VirtualAlloc(0, 20 * PAGE, 0x203000, 4);
  for (let step = 0; step < 600; step++) {
    const at = random(2) === 0 ? watched + random(16) * PAGE : BASE + random(55) * PAGE + 0xffe;
    pick(
      [
        () => memory.setUint32(at, step),
        () => memory.setUint32(at, step),
        () => memory.getUint32(at),
        () => memory.copy(BASE + random(30) * PAGE, at, 0x1800),
        () => random(40) === 0 && kernel32.EmptyWorkingSet(SELF),
        () => random(12) === 0 && kernel32.ResetWriteWatch(watched, 16 * PAGE),
        () => kernel32.VirtualAlloc(BASE, 8 * PAGE, 0x80000, 4),
      ],
      random,
    )();
    forget(randomFrom(seed + step));
  }
  const info = { PageFaultCount: 0, PeakWorkingSetSize: 0, WorkingSetSize: 0 };
  expect(kernel32.GetProcessMemoryInfo(SELF, info, 100)).toBe(1);
  const list: Partial<WorkingSetInformation> = {};
  expect(kernel32.QueryWorkingSet(SELF, list, 0x10000)).toBe(1);
  process.verifySpace();
  const { PageFaultCount, PeakWorkingSetSize, WorkingSetSize } = info;
  return { PageFaultCount, PeakWorkingSetSize, WorkingSetSize, list };
}

test.each([false, true])("nothing depends on derived maps: hard maximum %s", async (isHard) => {
  const results = [];
  for (const place of PLACES) {
    for (const forgets of [0, 1, 3]) {
      const guest = await createGuest(place);
      const flags = isHard ? QUOTA_LIMITS_HARDWS_MAX_ENABLE : 0;
      const { SetProcessWorkingSetSizeEx } = guest.kernel32;
      expect(SetProcessWorkingSetSizeEx(SELF, 20 * PAGE, 30 * PAGE, flags)).toBe(1);
      results.push(
        run(guest, 7, (random) => {
          if (forgets > 0 && random(forgets) === 0) guest.process.forgetMaps();
        }),
      );
    }
  }
  for (const result of results) expect(result).toEqual(results[0]);
  const most = results[0]?.PeakWorkingSetSize ?? 0;
  if (isHard) expect(most).toBe(30 * PAGE);
  else expect(most).toBeGreaterThan(30 * PAGE);
});
