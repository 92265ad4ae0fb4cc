import { describe, expect, test } from "vitest";
import { PAGE_READONLY, PAGE_READWRITE } from "../../src/constants.ts";
import { vb } from "../../src/vb.ts";
import { BASE, createGuest, PAGE } from "./support.ts";

const PLACES = [
  { profile: "win32", space: "translated", window: false },
  { profile: "win32", space: "windowed" },
  { profile: "win9x", space: "windowed" },
] as const;

const RESERVE = 0x2000;
const place = () => ({ value: 0 });

/** What a parameter is: "out" may be a variable, an address or NULL. */
type Kind = "long" | "out" | "type" | "longs" | "any";
type Parameter = readonly [name: string, kind: Kind, right: unknown];

const handle: Parameter = ["hProcess", "long", -1];
const address: Parameter = ["lpAddress", "long", BASE];
const size: Parameter = ["dwSize", "long", PAGE];
const allocation: readonly Parameter[] = [
  address,
  size,
  ["flAllocationType", "long", RESERVE],
  ["flProtect", "long", PAGE_READWRITE],
];
const freeing: readonly Parameter[] = [address, size, ["dwFreeType", "long", 0x8000]];
const protecting: readonly Parameter[] = [
  address,
  size,
  ["flNewProtect", "long", PAGE_READONLY],
  ["lpflOldProtect", "out", place()],
];
const querying: readonly Parameter[] = [
  address,
  ["lpBuffer", "type", {}],
  ["dwLength", "long", 28],
];

/** Each argument of these in turn is replaced by a wrong value. */
const CALLS: Readonly<Record<string, readonly Parameter[]>> = {
  VirtualAlloc: allocation,
  VirtualAllocEx: [handle, ...allocation],
  VirtualFree: freeing,
  VirtualFreeEx: [handle, ...freeing],
  VirtualProtect: protecting,
  VirtualProtectEx: [handle, ...protecting],
  VirtualQuery: querying,
  VirtualQueryEx: [handle, ...querying],
  VirtualLock: [address, size],
  VirtualUnlock: [address, size],
  GetWriteWatch: [
    ["dwFlags", "long", 0],
    ["lpBaseAddress", "long", BASE],
    ["dwRegionSize", "long", PAGE],
    ["lpAddresses", "longs", { value: [] }],
    ["lpdwCount", "out", place()],
    ["lpdwGranularity", "out", place()],
  ],
  ResetWriteWatch: [
    ["lpBaseAddress", "long", BASE],
    ["dwRegionSize", "long", PAGE],
  ],
  GetSystemInfo: [["lpSystemInfo", "type", {}]],
  GlobalMemoryStatus: [["lpBuffer", "type", {}]],
  CopyMemory: [
    ["Destination", "any", new Uint8Array(4)],
    ["Source", "any", new Uint8Array(4)],
    ["Length", "long", 4],
  ],
  OpenProcess: [
    ["dwDesiredAccess", "long", 8],
    ["bInheritHandle", "long", 0],
    ["dwProcessId", "long", 4],
  ],
  CloseHandle: [["hObject", "long", 0x40]],
};

const NO_LONGS = [Number.NaN, 1.5, 2 ** 31, -(2 ** 31) - 1, Number.POSITIVE_INFINITY];
const NO_NUMBERS = ["1", true, Symbol("s"), () => 1, 1n];
const NULLS = [null, undefined];

/** Wrong values for a parameter of this kind, and what each is called. */
function wrongFor(kind: Kind): readonly unknown[] {
  const wrong = [...NO_LONGS, ...NO_NUMBERS];
  if (kind === "long") return [...wrong, ...NULLS, {}, { value: 0 }];
  if (kind === "any") return [...wrong, ...NULLS, {}, { value: 1.5 }, { value: "1" }];
  return kind === "out" ? [...wrong, {}, { value: 2 ** 31 }, { value: null }] : wrong;
}

