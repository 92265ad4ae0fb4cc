import { type Address, byteArray, integer } from "./door.ts";
import type { Process } from "./process.ts";
import { PAGE_BYTES } from "./wasm/exports.ts";
import { progressOf } from "./when-ready.ts";

/** What the core answers instead of a linear address. */
const NOT_COMMITTED = 0;
const UNTOUCHED = 1;
const ASKS = 2;
const NO_FRAME = 1;

/** Longest read at once, in bytes. */
export const LENGTH_MAXIMUM = 2 ** 32 - 1;

/**
 * Guest memory as a debugger sees it (17.5): any committed page, whatever its protection. Reading
 * and writing raise no exception, clear no guard, mark nothing as written and take no frame for
 * reading; a write to a page that was never touched takes one. Pages that have left memory for the
 * page store come back by both; pages of files by a write alone. Windows pages:
 * "ReadProcessMemory", "WriteProcessMemory", as debuggers use them.
 */
export class DebugView {
  readonly #process: Process;

  constructor(process: Process) {
    this.#process = process;
  }

  /**
   * Read up to `length` bytes, and stop at the first page that is not committed.
   *
   * @param address any address
   * @param length bytes
   * @returns the bytes that could be read, and how many
   * @throws TypeError, RangeError for a wrong argument; Error after the process has ended
   */
  read(address: Address, length: number): { bytes: Uint8Array; done: number } {
    const start = this.#process.door.pointer(address, "address");
    const wanted = integer(length, "length", 0, LENGTH_MAXIMUM);
    this.#process.alive();
    const pieces: Uint8Array[] = [];
    let done = 0;
    while (done < wanted) {
      const count = countInPage(start + done, wanted - done);
      const piece = this.#readInPage(start + done, count);
      if (piece === undefined) break;
      pieces.push(piece);
      done += count;
    }
    return { bytes: joined(pieces, done), done };
  }

  /** Bytes of one page, or undefined where it is not committed. */
  #readInPage(address: number, count: number): Uint8Array | undefined {
    const bytes = new Uint8Array(count);
    const progress = progressOf(this.#process.id, "peek", address, count);
    progress.readsTo(bytes);
    if (progress.done === count) return bytes;
    const isRead = this.#isInFile(address)
      ? this.#readFromFile(address, bytes)
      : this.#readFromMemory(address, bytes);
    if (!isRead) return undefined;
    progress.done = count;
    return bytes;
  }

  /** Whether the page is in its file, and not in memory. */
  #isInFile(address: number): boolean {
    const { core, spaceNumber, machine } = this.#process;
    return core.requests.peekUnserved(spaceNumber, address) === ASKS && machine.pager.isFileAsked;
  }

  /** The page does not come into memory for it, where others could see it. */
  #readFromFile(address: number, bytes: Uint8Array): boolean {
    const page = this.#process.machine.pager.look();
    const start = address % PAGE_BYTES;
    if (page !== undefined) bytes.set(page.subarray(start, start + bytes.length));
    return page !== undefined;
  }

  #readFromMemory(address: number, bytes: Uint8Array): boolean {
    const { core, spaceNumber } = this.#process;
    const ran = core.agent?.begin();
    const linear = core.peek(spaceNumber, address);
    const isHere = linear !== NOT_COMMITTED && linear !== UNTOUCHED;
    if (isHere) bytes.set(core.view.bytes(linear, bytes.length));
    core.agent?.end(ran);
    return linear !== NOT_COMMITTED;
  }

  /**
   * Write bytes, and stop at the first page that is not committed, or where no frame is left for
   * it.
   *
   * @returns bytes written
   * @throws TypeError, RangeError for a wrong argument; Error after the process has ended
   */
  write(address: Address, bytes: Uint8Array): number {
    const start = this.#process.door.pointer(address, "address");
    byteArray(bytes, "bytes");
    const { core, spaceNumber } = this.#process.alive();
    const progress = progressOf(this.#process.id, "poke", start, bytes.length);
    while (progress.done < bytes.length) {
      const { done } = progress;
      const ran = core.agent?.begin();
      const linear = core.poke(spaceNumber, start + done);
      const isHere = linear !== NOT_COMMITTED && linear !== NO_FRAME;
      const count = countInPage(start + done, bytes.length - done);
      if (isHere) core.view.bytes(linear, count).set(bytes.subarray(done, done + count));
      core.agent?.end(ran);
      if (!isHere) break;
      progress.done += count;
    }
    return progress.done;
  }

  /**
   * Whether the page of an address is committed.
   *
   * @throws TypeError, RangeError for a wrong argument; Error after the process has ended
   */
  isCommitted(address: Address): boolean {
    const at = this.#process.door.pointer(address, "address");
    const { core, spaceNumber } = this.#process.alive();
    return core.requests.peekUnserved(spaceNumber, at) !== NOT_COMMITTED;
  }
}

function countInPage(address: number, wanted: number): number {
  return Math.min(wanted, PAGE_BYTES - (address % PAGE_BYTES));
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
