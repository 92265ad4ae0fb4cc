import { describe, expect, test } from "vitest";
import {
  dotnet,
  MemoryAllocationType,
  MemoryFreeType,
  MemoryProtectionOptions,
} from "../../src/dotnet.ts";
import { BASE, createGuest, PAGE, PLACES, UNTOUCHED } from "./support.ts";

const { Reserve } = MemoryAllocationType;
const { ReadOnly, ReadWrite } = MemoryProtectionOptions;
const { Release } = MemoryFreeType;

const wrong = <T>(value: unknown) => value as T;

async function prepared(place: (typeof PLACES)[number] = PLACES[0]) {
  const guest = await createGuest(place);
  return { guest, ...dotnet(guest.process) };
}

/** Each argument of these in turn is replaced by a wrong value. */
const CALLS: Record<string, readonly (readonly [name: string, right: unknown])[]> = {
  VirtualAlloc: [
    ["address", BASE],
    ["size", PAGE],
    ["allocationType", Reserve],
    ["protection", ReadWrite],
  ],
  VirtualAllocEx: [
    ["hProcess", -1],
    ["address", BASE],
    ["size", PAGE],
    ["allocationType", Reserve],
    ["protection", ReadWrite],
  ],
  VirtualFree: [
    ["address", BASE],
    ["size", 0],
    ["freeType", Release],
  ],
  VirtualFreeEx: [
    ["process", -1],
    ["address", BASE],
    ["size", 0],
    ["freeType", Release],
  ],
  VirtualProtect: [
    ["address", BASE],
    ["size", PAGE],
    ["newProtect", ReadOnly],
    ["refOldProtect", { value: 0 }],
  ],
  VirtualProtectEx: [
    ["hProcess", -1],
    ["address", BASE],
    ["size", PAGE],
    ["newProtect", ReadOnly],
    ["refOldProtect", { value: 0 }],
  ],
  VirtualQuery: [
    ["address", BASE],
    ["refBuffer", {}],
    ["length", 48],
  ],
  VirtualQueryEx: [
    ["hProcess", -1],
    ["address", BASE],
    ["refBuffer", {}],
    ["length", 48],
  ],
};

/** Wrong for every parameter, whatever it is. */
const WRONG = ["1", true, Symbol("s"), () => 1, Number.NaN, 1.5, -(2 ** 70), 2 ** 70, 2n ** 64n];
/** No bigints. */
const ENUMERATIONS = ["allocationType", "protection", "freeType", "newProtect"];
/** Outs alone may be NULL. */
const NO_NUMBER = [null, undefined, {}];
const NOT_FOR: Readonly<Record<string, readonly unknown[]>> = {
  refOldProtect: NO_NUMBER,
  refBuffer: NO_NUMBER,
  length: [undefined],
};

describe.each(PLACES)("every argument, $profile $space", (place) => {
  test.each(Object.entries(CALLS))("%s", async (name, parameters) => {
    const { guest, NativeMethods, Marshal } = await prepared(place);
    guest.pages(1);
    Marshal.SetLastPInvokeError(UNTOUCHED);
    const call = Object.entries(NativeMethods).find(([key]) => key === name)?.[1] as (
      ...given: unknown[]
    ) => unknown;
    guest.kernel32.SetLastError(UNTOUCHED + 1);
    guest.state();
    const before = guest.state();
    const given = parameters.map(([, right]) => right);
    for (const [index, [parameter]] of parameters.entries()) {
      for (const value of [...WRONG, ...NO_NUMBER]) {
        if (NOT_FOR[parameter]?.includes(value)) continue;
        const what = `${parameter} is ${String(value)}`;
        const bad = () => call(...given.with(index, value));
        const isInteger = typeof value === "bigint" && !ENUMERATIONS.includes(parameter);
        const kind = typeof value === "number" || isInteger ? RangeError : TypeError;
        expect(bad, what).toThrow(kind);
        expect(bad, what).toThrow(new RegExp(`^${parameter} must be `));
      }
    }
    expect(guest.state()).toEqual(before);
    expect(Marshal.GetLastWin32Error()).toBe(UNTOUCHED);
  });
});

test("a message says which argument, what it has to be and what came", async () => {
  const { NativeMethods } = await prepared(PLACES[1]);
  const { VirtualAlloc, VirtualProtect } = NativeMethods;
  const message = (call: () => unknown) => {
    try {
      call();
    } catch (error) {
      return String(error);
    }
    return "";
  };
  expect([
    message(() => VirtualAlloc(wrong(null), PAGE, Reserve, ReadWrite)),
    message(() => VirtualAlloc(0x8000_0000, PAGE, Reserve, ReadWrite)),
    message(() => VirtualAlloc(BASE, -1n, Reserve, ReadWrite)),
    message(() => VirtualAlloc(BASE, PAGE, Reserve, 0x8000_0000)),
    message(() => VirtualAlloc(BASE, PAGE, Reserve, wrong(4n))),
    message(() => VirtualProtect(BASE, PAGE, ReadOnly, wrong("old"))),
  ]).toEqual([
    "TypeError: address must be a number or a bigint, not null",
    "RangeError: address must be -2147483648 to 2147483647, not 2147483648 (OverflowException)",
    "RangeError: size must be 0 to 4294967295, not -1n (OverflowException)",
    "RangeError: protection must be -2147483648 to 2147483647, not 2147483648 (OverflowException)",
    "TypeError: protection must be a number, not 4n",
    'TypeError: refOldProtect must be { value }, a guest address or null, not "old"',
  ]);
});

test("a number that is not exact has to be a bigint", async () => {
  const { guest, NativeMethods } = await prepared();
  const { VirtualAlloc } = NativeMethods;
  guest.refuses(
    RangeError,
    /must be a bigint where no number is exact/,
    () => VirtualAlloc(2 ** 53, PAGE, Reserve, ReadWrite),
    () => VirtualAlloc(-(2 ** 53), PAGE, Reserve, ReadWrite),
    () => VirtualAlloc(BASE, 2 ** 53, Reserve, ReadWrite),
  );
  expect(VirtualAlloc(2n ** 53n, PAGE, Reserve, ReadWrite)).toBe(0);
});
