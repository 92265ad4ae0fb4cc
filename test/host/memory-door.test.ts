import { describe, expect, test } from "vitest";
import type { Address } from "../../src/index.ts";
import { BASE, createGuest, faultOf, PLACES } from "./support.ts";

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
