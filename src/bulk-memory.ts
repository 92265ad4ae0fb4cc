import { compareBytes, copyBytes, fetchBytes, fillBytes, readBytes, writeBytes } from "./bulk.ts";
import { LENGTH_MAXIMUM } from "./debug-view.ts";
import { type Address, byteArray, type Door, integer, optionBag, truth } from "./door.ts";
import {
  type ReadOnlyGuestView,
  type ViewOptions,
  viewOf,
  type WritableGuestView,
} from "./guest-view.ts";
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

  /**
   * The bytes of a range as a typed array over the place where they lie, to be read or written in
   * place. Asks for every page as an access of the guest would: for reading, or with `write` for
   * writing, with guards, marks of the write watch and copies as by a store. A view that was asked
   * for reading may be written where every page allows that already.
   *
   * `valid` of the view says whether it may still be used.
   *
   * @param length bytes; for 0 bytes nothing is asked
   * @returns undefined where there can be none, and `read` and `write` remain: the bytes do not lie
   *   together, or have to be asked for at each access (enclaves from outside, a hard limit of the
   *   working set, memory that all processes of Windows 9x and CE see), or the machine has threads,
   *   any of which may take a right away at any time. Private memory of a
   *   windowed space lies together. In a translated space a page does; more pages may, up to 4 MB
   *
   * @example
   * const bytes = memory.view(address, 0x1000) ?? memory.read(address, 0x1000);
   */
  view(address: Address, length: number): ReadOnlyGuestView | WritableGuestView | undefined;
  view(
    address: Address,
    length: number,
    options: ViewOptions & { readonly write: true },
  ): WritableGuestView | undefined;
  view(
    address: Address,
    length: number,
    options: ViewOptions,
  ): ReadOnlyGuestView | WritableGuestView | undefined;
  view(
    address: Address,
    length: number,
    options: ViewOptions = {},
  ): ReadOnlyGuestView | WritableGuestView | undefined {
    const start = this.#door.exactPointer(address, "address");
    integer(length, "length", 0, LENGTH_MAXIMUM);
    optionBag(options, "options", ["write"]);
    const write = options.write !== undefined && truth(options.write, "write");
    return viewOf(this.#process, start, length, write);
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
