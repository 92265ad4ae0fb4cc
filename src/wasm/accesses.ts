import type { CoreExports } from "./exports.ts";
import type { Link } from "./link.ts";

/** The i64 form of a fetch, for addresses above 2^53. */
interface WideExports extends CoreExports {
  fetch(context: number, address: bigint, size: number): number;
}

/**
 * Accesses of the context's current space. A load that fails answers anything, a store nothing; the outcome stays in the
 * context until `clear`.
 */
export class Accesses {
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
  }

  loadU8(address: number): number {
    try {
      return this.#link.exports.loadU8F64(this.#link.context, address);
    } catch (error) {
      throw this.#link.trapped(error);
    }
  }

  loadU16(address: number): number {
    try {
      return this.#link.exports.loadU16F64(this.#link.context, address);
    } catch (error) {
      throw this.#link.trapped(error);
    }
  }

  loadU32(address: number): number {
    try {
      return this.#link.exports.loadU32F64(this.#link.context, address) >>> 0;
    } catch (error) {
      throw this.#link.trapped(error);
    }
  }

  loadU64(address: number): bigint {
    try {
      return BigInt.asUintN(64, this.#link.exports.loadU64F64(this.#link.context, address));
    } catch (error) {
      throw this.#link.trapped(error);
    }
  }

  loadF32(address: number): number {
    try {
      return this.#link.exports.loadF32F64(this.#link.context, address);
    } catch (error) {
      throw this.#link.trapped(error);
    }
  }

  loadF64(address: number): number {
    try {
      return this.#link.exports.loadF64F64(this.#link.context, address);
    } catch (error) {
      throw this.#link.trapped(error);
    }
  }

  storeU8(address: number, value: number): void {
    try {
      this.#link.exports.storeU8F64(this.#link.context, address, value);
    } catch (error) {
      throw this.#link.trapped(error);
    }
  }

  storeU16(address: number, value: number): void {
    try {
      this.#link.exports.storeU16F64(this.#link.context, address, value);
    } catch (error) {
      throw this.#link.trapped(error);
    }
  }

  storeU32(address: number, value: number): void {
    try {
      this.#link.exports.storeU32F64(this.#link.context, address, value);
    } catch (error) {
      throw this.#link.trapped(error);
    }
  }

  storeU64(address: number, value: bigint): void {
    try {
      this.#link.exports.storeU64F64(this.#link.context, address, value);
    } catch (error) {
      throw this.#link.trapped(error);
    }
  }

  storeF32(address: number, value: number): void {
    try {
      this.#link.exports.storeF32F64(this.#link.context, address, value);
    } catch (error) {
      throw this.#link.trapped(error);
    }
  }

  storeF64(address: number, value: number): void {
    try {
      this.#link.exports.storeF64F64(this.#link.context, address, value);
    } catch (error) {
      throw this.#link.trapped(error);
    }
  }

  /** A load at any address of 64 bits. */
  loadSlow(address: bigint, sizeBytes: number): void {
    try {
      this.#link.exports.loadSlow(this.#link.context, address, sizeBytes);
    } catch (error) {
      throw this.#link.trapped(error);
    }
  }

  /** A store of zero at any address of 64 bits. */
  storeSlow(address: bigint, sizeBytes: number): void {
    try {
      this.#link.exports.storeSlow(this.#link.context, address, sizeBytes, 0n);
    } catch (error) {
      throw this.#link.trapped(error);
    }
  }

  /** Linear address of as many bytes from `address` on as lie together (result 0 says how many), or 0. */
  probeRange(address: number, length: number, access: number): number {
    try {
      return this.#link.exports.probeRangeF64(this.#link.context, address, length, access) >>> 0;
    } catch (error) {
      throw this.#link.trapped(error);
    }
  }

  /** Whether an access would succeed, with all its effects but the bytes. Leaves no outcome. */
  asks(address: number, sizeBytes: number, access: number): boolean {
    try {
      const outcome = this.#link.exports.askF64(this.#link.context, address, sizeBytes, access);
      if (outcome !== 0) this.#link.exports.outcomeClear(this.#link.context);
      return outcome === 0;
    } catch (error) {
      throw this.#link.trapped(error);
    }
  }

  fetch(address: number, sizeBytes: number): void {
    try {
      this.#link.exports.fetchF64(this.#link.context, address, sizeBytes);
    } catch (error) {
      throw this.#link.trapped(error);
    }
  }

  /** A fetch at any address of 64 bits. */
  fetchSlow(address: bigint, sizeBytes: number): void {
    try {
      (this.#link.exports as WideExports).fetch(this.#link.context, address, sizeBytes);
    } catch (error) {
      throw this.#link.trapped(error);
    }
  }

  copy(target: number, source: number, length: number): void {
    try {
      this.#link.exports.copyF64(this.#link.context, target, source, length);
    } catch (error) {
      throw this.#link.trapped(error);
    }
  }

  fill(address: number, value: number, length: number): void {
    try {
      this.#link.exports.fillF64(this.#link.context, address, value, length);
    } catch (error) {
      throw this.#link.trapped(error);
    }
  }

  compare(left: number, right: number, length: number): void {
    try {
      this.#link.exports.compareF64(this.#link.context, left, right, length);
    } catch (error) {
      throw this.#link.trapped(error);
    }
  }

  clear(): void {
    try {
      this.#link.exports.outcomeClear(this.#link.context);
    } catch (error) {
      throw this.#link.trapped(error);
    }
  }
}
