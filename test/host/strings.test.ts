import { describe, expect, test } from "vitest";
import { PAGE_NOACCESS } from "../../src/constants.ts";
import type { ReadStringOptions, WriteStringOptions } from "../../src/index.ts";
import { BASE, createGuest, faultOf, PAGE } from "./support.ts";

const TEXTS = [
  ["utf-8", "grüße, 日本 🙂", 20, 1],
  ["utf-16le", "日本 🙂 \ud800", 14, 2],
  ["latin1", "caf\xe9\x80\x9f", 6, 1],
] as const;

describe.each(TEXTS)("%s", (encoding, text, bytes, unit) => {
  test("round trip, with the NUL counted", async () => {
    const guest = await createGuest({ profile: "win32" });
    guest.pages(2);
    for (const at of [BASE, BASE + PAGE - 5]) {
      guest.memory.fill(BASE, 0xff, 2 * PAGE);
      expect(guest.memory.writeString(at, text, { encoding })).toBe(bytes + unit);
      expect(guest.memory.readString(at, { encoding })).toBe(text);
      expect(guest.memory.readString(at, { encoding, length: bytes })).toBe(text);
      expect(guest.memory.getUint8(at + bytes + unit)).toBe(0xff);
    }
  });

  test("without a NUL", async () => {
    const guest = await createGuest({ profile: "win32" });
    guest.pages(2);
    guest.memory.fill(BASE, 0xff, PAGE);
    expect(guest.memory.writeString(BASE, text, { encoding, terminate: false })).toBe(bytes);
    expect(guest.memory.getUint8(BASE + bytes)).toBe(0xff);
    expect(guest.memory.readString(BASE, { encoding, maxBytes: bytes })).toBe(text);
    expect(guest.memory.readString(BASE, { encoding, maxBytes: 0 })).toBe("");
    expect(guest.memory.readString(BASE, { encoding, length: 0 })).toBe("");
  });

  test("no page behind the NUL is looked at", async () => {
    const guest = await createGuest({ profile: "win32" });
    guest.pages(2);
    guest.protect(BASE + PAGE, PAGE_NOACCESS);
    const at = BASE + PAGE - bytes - unit;
    guest.memory.writeString(at, text, { encoding });
    expect(guest.memory.readString(at, { encoding })).toBe(text);
    guest.memory.fill(BASE + PAGE - unit, 0x41, unit);
    const fault = faultOf(() => guest.memory.readString(at, { encoding }));
    expect([fault.access, fault.address]).toEqual([0, BASE + PAGE]);
  });
});

test("a UTF-16 NUL is a whole character, at an odd address and over a boundary too", async () => {
  const guest = await createGuest();
  guest.pages(2);
  const at = BASE + PAGE - 7;
  const text = "a\u0100\u0001b";
  guest.memory.fill(BASE, 0xff, 2 * PAGE);
  guest.memory.writeString(at, text, { encoding: "utf-16le" });
  expect(guest.memory.readString(at, { encoding: "utf-16le" })).toBe(text);
});

test("long strings", async () => {
  const guest = await createGuest();
  guest.pages(32);
  const text = "0123456789abcdef".repeat(0x1800);
  guest.memory.writeString(BASE + 3, text, { encoding: "latin1" });
  expect(guest.memory.readString(BASE + 3, { encoding: "latin1" })).toBe(text);
});

test("a byte order mark is a character like any other", async () => {
  const guest = await createGuest();
  guest.pages(1);
  for (const encoding of ["utf-8", "utf-16le"] as const) {
    guest.memory.writeString(BASE, "\ufeffx", { encoding });
    expect(guest.memory.readString(BASE, { encoding })).toBe("\ufeffx");
  }
});

test("bad input at the door", async () => {
  const guest = await createGuest({ profile: "win32" });
  guest.pages(1);
  const { memory } = guest;
  const read = (options: unknown) => () => memory.readString(BASE, options as ReadStringOptions);
  const write = (text: unknown, options: unknown) => () =>
    memory.writeString(BASE, text as string, options as WriteStringOptions);
  guest.refuses(
    TypeError,
    /must be|there is no option/,
    read(undefined),
    read("utf-8"),
    read({ encoding: 8 }),
    read({ encoding: "utf-8", bytes: 4 }),
    read({ encoding: "utf-8", length: "4" }),
    write(5, { encoding: "utf-8" }),
    write("a", undefined),
    write("a", { encoding: "utf-8", terminate: 1 }),
    write("a", { encoding: "utf-8", length: 1 }),
  );
  guest.refuses(
    RangeError,
    /must be|text has/,
    read({ encoding: "ascii" }),
    read({ encoding: "utf-16le", length: 3 }),
    read({ encoding: "utf-8", length: -1 }),
    read({ encoding: "utf-8", maxBytes: Number.NaN }),
    write("a", { encoding: "UTF-8" }),
    write("\u0100", { encoding: "latin1" }),
  );
});
