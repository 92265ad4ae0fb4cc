import { byteArray, integer } from "./door.ts";
import { PAGE_BYTES } from "./wasm/exports.ts";

const SLOT_MAXIMUM = 2 ** 32 - 1;

/** What goes into a slot or comes out of it has to be one page. */
export function checkPage(slot: number, bytes: Uint8Array, name: string): void {
  checkSlot(slot);
  byteArray(bytes, name);
  if (bytes.length !== PAGE_BYTES) {
    throw new RangeError(`${name} must be ${PAGE_BYTES} bytes long, not ${bytes.length}`);
  }
}

function checkSlot(slot: number): void {
  integer(slot, "slot", 0, SLOT_MAXIMUM);
}

/** Slots are read after they were written; anything else is a defect of whoever counts them. */
export function neverWritten(slot: number): Error {
  return new Error(`slot ${slot} holds no page`);
}
