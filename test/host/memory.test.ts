import { describe, expect, test } from "vitest";
import {
  MEM_COMMIT,
  MEM_RESERVE,
  MEM_WRITE_WATCH,
  PAGE_EXECUTE_READ,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import type { Address } from "../../src/index.ts";
import { BASE, createGuest, expectBytes, faultOf, PAGE, PLACES } from "./support.ts";

/** Big enough for any access, with a page behind it that nothing can touch. */
const LAST = BASE + PAGE - 1;

const SCALARS = [
  ["Uint8", 1, 0xfe],
  ["Int8", 1, -2],
  ["Uint16", 2, 0xfedc],
  ["Int16", 2, -2],
  ["Uint32", 4, 0xfedcba98],
  ["Int32", 4, -2],
  ["BigUint64", 8, 0xfedcba9876543210n],
  ["BigInt64", 8, -2n],
  ["Float32", 4, 1.5],
  ["Float64", 8, Math.PI],
] as const;

describe.each(PLACES)("scalars, $profile $space", (place) => {
  test.each(SCALARS)("%s is DataView's", async (name, bytes, value) => {
    const guest = await createGuest(place);
    guest.pages(2);
    const view = new DataView(new ArrayBuffer(16));
    const set = `set${name}` as const;
    const get = `get${name}` as const;
    // Within a page, at the end of one, and over a boundary.
    for (const address of [BASE, BASE + 3, BASE + PAGE - bytes, BASE + PAGE - 1]) {
      (view[set] as (at: number, value: unknown, little: boolean) => void)(0, value, true);
      (guest.memory[set] as (at: number, value: unknown) => void)(address, value);
      expect(guest.memory[get](address)).toBe(value);
      expect(guest.memory[get](BigInt(address))).toBe(value);
      expect([...guest.memory.read(address, bytes)]).toEqual([
        ...new Uint8Array(view.buffer, 0, bytes),
      ]);
      guest.memory.fill(address, 0, bytes);
    }
  });

  test("integers keep their low bits, as in DataView", async () => {
    const guest = await createGuest(place);
    guest.pages(1);
    guest.memory.setUint8(BASE, 0x1ff);
    guest.memory.setInt16(BASE + 2, -1);
    guest.memory.setUint32(BASE + 4, 2 ** 32 + 5);
    guest.memory.setBigUint64(BASE + 8, -1n);
    guest.memory.setUint8(BASE + 16, Number.NaN);
    expect(guest.memory.getUint8(BASE)).toBe(0xff);
    expect(guest.memory.getUint8(BASE + 1)).toBe(0);
    expect(guest.memory.getUint16(BASE + 2)).toBe(0xffff);
    expect(guest.memory.getUint32(BASE + 4)).toBe(5);
    expect(guest.memory.getBigUint64(BASE + 8)).toBe(0xffffffffffffffffn);
  });

  test("a page that was never touched reads as zeros", async () => {
    const guest = await createGuest(place);
    guest.pages(2);
    expect(guest.memory.getBigUint64(BASE + PAGE - 4)).toBe(0n);
  });

  test("every scalar faults alike, and does nothing", async () => {
    const guest = await createGuest(place);
    guest.pages(2);
    guest.memory.fill(BASE, 0x77, PAGE);
    guest.protect(BASE + PAGE, PAGE_NOACCESS);
    for (const [name, bytes, value] of SCALARS) {
      const at = bytes === 1 ? BASE + PAGE : LAST;
      const set = guest.memory[`set${name}`].bind(guest.memory) as (a: number, v: unknown) => void;
      const load = faultOf(() => guest.memory[`get${name}`](at));
      const store = faultOf(() => set(at, value));
      expect([load.access, load.address, load.code]).toEqual([0, BASE + PAGE, 0xc0000005]);
      expect([store.access, store.address]).toEqual([1, BASE + PAGE]);
      expect(guest.memory.getUint8(LAST)).toBe(0x77);
    }
  });

  test("after linear memory has grown", async () => {
    const guest = await createGuest(place);
    guest.pages(1);
    guest.memory.setUint32(BASE, 0xabcd);
    const before = guest.machine.counters.memoryBytes;
    const other = 0x60000000;
    guest.kernel32.VirtualAlloc(other, 0x1000000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    for (let page = 0; page < 0x1000; page++) guest.memory.setUint32(other + page * PAGE, page);
    expect(guest.machine.counters.memoryBytes).toBeGreaterThan(before);
    expect(guest.memory.getUint32(BASE)).toBe(0xabcd);
    expect(guest.memory.getUint32(other + 0xfff * PAGE)).toBe(0xfff);
    guest.process.verifySpace();
  });

  test("several processes take turns", async () => {
    const guest = await createGuest(place);
    guest.pages(1);
    guest.memory.setUint32(BASE, 1);
    const other = guest.machine.createProcess();
    expect(() => other.memory.getUint32(BASE)).toThrow("access violation reading 0x50000000");
    expect(guest.memory.getUint32(BASE)).toBe(1);
    expect(() => other.memory.setUint32(BASE, 2)).toThrow("MEM_FREE in no region");
    expect(guest.memory.getUint32(BASE)).toBe(1);
  });
});

describe("a window above 2 GB", () => {
  test.each(["win32-3g", "win32-4g"] as const)("%s", async (profile) => {
    const guest = await createGuest({ profile, space: "windowed" });
    const middle = 0x80000000;
    guest.pages(32, PAGE_READWRITE, middle - 16 * PAGE);
    for (const at of [middle - 8, middle - 4, middle - 1, middle, middle + 5 * PAGE]) {
      guest.memory.setBigUint64(at, 0x0102030405060708n);
      expect(guest.memory.getBigUint64(at)).toBe(0x0102030405060708n);
      expect(guest.memory.getUint8(at + 7)).toBe(1);
      guest.memory.setFloat32(at, -2.5);
      expect(guest.memory.getFloat32(at)).toBe(-2.5);
    }
    const high = profile === "win32-3g" ? 0xbff00000 : 0xf0000000;
    guest.pages(2, PAGE_READWRITE, high);
    guest.memory.setUint16(high + PAGE - 1, 0xbeef);
    expect(guest.memory.getUint16(high + PAGE - 1)).toBe(0xbeef);
    guest.process.verifySpace();
  });
});

describe("addresses at the door", () => {
  const WRONG: readonly [typeof TypeError | typeof RangeError, unknown, RegExp][] = [
    [RangeError, Number.NaN, /address must be an integer, not NaN/],
    [RangeError, Number.POSITIVE_INFINITY, /address must be an integer, not Infinity/],
    [RangeError, -1, /address must be 0 to \d+, not -1/],
    [RangeError, -(2 ** 31), /address must be 0 to/],
    [RangeError, BASE + 0.5, /address must be an integer, not 1342177280.5/],
    [RangeError, 2 ** 53, /address must be 0 to/],
    [RangeError, -1n, /address must be 0 to 0xf+, not -1n/],
    [RangeError, 2n ** 64n, /address must be 0 to 0xf+, not 18446744073709551616n/],
    [TypeError, "1342177280", /address must be a number, not "1342177280"/],
    [TypeError, null, /address must be a number, not null/],
    [TypeError, undefined, /address must be a number, not undefined/],
    [TypeError, { valueOf: () => BASE }, /address must be a number, not an object/],
    [TypeError, true, /address must be a number, not true/],
  ];

  describe.each(PLACES)("$profile $space", (place) => {
    test.each(WRONG)("%s for %o", async (kind, wrong, message) => {
      const guest = await createGuest(place);
      guest.pages(1);
      guest.memory.setUint8(BASE, 0x12);
      const { memory } = guest;
      const { debugView } = guest.process;
      const at = wrong as Address;
      guest.refuses(
        kind,
        message,
        () => memory.getUint8(at),
        () => memory.getUint32(at),
        () => memory.getBigInt64(at),
        () => memory.getFloat64(at),
        () => memory.setUint8(at, 1),
        () => memory.setInt32(at, 1),
        () => memory.setBigUint64(at, 1n),
        () => memory.read(at, 0),
        () => memory.write(at, new Uint8Array(1)),
        () => memory.fill(at, 0, 1),
        () => memory.fetch(at, 1),
        () => memory.readString(at, { encoding: "utf-8" }),
        () => memory.writeString(at, "", { encoding: "utf-8" }),
        () => debugView.read(at, 1),
        () => debugView.write(at, new Uint8Array(1)),
        () => debugView.isCommitted(at),
      );
      expect(guest.memory.getUint8(BASE)).toBe(0x12);
    });
  });

  test("a 32-bit process has none from 2^32 on", async () => {
    const guest = await createGuest({ profile: "win32" });
    guest.refuses(
      RangeError,
      /address must be 0 to (4294967295|0xffffffff), not 4294967296/,
      () => guest.memory.getUint8(2 ** 32),
      () => guest.memory.setUint8(2n ** 32n, 0),
    );
    expect(faultOf(() => guest.memory.getUint8(0xffffffff)).address).toBe(0xffffffff);
  });

  test("kernel and non-canonical addresses fault (1.3)", async () => {
    const guest = await createGuest();
    const { memory } = guest;
    const kernel = 0xffff_8000_0000_1234n;
    const strange = 0x1234_0000_0000_0000n;
    const all = 0xffff_ffff_ffff_ffffn;
    const bytes = new Uint8Array(1);
    guest.pages(1);
    expect(faultOf(() => memory.getUint8(kernel))).toMatchObject({ access: 0, address: kernel });
    expect(faultOf(() => memory.setFloat64(kernel, 1))).toMatchObject({
      access: 1,
      address: kernel,
    });
    expect(faultOf(() => memory.fetch(kernel, 3))).toMatchObject({ access: 8, address: kernel });
    expect(faultOf(() => memory.fetch(kernel, 3)).record.ExceptionAddress).toBe(kernel);
    const same = { address: kernel };
    expect(faultOf(() => memory.read(kernel, 9))).toMatchObject({ access: 0, ...same });
    expect(faultOf(() => memory.write(kernel, bytes))).toMatchObject({ access: 1, ...same });
    expect(faultOf(() => memory.fill(kernel, 0, 1))).toMatchObject({ access: 1, ...same });
    expect(faultOf(() => memory.copy(kernel, BASE, 1))).toMatchObject({ access: 1, ...same });
    expect(faultOf(() => memory.copy(BASE, kernel, 1))).toMatchObject({ access: 0, ...same });
    expect(faultOf(() => memory.compare(kernel, BASE, 1))).toMatchObject({ access: 0, ...same });
    expect(faultOf(() => memory.compare(BASE, kernel, 1))).toMatchObject({ access: 0, ...same });
    for (const access of [
      () => memory.getUint8(strange),
      () => memory.setUint32(strange, 1),
      () => memory.fetch(strange, 1),
      () => memory.setUint8(2n ** 53n, 1),
    ]) {
      expect(faultOf(access)).toMatchObject({ access: 0, address: all });
    }
    const fault = faultOf(() => memory.setUint8(kernel, 1));
    expect([fault.page, fault.region]).toEqual([{ state: 0x10000, protect: 1 }, null]);
  });
});

describe("values and lengths at the door", () => {
  test("state unchanged", async () => {
    const guest = await createGuest({ profile: "win32" });
    guest.pages(1);
    const { memory } = guest;
    const { debugView } = guest.process;
    const wrong = <T>(value: unknown) => value as T;
    guest.refuses(
      TypeError,
      /value must be a number, not/,
      () => memory.setUint8(BASE, wrong("1")),
      () => memory.setUint32(BASE, wrong(1n)),
      () => memory.setFloat32(BASE, wrong(undefined)),
      () => memory.setFloat64(BASE, wrong(null)),
      () => memory.fill(BASE, wrong("0"), 4),
    );
    guest.refuses(
      TypeError,
      /value must be a bigint, not 1/,
      () => memory.setBigInt64(BASE, wrong(1)),
      () => memory.setBigUint64(BASE, wrong(1)),
    );
    guest.refuses(
      RangeError,
      /value must be/,
      () => memory.fill(BASE, 256, 4),
      () => memory.fill(BASE, -1, 4),
      () => memory.fill(BASE, 0.5, 4),
    );
    guest.refuses(
      RangeError,
      /length must be/,
      () => memory.read(BASE, -1),
      () => memory.read(BASE, Number.NaN),
      () => memory.read(BASE, 2 ** 32),
      () => memory.fill(BASE, 0, 0.5),
      () => memory.copy(BASE, BASE, -1),
      () => memory.compare(BASE, BASE, 2 ** 53),
      () => memory.fetch(BASE, 0),
      () => memory.fetch(BASE, 16),
      () => debugView.read(BASE, -1),
    );
    guest.refuses(
      TypeError,
      /length must be a number, not/,
      () => memory.read(BASE, wrong("4")),
      () => memory.read(BASE, wrong([1])),
      () => memory.copy(BASE, BASE, wrong(undefined)),
      () => memory.fetch(BASE, wrong("1")),
    );
    guest.refuses(
      TypeError,
      /bytes must be a Uint8Array, not/,
      () => memory.write(BASE, wrong([1, 2])),
      () => memory.write(BASE, wrong(new Uint16Array(1))),
      () => debugView.write(BASE, wrong("ab")),
    );
  });
});

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

test("writing marks watched pages, each way", async () => {
  const guest = await createGuest({ profile: "win32" });
  const type = MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH;
  guest.kernel32.VirtualAlloc(BASE, 16 * PAGE, type, PAGE_READWRITE);
  guest.memory.setUint8(BASE, 1);
  guest.memory.write(BASE + 2 * PAGE, new Uint8Array(1));
  guest.memory.fill(BASE + 4 * PAGE, 0, 1);
  guest.memory.copy(BASE + 6 * PAGE, BASE + 7 * PAGE, 1);
  guest.memory.setUint16(BASE + 9 * PAGE - 1, 1);
  guest.process.debugView.write(BASE + 12 * PAGE, new Uint8Array(1));
  const pages = [0, 2, 4, 6, 8, 9].map((page) => BASE + page * PAGE);
  expect(guest.written(BASE, 16)).toEqual(pages);
});
