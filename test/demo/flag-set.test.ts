import { expect, test } from "vitest";
import {
  ALLOCATION,
  baseMask,
  FILE_ACCESS,
  flagsCode,
  flagsValue,
  PROTECTION,
  SECTION_ATTRIBUTES,
  withBits,
} from "../../demo/calls/flag-set.ts";
import { flagsText } from "../../demo/calls/parameter.ts";

test("a number is written by the names of its flags, and the rest as it is", () => {
  expect(flagsCode(0x3000, ALLOCATION)).toBe("MEM_COMMIT | MEM_RESERVE");
  expect(flagsCode(0x3004, ALLOCATION)).toBe("MEM_COMMIT | MEM_RESERVE | 0x4");
  expect(flagsCode(0, ALLOCATION)).toBe("0");
});

test("a flag of two bits hides the flags of either", () => {
  expect(flagsCode(0x1100_0000, SECTION_ATTRIBUTES)).toBe("SEC_IMAGE_NO_EXECUTE");
  expect(flagsCode(0x100_0000, SECTION_ATTRIBUTES)).toBe("SEC_IMAGE");
});

test("what was written is read again", () => {
  for (const value of [0, 0x104, 0xc000_0004, 0xffff_ffff]) {
    expect(flagsValue(flagsCode(value, PROTECTION))).toBe(value);
  }
  expect(flagsValue("PAGE_NONSENSE")).toBeNaN();
  expect(flagsValue("PAGE_GUARD |")).toBeNaN();
});

test("another base takes the place of the one before, and leaves modifiers alone", () => {
  const guarded = flagsValue("PAGE_READWRITE | PAGE_GUARD");
  const changed = withBits(guarded, baseMask(PROTECTION), flagsValue("PAGE_READONLY"));
  expect(flagsCode(changed, PROTECTION)).toBe("PAGE_READONLY | PAGE_GUARD");
});

test("code is unsigned with the highest bit", () => {
  const code = flagsText(flagsCode(0xc000_0000, FILE_ACCESS), "access");
  expect(code).toBe("(GENERIC_READ | GENERIC_WRITE) >>> 0");
});
