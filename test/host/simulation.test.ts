import { describe, expect, test } from "vitest";
import { MEM_COMMIT, MEM_RESERVE, PAGE_READONLY, PAGE_READWRITE } from "../../src/constants.ts";
import type { CallFailure } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { ntdll } from "../../src/ntdll.ts";
import { createMachine } from "../setup/machine.ts";

const BOTH = MEM_RESERVE | MEM_COMMIT;
const COMMITMENT_LIMIT = 1455;
const NOT_ENOUGH_MEMORY = 8;

async function guestWith(...failures: CallFailure[]) {
  const machine = await createMachine({ profile: "win32", failures });
  return machine.createProcess();
}

describe("failures", () => {
  test("the n-th call of a name fails as at the end of memory, and changes nothing", async () => {
    const guest = await guestWith({ call: "VirtualAlloc", nth: 3 });
    const { VirtualAlloc, GetLastError } = kernel32(guest);
    const allocate = () => VirtualAlloc(0, 0x1000, BOTH, PAGE_READWRITE);
    expect([allocate(), allocate()]).toEqual([0x10000, 0x20000]);
    const before = guest.counters;
    expect(allocate()).toBe(0);
    expect(GetLastError()).toBe(COMMITMENT_LIMIT);
    expect(guest.counters).toEqual(before);
    expect(allocate()).toBe(0x30000);
  });

  test("a call counts by whatever face it is made", async () => {
    const guest = await guestWith({ call: "VirtualAlloc", nth: 2, error: 0xc0000017 });
    const [base, size] = [{ value: 0 }, { value: 0x1000 }];
    ntdll(guest).NtAllocateVirtualMemory(-1, base, 0, size, BOTH, PAGE_READWRITE);
    const { VirtualAlloc, GetLastError } = kernel32(guest);
    expect(VirtualAlloc(0, 1, BOTH, PAGE_READWRITE)).toBe(0);
    expect(GetLastError()).toBe(NOT_ENOUGH_MEMORY);
  });

  test("without a name all calls that may lack memory count together", async () => {
    const guest = await guestWith({ nth: 2 }, { nth: 4 });
    const { VirtualAlloc, VirtualProtect, VirtualLock } = kernel32(guest);
    const base = VirtualAlloc(0, 0x1000, BOTH, PAGE_READWRITE);
    expect(VirtualProtect(base, 1, PAGE_READONLY, { value: 0 })).toBe(0);
    expect(VirtualProtect(base, 1, PAGE_READONLY, { value: 0 })).toBe(1);
    expect(VirtualLock(base, 1)).toBe(0);
    expect(guest.counters.lockedPages).toBe(0);
  });

  test.each([
    ["failures must be an array", {}],
    ["failures[0] must be an object", [4]],
    ["failures[0].nth must be 1 to", [{ nth: 0 }]],
    ["failures[0].call must be one of", [{ call: "CloseHandle", nth: 1 }]],
    ["failures[0].error must be 3221225472 to", [{ nth: 1, error: 5 }]],
    ['failures[0]: there is no option "name"', [{ nth: 1, name: "VirtualAlloc" }]],
  ])("%s", async (message, failures) => {
    await expect(createMachine({ failures: failures as never })).rejects.toThrow(message);
  });
});

describe("the clock", () => {
  const run = async (space: "windowed" | "translated", forgets: boolean) => {
    const machine = await createMachine({ profile: "win32", clock: true });
    const guest = machine.createProcess({ space });
    const { VirtualAlloc } = kernel32(guest);
    const base = VirtualAlloc(0, 0x10000, MEM_RESERVE, PAGE_READWRITE);
    const times: number[] = [machine.clock];
    guest.addVectoredExceptionHandler(true, ({ ExceptionRecord }) => {
      times.push(machine.clock);
      VirtualAlloc(Number(ExceptionRecord.ExceptionInformation[1]), 1, MEM_COMMIT, PAGE_READWRITE);
      return -1;
    });
    for (let at = 0; at < 0x10000; at += 0x400) {
      if (forgets) guest.forgetMaps();
      guest.memory.setUint32(base + at, at);
    }
    return [...times, machine.clock];
  };

  test("goes on by calls and exceptions, and by nothing else", async () => {
    const times = await run("windowed", false);
    expect(times[0]).toBe(1);
    expect(times.slice(1)).toEqual([...Array.from({ length: 16 }, (_, at) => 2 + 2 * at), 33]);
  });

  test("stands still where nobody asked for it", async () => {
    const machine = await createMachine({ profile: "win32" });
    kernel32(machine.createProcess()).VirtualAlloc(0, 0x1000, MEM_RESERVE, PAGE_READWRITE);
    expect(machine.clock).toBe(0);
  });

  test("knows neither kinds of space nor maps that are emptied", async () => {
    const times = await run("windowed", false);
    expect(await run("translated", true)).toEqual(times);
  });
});
