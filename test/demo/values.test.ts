import { expect, test } from "vitest";
import { valuesOf } from "../../demo/bytes/values.ts";
import { addressOf } from "../../demo/session/address-expression.ts";

test("values are read in the byte order of Windows, as far as there are bytes", () => {
  const bytes = Uint8Array.of(0x00, 0x00, 0x80, 0xbf, 0x41, 0x00, 0x42, 0x00, 0x00, 0x00);
  const texts = (from: Uint8Array) => {
    return Object.fromEntries(valuesOf(from, 4).map(({ name, text }) => [name, text]));
  };
  expect(texts(bytes)).toMatchObject({
    u8: "0 (0x0)",
    u16: "0 (0x0)",
    u32: "3212836864 (0xbf800000)",
    u64: `${0x420041bf800000n} (0x420041bf800000)`,
    i32: "-1082130432",
    f32: "-1",
    text: "",
  });
  expect(texts(bytes.subarray(4))).toMatchObject({ text: "A", "UTF-16": "AB", u64: "" });
  const addresses = (pointerBytes: 4 | 8) => {
    return valuesOf(bytes, pointerBytes).flatMap(({ name, address }) => {
      return address === undefined ? [] : [name];
    });
  };
  expect(addresses(4)).toEqual(["u32"]);
  expect(addresses(8)).toEqual(["u64"]);
});

test.each([
  ["0x7ffe0000", 0x7ffe0000],
  ["7ffe0000", 0x7ffe0000],
  ["00401000", 0x401000],
  ["401000h", 0x401000],
  ["00007ffe`00001000", 0x7ffe00001000],
  ["4096", 4096],
  ["base + 0x10 - 4", 0x5000c],
  ["BASE+10", 0x5000a],
  ["", undefined],
  ["base 10", undefined],
  ["nowhere", undefined],
  ["0x", undefined],
])("%j is the address %j", (text, address) => {
  expect(addressOf(text, { base: 0x50000 })).toBe(address);
});
