import fc from "fast-check";
import { expect, test } from "vitest";
import { decode, encode } from "../../src/recording/values.ts";

const none = () => undefined;
const returned = (value: unknown) => {
  return decode(JSON.parse(JSON.stringify(encode(value, none))), none);
};

const leaf = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.bigInt(),
  fc.string(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0, Number.NaN),
  fc.uint8Array(),
);
const value = fc.letrec((tie) => ({
  all: fc.oneof(leaf, fc.array(tie("all")), fc.dictionary(fc.string(), tie("all"))),
})).all;

test("every value comes back from its row as it was", () => {
  fc.assert(
    fc.property(value, (given) => {
      const back = returned({ given });
      expect(back).toEqual({ given });
    }),
  );
});

test("a double comes back with all of its bits", () => {
  fc.assert(
    fc.property(fc.double(), (given) => {
      expect(Object.is(returned(given), given)).toBe(true);
    }),
  );
});

test.each([
  ["a word of no language", "nothing"],
  ["an unknown tag", { unknown: 1 }],
  ["bytes that are no base64", { bytes: "%" }],
  ["a bigint that is no number", { bigint: "1" }],
  ["fields that are none", { fields: 4 }],
])("%s is refused", (_what, encoded) => {
  expect(() => decode(encoded as never, none)).toThrow(RangeError);
});
