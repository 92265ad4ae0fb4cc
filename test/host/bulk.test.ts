import { describe, expect, test } from "vitest";
import {
  MEM_COMMIT,
  PAGE_EXECUTE_READ,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { BASE, createGuest, expectBytes, faultOf, PAGE, PLACES } from "./support.ts";

describe.each(PLACES)("bulk, $profile $space", (place) => {
  const bytes = (length: number) => Uint8Array.from({ length }, (_, index) => index * 7 + 1);

  test("read and write over many pages", async () => {
    const guest = await createGuest(place);
    guest.pages(40);
    const written = bytes(30 * PAGE);
    guest.memory.write(BASE + 5, written);
    expectBytes(guest.memory.read(BASE + 5, written.length), written);
    const target = new Uint8Array(100);
    expect(guest.memory.read(BASE + 5 + PAGE - 50, target)).toBe(target);
    expect(target).toEqual(written.slice(PAGE - 50, PAGE + 50));
    expect(guest.memory.getUint8(BASE + 4)).toBe(0);
    expect(guest.memory.getUint8(BASE + 5 + written.length)).toBe(0);
  });

  test("length 0 looks at nothing (17.5)", async () => {
    const guest = await createGuest(place);
    expect(guest.memory.read(0, 0)).toEqual(new Uint8Array(0));
    guest.memory.write(0, new Uint8Array(0));
    guest.memory.fill(0, 1, 0);
    guest.memory.copy(0, 0, 0);
    expect(guest.memory.compare(0, 8, 0)).toBe(0);
  });

  test("a fault leaves the bytes below it done", async () => {
    const guest = await createGuest(place);
    guest.pages(3);
    guest.protect(BASE + PAGE, PAGE_READONLY);
    const written = bytes(PAGE);
    const half = BASE + PAGE / 2;
    const writing = faultOf(() => guest.memory.write(half, written));
    expect([writing.access, writing.address]).toEqual([1, BASE + PAGE]);
    expectBytes(guest.memory.read(half, PAGE / 2), written.slice(0, PAGE / 2));
    expect(faultOf(() => guest.memory.fill(half, 9, PAGE)).address).toBe(BASE + PAGE);
    expect([guest.memory.getUint8(half), guest.memory.getUint8(BASE + PAGE - 1)]).toEqual([9, 9]);
    guest.protect(BASE + PAGE, PAGE_NOACCESS);
    const target = new Uint8Array(PAGE);
    expect(faultOf(() => guest.memory.read(half, target)).address).toBe(BASE + PAGE);
    expect(target.subarray(0, PAGE / 2).every((byte) => byte === 9)).toBe(true);
    expect(target.subarray(PAGE / 2).every((byte) => byte === 0)).toBe(true);
  });

  test("goes on where a handler has resolved a fault, each page once", async () => {
    const guest = await createGuest(place);
    guest.reserve(16);
    const seen: (number | bigint)[] = [];
    guest.process.addVectoredExceptionHandler(true, ({ ExceptionRecord }) => {
      const at = Number(ExceptionRecord.ExceptionInformation[1]);
      seen.push(at);
      guest.kernel32.VirtualAlloc(at, 1, MEM_COMMIT, PAGE_READWRITE);
      return -1;
    });
    const written = bytes(3 * PAGE);
    guest.memory.write(BASE + 0x800, written);
    expect(seen.splice(0)).toEqual([BASE + 0x800, BASE + PAGE, BASE + 2 * PAGE, BASE + 3 * PAGE]);
    guest.memory.copy(BASE + 8 * PAGE, BASE + 0x800, 2 * PAGE);
    expect(seen.splice(0)).toEqual([BASE + 8 * PAGE, BASE + 9 * PAGE]);
    guest.memory.fill(BASE + 10 * PAGE, 5, 2 * PAGE);
    expect(seen.splice(0)).toEqual([BASE + 10 * PAGE, BASE + 11 * PAGE]);
    expect(guest.memory.compare(BASE + 8 * PAGE, BASE + 0x800, 2 * PAGE)).toBe(0);
    expect(guest.memory.read(BASE + 14 * PAGE, 1)).toEqual(new Uint8Array(1));
    expect(seen).toEqual([BASE + 14 * PAGE]);
    expectBytes(guest.memory.read(BASE + 8 * PAGE, 2 * PAGE), written.slice(0, 2 * PAGE));
  });

  test("copy is memmove", async () => {
    const guest = await createGuest(place);
    const model = bytes(4 * PAGE);
    guest.pages(4);
    guest.memory.write(BASE, model);
    for (const [target, source, length] of [
      [100, 0, 3 * PAGE],
      [0, 100, 3 * PAGE],
      [PAGE, PAGE, 50],
      [3 * PAGE, 7, PAGE],
    ] as const) {
      guest.memory.copy(BASE + target, BASE + source, length);
      model.copyWithin(target, source, source + length);
      expectBytes(guest.memory.read(BASE, model.length), model);
    }
  });

  test("copy: the source fails first, and an overlap upwards is all or nothing", async () => {
    const guest = await createGuest(place);
    guest.pages(6);
    guest.memory.fill(BASE, 1, 6 * PAGE);
    guest.protect(BASE + PAGE, PAGE_NOACCESS);
    guest.protect(BASE + 4 * PAGE, PAGE_READONLY);
    const both = faultOf(() => guest.memory.copy(BASE + 4 * PAGE, BASE + PAGE, 4));
    expect([both.access, both.address]).toEqual([0, BASE + PAGE]);
    guest.protect(BASE + PAGE, PAGE_READWRITE);
    guest.memory.setUint8(BASE + 2 * PAGE, 0x55);
    const overlap = faultOf(() => guest.memory.copy(BASE + 3 * PAGE, BASE + 2 * PAGE, 2 * PAGE));
    expect([overlap.access, overlap.address]).toEqual([1, BASE + 4 * PAGE]);
    expect(guest.memory.getUint8(BASE + 3 * PAGE)).toBe(1);
    guest.process.addVectoredExceptionHandler(true, () => {
      guest.protect(BASE + 4 * PAGE, PAGE_READWRITE);
      return -1;
    });
    guest.memory.copy(BASE + 3 * PAGE, BASE + 2 * PAGE, 2 * PAGE);
    expect(guest.memory.getUint8(BASE + 3 * PAGE)).toBe(0x55);
  });

  test("compare", async () => {
    const guest = await createGuest(place);
    guest.pages(4);
    guest.memory.fill(BASE, 7, 4 * PAGE);
    const [left, right] = [BASE + 3, BASE + 2 * PAGE + 1];
    expect(guest.memory.compare(left, right, PAGE + 100)).toBe(0);
    guest.memory.setUint8(left + PAGE + 50, 0x80);
    expect(guest.memory.compare(left, right, PAGE + 100)).toBe(1);
    expect(guest.memory.compare(right, left, PAGE + 100)).toBe(-1);
    expect(guest.memory.compare(left, right, PAGE + 50)).toBe(0);
    // A difference before the fault is an answer; the page behind it is not looked at.
    guest.protect(BASE + PAGE, PAGE_NOACCESS);
    guest.memory.setUint8(left + 10, 1);
    expect(guest.memory.compare(left, right, 2 * PAGE)).toBe(-1);
  });

  test("compare after a handler has resolved a fault", async () => {
    const guest = await createGuest(place);
    guest.pages(4);
    guest.memory.fill(BASE, 7, 4 * PAGE);
    guest.memory.setUint8(BASE + PAGE + 9, 6);
    guest.protect(BASE + PAGE, PAGE_READWRITE | PAGE_GUARD);
    let guards = 0;
    guest.process.addVectoredExceptionHandler(true, () => {
      guards++;
      return -1;
    });
    expect(guest.memory.compare(BASE, BASE + 2 * PAGE, 2 * PAGE)).toBe(-1);
    expect(guards).toBe(1);
  });
});

describe.each(PLACES)("fetch, $profile $space", (place) => {
  test("reads what can be executed", async () => {
    const guest = await createGuest(place);
    guest.pages(2);
    guest.memory.write(BASE + PAGE - 2, Uint8Array.of(0x0f, 0x05, 0xc3));
    guest.protect(BASE, PAGE_EXECUTE_READ, 2);
    expect([...guest.memory.fetch(BASE + PAGE - 2, 3)]).toEqual([0x0f, 0x05, 0xc3]);
    expect(guest.memory.fetch(BASE, 15).length).toBe(15);
  });

  test("faults with the instruction's start (4.5)", async () => {
    const guest = await createGuest(place);
    guest.pages(2);
    guest.protect(BASE, PAGE_EXECUTE_READ);
    const fault = faultOf(() => guest.memory.fetch(BASE + PAGE - 2, 3));
    expect([fault.code, fault.access, fault.address]).toEqual([0xc0000005, 8, BASE + PAGE]);
    expect(fault.record.ExceptionAddress).toBe(BASE + PAGE - 2);
  });

  test("is made again after a handler", async () => {
    const guest = await createGuest(place);
    guest.pages(1);
    guest.process.addVectoredExceptionHandler(true, () => {
      guest.protect(BASE, PAGE_EXECUTE_READ);
      return -1;
    });
    expect([...guest.memory.fetch(BASE, 2)]).toEqual([0, 0]);
  });
});
