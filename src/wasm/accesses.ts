import { OUTCOME_CODE_WRITTEN } from "./code-exports.ts";
import type { CoreExports } from "./exports.ts";
import type { Link } from "./link.ts";

/** The i64 form of a fetch, for addresses above 2^53. */
interface WideExports extends CoreExports {
  fetch(context: number, address: bigint, size: number): number;
}

/**
 * Accesses of the context's current space. A load that fails answers anything, a store nothing; the
 * outcome stays in the context until `clear`.
 */
export class Accesses {
  private readonly link: Link;
  private readonly context: number;
  private exports: CoreExports;

  constructor(link: Link) {
    this.link = link;
    this.context = link.context;
    this.exports = link.exports;
    link.onExports((exports) => {
      this.exports = exports;
    });
  }

  loadU8(address: number): number {
    try {
      return this.exports.loadU8F64(this.context, address);
    } catch (error) {
      throw this.link.trapped(error);
    }
  }

  loadU16(address: number): number {
    try {
      return this.exports.loadU16F64(this.context, address);
    } catch (error) {
      throw this.link.trapped(error);
    }
  }

  loadU32(address: number): number {
    try {
      return this.exports.loadU32F64(this.context, address) >>> 0;
    } catch (error) {
      throw this.link.trapped(error);
    }
  }

  loadU64(address: number): bigint {
    try {
      return BigInt.asUintN(64, this.exports.loadU64F64(this.context, address));
    } catch (error) {
      throw this.link.trapped(error);
    }
  }

  loadF32(address: number): number {
    try {
      return this.exports.loadF32F64(this.context, address);
    } catch (error) {
      throw this.link.trapped(error);
    }
  }

  loadF64(address: number): number {
    try {
      return this.exports.loadF64F64(this.context, address);
    } catch (error) {
      throw this.link.trapped(error);
    }
  }

  storeU8(address: number, value: number): void {
    try {
      this.exports.storeU8F64(this.context, address, value);
    } catch (error) {
      throw this.link.trapped(error);
    }
  }

  storeU16(address: number, value: number): void {
    try {
      this.exports.storeU16F64(this.context, address, value);
    } catch (error) {
      throw this.link.trapped(error);
    }
  }

  storeU32(address: number, value: number): void {
    try {
      this.exports.storeU32F64(this.context, address, value);
    } catch (error) {
      throw this.link.trapped(error);
    }
  }

  storeU64(address: number, value: bigint): void {
    try {
      this.exports.storeU64F64(this.context, address, value);
    } catch (error) {
      throw this.link.trapped(error);
    }
  }

  storeF32(address: number, value: number): void {
    try {
      this.exports.storeF32F64(this.context, address, value);
    } catch (error) {
      throw this.link.trapped(error);
    }
  }

  storeF64(address: number, value: number): void {
    try {
      this.exports.storeF64F64(this.context, address, value);
    } catch (error) {
      throw this.link.trapped(error);
    }
  }

  /** A load at any address of 64 bits. */
  loadSlow(address: bigint, sizeBytes: number): void {
    try {
      this.exports.loadSlow(this.context, address, sizeBytes);
    } catch (error) {
      throw this.link.trapped(error);
    }
  }

  /** A store of zero at any address of 64 bits. */
  storeSlow(address: bigint, sizeBytes: number): void {
    try {
      this.exports.storeSlow(this.context, address, sizeBytes, 0n);
    } catch (error) {
      throw this.link.trapped(error);
    }
  }

  /**
   * Linear address of as many bytes from `address` on as lie together (result 0 says how many), or
   * 0.
   */
  probeRange(address: number, length: number, access: number): number {
    try {
      return this.exports.probeRangeF64(this.context, address, length, access) >>> 0;
    } catch (error) {
      throw this.link.trapped(error);
    }
  }

  /** Whether an access would succeed, with all its effects but the bytes. Leaves no outcome. */
  asks(address: number, sizeBytes: number, access: number): boolean {
    try {
      let outcome = this.exports.askF64(this.context, address, sizeBytes, access);
      while (outcome === OUTCOME_CODE_WRITTEN) {
        this.link.codeStops += 1;
        this.exports.outcomeClear(this.context);
        outcome = this.exports.askF64(this.context, address, sizeBytes, access);
      }
      if (outcome !== 0) this.exports.outcomeClear(this.context);
      return outcome === 0;
    } catch (error) {
      throw this.link.trapped(error);
    }
  }

  /** As a system service asks about a whole buffer before it touches it: NTSTATUS. */
  serviceAsk(address: number, length: number, access: number): number {
    try {
      return this.exports.serviceAskF64(this.context, address, length, access) >>> 0;
    } catch (error) {
      throw this.link.trapped(error);
    }
  }

  fetch(address: number, sizeBytes: number): void {
    try {
      this.exports.fetchF64(this.context, address, sizeBytes);
    } catch (error) {
      throw this.link.trapped(error);
    }
  }

  /** A fetch at any address of 64 bits. */
  fetchSlow(address: bigint, sizeBytes: number): void {
    try {
      (this.exports as WideExports).fetch(this.context, address, sizeBytes);
    } catch (error) {
      throw this.link.trapped(error);
    }
  }

  copy(target: number, source: number, length: number): void {
    try {
      this.exports.copyF64(this.context, target, source, length);
    } catch (error) {
      throw this.link.trapped(error);
    }
  }

  fill(address: number, value: number, length: number): void {
    try {
      this.exports.fillF64(this.context, address, value, length);
    } catch (error) {
      throw this.link.trapped(error);
    }
  }

  compare(left: number, right: number, length: number): void {
    try {
      this.exports.compareF64(this.context, left, right, length);
    } catch (error) {
      throw this.link.trapped(error);
    }
  }

  clear(): void {
    try {
      this.exports.outcomeClear(this.context);
    } catch (error) {
      throw this.link.trapped(error);
    }
  }
}
