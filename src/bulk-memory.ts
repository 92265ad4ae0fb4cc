import { compareBytes, copyBytes, fetchBytes, fillBytes, readBytes, writeBytes } from "./bulk.ts";
import { LENGTH_MAXIMUM } from "./debug-view.ts";
import { type Address, byteArray, type Door, integer } from "./door.ts";
import type { Process } from "./process.ts";
import { ScalarMemory } from "./scalar-memory.ts";
import {
  checkReadString,
  checkWriteString,
  type ReadStringOptions,
  readString,
  type WriteStringOptions,
  writeString,
} from "./strings.ts";

const LONGEST_INSTRUCTION_BYTES = 15;

/** Accesses of any length. */
export class BulkMemory extends ScalarMemory {
  readonly #process: Process;
  readonly #door: Door;

  /** @internal */
  constructor(process: Process) {
    super(process);
    this.#process = process;
    this.#door = process.door;
  }

  /**
   * Read bytes.
   *
   * @param target how many bytes, or the array to fill
   * @returns the bytes: a new array, or `target`
   */
  read(address: Address, target: number | Uint8Array): Uint8Array {
    const start = this.#door.exactPointer(address, "address");
    const isArray = target instanceof Uint8Array;
    const length = isArray ? target.length : integer(target, "length", 0, LENGTH_MAXIMUM);
    this.#process.enter();
    const bytes = isArray ? target : new Uint8Array(length);
    readBytes(this.#process, start, bytes);
    return bytes;
  }

  /** Write bytes. */
  write(address: Address, bytes: Uint8Array): void {
    const start = this.#door.exactPointer(address, "address");
    byteArray(bytes, "bytes");
    this.#process.enter();
    writeBytes(this.#process, start, bytes);
  }

  /**
   * Read a string: up to its NUL, or `length` bytes. Pages behind the NUL are not looked at. Bytes
   * that are no UTF-8 become U+FFFD.
   *
   * @example
   * memory.readString(0x403000, { encoding: "utf-16le" });
   */
  readString(address: Address, options: ReadStringOptions): string {
    const start = this.#door.exactPointer(address, "address");
    checkReadString(options);
    this.#process.enter();
    return readString(this.#process, start, options);
  }

  /**
   * Write a string, with a NUL behind it unless `terminate` is false.
   *
   * @returns bytes written, the NUL included
   * @throws RangeError for a character that latin1 does not have
   */
  writeString(address: Address, text: string, options: WriteStringOptions): number {
    const start = this.#door.exactPointer(address, "address");
    checkWriteString(text, options);
    this.#process.enter();
    return writeString(this.#process, start, text, options);
  }

  /**
   * Copy bytes, as memmove does: the ranges may overlap. Byte k is read before it is written; with
   * overlap and the target above the source, all pages are asked first, and a fault leaves
   * everything as it was (17.5).
   *
   * @param length bytes
   */
  copy(target: Address, source: Address, length: number): void {
    const to = this.#door.exactPointer(target, "target");
    const from = this.#door.exactPointer(source, "source");
    const bytes = this.#door.pointer(length, "length");
    this.#process.enter();
    copyBytes(this.#process, to, from, bytes);
  }

  /**
   * Set bytes to one value.
   *
   * @param value 0 to 255
   * @param length bytes
   */
  fill(address: Address, value: number, length: number): void {
    const start = this.#door.exactPointer(address, "address");
    integer(value, "value", 0, 0xff);
    const bytes = this.#door.pointer(length, "length");
    this.#process.enter();
    fillBytes(this.#process, start, value, bytes);
  }

  /**
   * Compare bytes as unsigned numbers, up to the first that differ.
   *
   * @param length bytes
   * @returns -1 where the left one is less, 0 where all are equal, 1
   */
  compare(left: Address, right: Address, length: number): -1 | 0 | 1 {
    const one = this.#door.exactPointer(left, "left");
    const other = this.#door.exactPointer(right, "right");
    const bytes = this.#door.pointer(length, "length");
    this.#process.enter();
    return compareBytes(this.#process, one, other, bytes);
  }

  /**
   * Fetch the bytes of an instruction: an access of kind 8 (execute). ExceptionAddress of a fault
   * is `address`.
   *
   * @param length bytes, 1 to 15
   */
  fetch(address: Address, length: number): Uint8Array {
    const start = this.#door.exactPointer(address, "address");
    integer(length, "length", 1, LONGEST_INSTRUCTION_BYTES);
    this.#process.enter();
    return fetchBytes(this.#process, start, length);
  }
}
