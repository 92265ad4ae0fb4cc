import { describe, expect, test } from "vitest";
import {
  MEM_COMMIT,
  MEM_RESERVE,
  MEM_WRITE_WATCH,
  PAGE_EXECUTE,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { BASE, createGuest, PAGE, PLACES, UNTOUCHED } from "./support.ts";

describe.each(PLACES)("IsBad*Ptr, $profile $space (3.7)", (place) => {
  test("nothing, NULL, and ranges that wrap", async () => {
    const { kernel32, machine } = await createGuest(place);
    const last = machine.pointerBytes === 4 ? 0xffffffff : 0xffff_ffff_ffff_ffffn;
    for (const name of ["IsBadReadPtr", "IsBadWritePtr", "IsBadHugeReadPtr"] as const) {
      const call = kernel32[name];
      expect([call(0, 0), call(BASE, 0), call(null, 0), call(last, 0)]).toEqual([0, 0, 0, 0]);
      expect([call(0, 1), call(null, PAGE), call(BASE, 1), call(last, 2)]).toEqual([1, 1, 1, 1]);
    }
    const { IsBadStringPtrA, IsBadStringPtrW } = kernel32;
    expect([IsBadStringPtrA(0, 0), IsBadStringPtrW(null, 0)]).toEqual([1, 1]);
    expect([IsBadStringPtrA(BASE, 0), IsBadStringPtrW(BASE, 0)]).toEqual([0, 0]);
    expect([IsBadStringPtrA(0, 9), IsBadStringPtrW(0, 9)]).toEqual([1, 1]);
  });

  test("every page of the range, and the last byte", async () => {
    const guest = await createGuest(place);
    guest.pages(4);
    guest.protect(BASE + 2 * PAGE, PAGE_READONLY);
    guest.protect(BASE + 3 * PAGE, PAGE_NOACCESS);
    const { IsBadReadPtr, IsBadHugeReadPtr, IsBadWritePtr, IsBadHugeWritePtr } = guest.kernel32;
    expect(IsBadReadPtr(BASE, 3 * PAGE)).toBe(0);
    expect(IsBadReadPtr(BASE, 3 * PAGE + 1)).toBe(1);
    expect(IsBadHugeReadPtr(BASE + 5, 3 * PAGE - 5)).toBe(0);
    expect(IsBadHugeReadPtr(BASE + 5, 3 * PAGE - 4)).toBe(1);
    expect(IsBadWritePtr(BASE + 100, 2 * PAGE - 100)).toBe(0);
    expect(IsBadWritePtr(BASE + 100, 2 * PAGE - 99)).toBe(1);
    expect(IsBadHugeWritePtr(BASE + 2 * PAGE, 1)).toBe(1);
    expect(guest.kernel32.IsBadCodePtr(BASE + 2 * PAGE)).toBe(0);
    expect(guest.kernel32.IsBadCodePtr(BASE + 3 * PAGE)).toBe(1);
  });

  test("a guard is swallowed and gone; no handler runs and the last error stays", async () => {
    const guest = await createGuest(place);
    guest.pages(3, PAGE_READWRITE | PAGE_GUARD);
    let asked = 0;
    guest.process.addVectoredExceptionHandler(true, () => ++asked);
    guest.kernel32.SetLastError(UNTOUCHED);
    const { IsBadReadPtr, IsBadWritePtr, IsBadStringPtrA, GetLastError } = guest.kernel32;
    expect(IsBadReadPtr(BASE, 1)).toBe(1);
    expect(IsBadReadPtr(BASE, 1)).toBe(0);
    expect(IsBadWritePtr(BASE, 2 * PAGE)).toBe(1);
    expect(IsBadWritePtr(BASE, 2 * PAGE)).toBe(0);
    expect(IsBadStringPtrA(BASE + 2 * PAGE, 5)).toBe(1);
    expect(IsBadStringPtrA(BASE + 2 * PAGE, 5)).toBe(0);
    expect([asked, GetLastError(), guest.machine.decision]).toEqual([0, UNTOUCHED, "3.7"]);
    expect(guest.memory.getUint8(BASE)).toBe(0);
  });

  test("IsBadWritePtr marks what it touches as written, and changes no byte", async () => {
    const guest = await createGuest(place);
    const type = MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH;
    guest.kernel32.VirtualAlloc(BASE, 8 * PAGE, type, PAGE_READWRITE);
    guest.memory.setUint8(BASE + 3 * PAGE, 7);
    guest.kernel32.ResetWriteWatch(BASE, 8 * PAGE);
    expect(guest.kernel32.IsBadReadPtr(BASE, 8 * PAGE)).toBe(0);
    expect(guest.written(BASE, 8)).toEqual([]);
    expect(guest.kernel32.IsBadWritePtr(BASE + 2 * PAGE, PAGE + 1)).toBe(0);
    expect(guest.written(BASE, 8)).toEqual([BASE + 2 * PAGE, BASE + 3 * PAGE]);
    expect(guest.memory.getUint8(BASE + 3 * PAGE)).toBe(7);
  });

  test("strings: up to the NUL or as many characters", async () => {
    const guest = await createGuest(place);
    guest.pages(2);
    guest.protect(BASE + PAGE, PAGE_NOACCESS);
    const { IsBadStringPtrA, IsBadStringPtrW } = guest.kernel32;
    guest.memory.fill(BASE, 0x41, PAGE);
    const at = BASE + PAGE - 6;
    expect([IsBadStringPtrA(at, 6), IsBadStringPtrA(at, 7)]).toEqual([0, 1]);
    expect([IsBadStringPtrW(at, 3), IsBadStringPtrW(at, 4)]).toEqual([0, 1]);
    expect(IsBadStringPtrW(at + 1, 3)).toBe(1);
    guest.memory.setUint8(BASE + PAGE - 1, 0);
    expect([IsBadStringPtrA(at, 1000), IsBadStringPtrW(at, 1000)]).toEqual([0, 1]);
    guest.memory.setUint8(BASE + PAGE - 2, 0);
    expect(IsBadStringPtrW(at, 1000)).toBe(0);
  });
});

test("execute-only memory is bad where it cannot be read (17.5)", async () => {
  const strict = await createGuest({ executeOnlyReadable: false });
  const lax = await createGuest();
  strict.pages(1, PAGE_EXECUTE);
  lax.pages(1, PAGE_EXECUTE);
  expect(strict.kernel32.IsBadReadPtr(BASE, 1)).toBe(1);
  expect(lax.kernel32.IsBadReadPtr(BASE, 1)).toBe(0);
});
