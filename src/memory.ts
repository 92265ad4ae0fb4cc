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
  /** As `getUint8`, and waits. */
  getUint8Async(address: Address): Promise<number> {
    return whenReady(() => this.getUint8(address));
  }

  /** As `getInt8`, and waits. */
  getInt8Async(address: Address): Promise<number> {
    return whenReady(() => this.getInt8(address));
  }

  /** As `getUint16`, and waits. */
  getUint16Async(address: Address): Promise<number> {
    return whenReady(() => this.getUint16(address));
  }

  /** As `getInt16`, and waits. */
  getInt16Async(address: Address): Promise<number> {
    return whenReady(() => this.getInt16(address));
  }

  /** As `getUint32`, and waits. */
  getUint32Async(address: Address): Promise<number> {
    return whenReady(() => this.getUint32(address));
  }

  /** As `getInt32`, and waits. */
  getInt32Async(address: Address): Promise<number> {
    return whenReady(() => this.getInt32(address));
  }

  /** As `getBigUint64`, and waits. */
  getBigUint64Async(address: Address): Promise<bigint> {
    return whenReady(() => this.getBigUint64(address));
  }

  /** As `getBigInt64`, and waits. */
  getBigInt64Async(address: Address): Promise<bigint> {
    return whenReady(() => this.getBigInt64(address));
  }

  /** As `getFloat32`, and waits. */
  getFloat32Async(address: Address): Promise<number> {
    return whenReady(() => this.getFloat32(address));
  }

  /** As `getFloat64`, and waits. */
  getFloat64Async(address: Address): Promise<number> {
    return whenReady(() => this.getFloat64(address));
  }

  /** As `setUint8`, and waits. */
  setUint8Async(address: Address, value: number): Promise<void> {
    return whenReady(() => this.setUint8(address, value));
  }

  /** As `setInt8`, and waits. */
  setInt8Async(address: Address, value: number): Promise<void> {
    return whenReady(() => this.setInt8(address, value));
  }

  /** As `setUint16`, and waits. */
  setUint16Async(address: Address, value: number): Promise<void> {
    return whenReady(() => this.setUint16(address, value));
  }

  /** As `setInt16`, and waits. */
  setInt16Async(address: Address, value: number): Promise<void> {
    return whenReady(() => this.setInt16(address, value));
  }

  /** As `setUint32`, and waits. */
  setUint32Async(address: Address, value: number): Promise<void> {
    return whenReady(() => this.setUint32(address, value));
  }

  /** As `setInt32`, and waits. */
  setInt32Async(address: Address, value: number): Promise<void> {
    return whenReady(() => this.setInt32(address, value));
  }

  /** As `setBigUint64`, and waits. */
  setBigUint64Async(address: Address, value: bigint): Promise<void> {
    return whenReady(() => this.setBigUint64(address, value));
  }

  /** As `setBigInt64`, and waits. */
  setBigInt64Async(address: Address, value: bigint): Promise<void> {
    return whenReady(() => this.setBigInt64(address, value));
  }

  /** As `setFloat32`, and waits. */
  setFloat32Async(address: Address, value: number): Promise<void> {
    return whenReady(() => this.setFloat32(address, value));
  }

  /** As `setFloat64`, and waits. */
  setFloat64Async(address: Address, value: number): Promise<void> {
    return whenReady(() => this.setFloat64(address, value));
  }

  /** As `read`, and waits. */
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

  /** As `readString`, and waits. */
  readStringAsync(address: Address, options: ReadStringOptions): Promise<string> {
    return whenReady(() => this.readString(address, options));
  }

  /** As `writeString`, and waits. */
  writeStringAsync(address: Address, text: string, options: WriteStringOptions): Promise<number> {
    return whenReady(() => this.writeString(address, text, options));
  }

  /** As `copy`, and waits. */
  copyAsync(target: Address, source: Address, length: number): Promise<void> {
    return whenReady(() => this.copy(target, source, length));
  }

  /** As `fill`, and waits. */
  fillAsync(address: Address, value: number, length: number): Promise<void> {
    return whenReady(() => this.fill(address, value, length));
  }

  /** As `compare`, and waits. */
  compareAsync(left: Address, right: Address, length: number): Promise<-1 | 0 | 1> {
    return whenReady(() => this.compare(left, right, length));
  }

  /** As `fetch`, and waits. */
  fetchAsync(address: Address, length: number): Promise<Uint8Array> {
    return whenReady(() => this.fetch(address, length));
  }
}