describe.each(PLACES)("every argument, $profile $space", (place) => {
  test.each(Object.entries(CALLS))("%s", async (name, parameters) => {
    const guest = await createGuest(place);
    const face = vb(guest.process);
    guest.pages(1);
    face.VirtualFree(1, 1, 0);
    expect(face.Err.LastDllError).toBe(87);
    guest.kernel32.SetLastError(5);
    guest.state();
    const before = guest.state();
    const call = Reflect.get(face, name) as (...given: unknown[]) => unknown;
    const given = parameters.map(([, , right]) => right);
    for (const [index, [parameter, kind]] of parameters.entries()) {
      for (const value of wrongFor(kind)) {
        const what = `${parameter} is ${String(value)}`;
        const bad = () => call(...given.with(index, value));
        const inner = typeof value === "object" && value !== null && "value" in value;
        const wrong: unknown = inner && kind !== "long" ? Reflect.get(value, "value") : value;
        const isNumber = typeof wrong === "number";
        expect(bad, what).toThrow(isNumber ? RangeError : TypeError);
        const error = isNumber ? "Overflow, 6" : "Type mismatch, 13";
        expect(bad, what).toThrow(new RegExp(`^${parameter}(\\.value)? must be .*${error}`));
      }
    }
    expect(guest.state()).toEqual(before);
    expect(face.Err.LastDllError).toBe(87);
  });
});

test("a message says which argument, what it has to be and what came", async () => {
  const guest = await createGuest(PLACES[2]);
  const { VirtualAlloc, VirtualProtect, CopyMemory } = vb(guest.process);
  const message = (call: () => unknown) => {
    try {
      call();
    } catch (error) {
      return String(error);
    }
    return "";
  };
  const wrong = <T>(value: unknown) => value as T;
  expect([
    message(() => VirtualAlloc(0x8000_0000, PAGE, RESERVE, PAGE_READWRITE)),
    message(() => VirtualAlloc(BASE, 0.5, RESERVE, PAGE_READWRITE)),
    message(() => VirtualAlloc(wrong(null), PAGE, RESERVE, PAGE_READWRITE)),
    message(() => VirtualProtect(BASE, PAGE, PAGE_READONLY, wrong("old"))),
    message(() => VirtualProtect(BASE, PAGE, PAGE_READONLY, { value: wrong("") })),
    message(() => CopyMemory(BASE, new Uint8Array(2), 3)),
    message(() => CopyMemory({ value: 0 }, BASE, 5)),
  ]).toEqual([
    "RangeError: lpAddress must be an integer from -2147483648 to 2147483647, " +
      "not 2147483648 (Overflow, 6)",
    "RangeError: dwSize must be an integer from -2147483648 to 2147483647, not 0.5 (Overflow, 6)",
    "TypeError: lpAddress must be a Long, not null (Type mismatch, 13)",
    "TypeError: lpflOldProtect must be a variable, the address of one or null, " +
      'not "old" (Type mismatch, 13)',
    'TypeError: lpflOldProtect.value must be a Long, not "" (Type mismatch, 13)',
    "RangeError: Length must be 0 to 2, the bytes of Source, not 3",
    "RangeError: Length must be 0 to 4, the bytes of Destination, not 5",
  ]);
});

test("a 64-bit process has no Longs for its addresses", async () => {
  for (const profile of ["win64", "win64-8tb"] as const) {
    const guest = await createGuest({ profile });
    const message = new RegExp(`^process must be a 32-bit one, not one of "${profile}"$`);
    guest.refuses(RangeError, message, () => vb(guest.process));
  }
});

test("a process that has ended says so", async () => {
  const guest = await createGuest(PLACES[2]);
  const { VirtualAlloc, VirtualLock, GetWriteWatch, CopyMemory } = vb(guest.process);
  guest.process.exit();
  for (const call of [
    () => VirtualAlloc(0, PAGE, RESERVE, PAGE_READWRITE),
    () => VirtualLock(0, PAGE),
    () => GetWriteWatch(0, 0, PAGE, { value: [] }, place(), place()),
    () => CopyMemory(BASE, { value: 0 }, 4),
  ]) {
    expect(call).toThrow(/has ended/);
  }
});
