import { describe, expect, test } from "vitest";
import {
  MEM_REPLACE_PLACEHOLDER,
  MEM_RESERVE,
  MEM_RESERVE_PLACEHOLDER,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  STATUS_ACCESS_VIOLATION,
} from "../../src/constants.ts";
import { createSectionGuest } from "./section-guest.ts";
import { BASE, PAGE } from "./support.ts";

const SELF = -1;
const FAR = 0x60000000;

describe("the doors of MapViewOfFile2 and MapViewOfFile3", () => {
  test.each([
    ["handle", ["x", SELF, 0, 0, 0, 0, 4]],
    ["process", [0, {}, 0, 0, 0, 0, 4]],
    ["offset", [0, SELF, "0", 0, 0, 0, 4]],
    ["offset", [0, SELF, 1.5, 0, 0, 0, 4]],
    ["offset", [0, SELF, -1, 0, 0, 0, 4]],
    ["offset", [0, SELF, 2n ** 64n, 0, 0, 0, 4]],
    ["address", [0, SELF, 0, Number.NaN, 0, 0, 4]],
    ["size", [0, SELF, 0, 0, -1, 0, 4]],
    ["type", [0, SELF, 0, 0, 0, 2 ** 32, 4]],
    ["protect", [0, SELF, 0, 0, 0, 0, "4"]],
  ])("%s is checked before the call", async (name, given) => {
    const { kernel32, machine } = await createSectionGuest();
    const before = machine.decision;
    const [first, ...others] = given as Parameters<typeof kernel32.MapViewOfFile2>;
    const [process, offset, address, ...rest] = others;
    const named = new RegExp(name, "i");
    expect(() => kernel32.MapViewOfFile2(first, ...others)).toThrow(named);
    expect(() => kernel32.MapViewOfFile3(first, process, address, offset, ...rest)).toThrow(named);
    expect(machine.decision).toBe(before);
  });

  test("the node, flags of UnmapViewOfFile2 and the array of parameters", async () => {
    const { kernel32 } = await createSectionGuest();
    expect(() => kernel32.MapViewOfFileNuma2(0, SELF, 0, 0, 0, 0, 4, -1)).toThrow(/node/);
    expect(() => kernel32.UnmapViewOfFile2(SELF, 0, -1)).toThrow(/flags/);
    const rest = [0, SELF, 0, 0, 0, 0, PAGE_READONLY] as const;
    expect(() => kernel32.MapViewOfFile3(...rest, [], 1)).toThrow(/at least 1 entries/);
  });

  test("an offset above 2^63 lies behind every section", async () => {
    const guest = await createSectionGuest();
    const handle = guest.mapping(1);
    const { GetLastError, MapViewOfFile2 } = guest.kernel32;
    const map = (offset: bigint) => {
      expect(MapViewOfFile2(handle, SELF, offset, 0, 0, 0, PAGE_READONLY)).toBe(0);
      return GetLastError();
    };
    expect([map(2n ** 63n), map(2n ** 64n - 0x10000n)]).toEqual([87, 87]);
    expect(map(2n ** 64n - 1n)).toBe(1132);
  });
});

describe("NtMapViewOfSectionEx with its parameters in guest memory", () => {
  test("reads base, offset and size, and writes base and size", async () => {
    const guest = await createSectionGuest();
    const { kernel32, memory, ntdll } = guest;
    const hold = MEM_RESERVE | MEM_RESERVE_PLACEHOLDER;
    kernel32.VirtualAlloc2(null, FAR, 2 * PAGE, hold, PAGE_NOACCESS);
    kernel32.VirtualAlloc(BASE, PAGE, 0x3000, PAGE_READWRITE);
    memory.setBigUint64(BASE, BigInt(FAR));
    memory.setBigUint64(BASE + 8, BigInt(PAGE));
    memory.setBigUint64(BASE + 16, 0n);
    const section = guest.section(3);
    const map = (base: number) =>
      ntdll.NtMapViewOfSectionEx(
        section,
        SELF,
        base,
        BASE + 8,
        BASE + 16,
        MEM_REPLACE_PLACEHOLDER,
        PAGE_READWRITE,
      );
    expect(map(BASE + 2 * PAGE)).toBe(STATUS_ACCESS_VIOLATION);
    expect(map(BASE)).toBe(0);
    expect([memory.getBigUint64(BASE), memory.getBigUint64(BASE + 16)]).toEqual([
      BigInt(FAR),
      BigInt(2 * PAGE),
    ]);
    guest.process.verifySpace();
  });
});
