import { expect, test } from "vitest";
import { TRANSLATION } from "../../src/wasm/access-contract.ts";
import * as numbers from "../../src/wasm/access-numbers.ts";
import { AccessBit, PAGE_BYTES } from "../../src/wasm/exports.ts";

const WORD_BYTES = 4;

test("the literals of the fast paths are the numbers of the contract", () => {
  expect(numbers).toMatchObject({
    LOAD_BYTE: AccessBit.R,
    STORE_BYTE: AccessBit.W,
    LOAD_SPAN: AccessBit.RS,
    STORE_SPAN: AccessBit.WS,
    PAGE_MASK: PAGE_BYTES - 1,
    READ_TAG: TRANSLATION.readTag / WORD_BYTES,
    WRITE_TAG: TRANSLATION.writeTag / WORD_BYTES,
    ADDEND: TRANSLATION.addend / WORD_BYTES,
    ENTRY_MASK: TRANSLATION.entries - 1,
  });
  expect(WORD_BYTES << numbers.ENTRY_SHIFT).toBe(1 << TRANSLATION.entryShift);
  expect(numbers.TRANSLATION_WORDS).toBe(TRANSLATION.entries << numbers.ENTRY_SHIFT);
});
