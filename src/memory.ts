import { BulkMemory } from "./bulk-memory.ts";
import type { Address } from "./door.ts";
import type { ReadOnlyGuestView, ViewOptions, WritableGuestView } from "./guest-view.ts";
import type { ReadStringOptions, WriteStringOptions } from "./strings.ts";
import { whenReady } from "./when-ready.ts";

/**
 * Memory as the guest's program sees it, named and shaped like DataView, little-endian only. A
 * failing access raises an exception of the guest: the handlers of the process are asked (4.7), and
 * where one resolves it the access is made again.
 *
 * Addresses are integers from 0, below 2^32 in a 32-bit process; above 2^53 they have to be
 * bigints. A single access (`getUint32`, `setFloat64` ...) is all or nothing; the other methods go
 * upwards, and where a fault ends them the bytes below it are done. Every method throws
 *
 * - PageFault when nobody resolves an exception,
 * - TypeError or RangeError for a wrong argument, and nothing has happened,
 * - PageNotReady when the page store of the machine answers by promises, and has to,
 * - Error when the process has ended, or when a handler goes on for ever without resolving
 *   anything,
 * - MachinePoisoned when the core has trapped.
 *
 * For each method there is one whose name ends in Async, for page stores that answer by promises:
 * it does the same and waits for pages that are not in memory. It rejects where the other throws,
 * for a wrong argument too.
 *
 * Windows page: "Memory Protection Constants".
 */
export class GuestMemory extends BulkMemory {
  getUint8Async(address: Address): Promise<number> {
    return whenReady(() => this.getUint8(address));
  }

  getInt8Async(address: Address): Promise<number> {
    return whenReady(() => this.getInt8(address));
  }

  getUint16Async(address: Address): Promise<number> {
    return whenReady(() => this.getUint16(address));
  }

  getInt16Async(address: Address): Promise<number> {
    return whenReady(() => this.getInt16(address));
  }

  getUint32Async(address: Address): Promise<number> {
    return whenReady(() => this.getUint32(address));
  }

  getInt32Async(address: Address): Promise<number> {
    return whenReady(() => this.getInt32(address));
  }

  getBigUint64Async(address: Address): Promise<bigint> {
    return whenReady(() => this.getBigUint64(address));
  }

  getBigInt64Async(address: Address): Promise<bigint> {
    return whenReady(() => this.getBigInt64(address));
  }

  getFloat32Async(address: Address): Promise<number> {
    return whenReady(() => this.getFloat32(address));
  }

  getFloat64Async(address: Address): Promise<number> {
    return whenReady(() => this.getFloat64(address));
  }

  setUint8Async(address: Address, value: number): Promise<void> {
    return whenReady(() => this.setUint8(address, value));
  }

  setInt8Async(address: Address, value: number): Promise<void> {
    return whenReady(() => this.setInt8(address, value));
  }

  setUint16Async(address: Address, value: number): Promise<void> {
    return whenReady(() => this.setUint16(address, value));
  }

  setInt16Async(address: Address, value: number): Promise<void> {
    return whenReady(() => this.setInt16(address, value));
  }

  setUint32Async(address: Address, value: number): Promise<void> {
    return whenReady(() => this.setUint32(address, value));
  }

  setInt32Async(address: Address, value: number): Promise<void> {
    return whenReady(() => this.setInt32(address, value));
  }

  setBigUint64Async(address: Address, value: bigint): Promise<void> {
    return whenReady(() => this.setBigUint64(address, value));
  }

  setBigInt64Async(address: Address, value: bigint): Promise<void> {
    return whenReady(() => this.setBigInt64(address, value));
  }

  setFloat32Async(address: Address, value: number): Promise<void> {
    return whenReady(() => this.setFloat32(address, value));
  }

  setFloat64Async(address: Address, value: number): Promise<void> {
    return whenReady(() => this.setFloat64(address, value));
  }

  readAsync(address: Address, target: number | Uint8Array): Promise<Uint8Array> {
    return whenReady(() => this.read(address, target));
  }

  /** The view may be invalid by the time that whoever waits goes on. */
  viewAsync(
    address: Address,
    length: number,
    options: ViewOptions = {},
  ): Promise<ReadOnlyGuestView | WritableGuestView | undefined> {
    return whenReady(() => this.view(address, length, options));
  }

  /** `bytes` must not change until it is done. */
  writeAsync(address: Address, bytes: Uint8Array): Promise<void> {
    return whenReady(() => this.write(address, bytes));
  }

  readStringAsync(address: Address, options: ReadStringOptions): Promise<string> {
    return whenReady(() => this.readString(address, options));
  }

  writeStringAsync(address: Address, text: string, options: WriteStringOptions): Promise<number> {
    return whenReady(() => this.writeString(address, text, options));
  }

  copyAsync(target: Address, source: Address, length: number): Promise<void> {
    return whenReady(() => this.copy(target, source, length));
  }

  fillAsync(address: Address, value: number, length: number): Promise<void> {
    return whenReady(() => this.fill(address, value, length));
  }

  compareAsync(left: Address, right: Address, length: number): Promise<-1 | 0 | 1> {
    return whenReady(() => this.compare(left, right, length));
  }

  fetchAsync(address: Address, length: number): Promise<Uint8Array> {
    return whenReady(() => this.fetch(address, length));
  }
}
