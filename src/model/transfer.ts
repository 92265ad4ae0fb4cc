import {
  type Access,
  PAGE,
  PAGE_EXECUTE,
  PAGE_EXECUTE_READ,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  READ,
  WRITE,
} from "./constants.ts";
import { roundUp } from "./range.ts";
import { committedIn, endOf, pageOf, runsIn } from "./region.ts";
import type { Answer, CallOptions } from "./space.ts";
import {
  ACCESS_VIOLATION,
  CONFLICTING_ADDRESSES,
  NOT_COMMITTED,
  PARTIAL_COPY,
  PROCESS_IS_TERMINATING,
  SUCCESS,
} from "./status.ts";
import { Watches } from "./watch.ts";

export interface TransferOptions extends CallOptions {
  /** The caller is this very process (12.2#7 and #8). */
  own?: boolean;
}

/** Sections 12.2 and 12.3. The caller's buffer is outside all guests. */
export class Transfers extends Watches {
  readVirtual(
    address: number,
    size: number,
    options: TransferOptions = {},
  ): Answer & { bytes: Uint8Array } {
    const bytes = new Uint8Array(size);
    const answer = this.transfer(address, size, READ, options, (at, done, length) => {
      bytes.set(this.bytesOf(at, length), done);
    });
    return { status: answer.status, rule: answer.rule, bytes: bytes.subarray(0, answer.done) };
  }

  writeVirtual(
    address: number,
    bytes: Uint8Array,
    options: TransferOptions = {},
  ): Answer & { done: number } {
    return this.transfer(address, bytes.length, WRITE, options, (at, done, length) => {
      this.setBytes(at, bytes.subarray(done, done + length));
    });
  }

  /** kernel32's WriteProcessMemory: 12.3 with the last line's recommendation. */
  writeProcess(
    address: number,
    bytes: Uint8Array,
    options: TransferOptions = {},
  ): Answer & { done: number } {
    const refusal = this.refuseWriteProcess(address, bytes.length, options);
    if (refusal !== null) return { ...refusal, done: 0 };
    if (bytes.length === 0) return { status: SUCCESS, rule: "12.3", done: 0 };
    for (let page = pageOf(address); page <= pageOf(address + bytes.length - 1); page += 1) {
      this.patchCode(page);
    }
    this.setBytes(address, bytes);
    return { status: SUCCESS, rule: "12.3", done: bytes.length };
  }

  private transfer(
    address: number,
    size: number,
    access: Access,
    options: TransferOptions,
    move: (at: number, done: number, length: number) => void,
  ): Answer & { done: number } {
    const table = access === READ ? "12.2" : "12.3";
    if (size === 0) return { status: SUCCESS, rule: table, done: 0 };
    const { highestUser } = this.layout;
    if (address > highestUser || size > highestUser + 1 - address) {
      return { status: ACCESS_VIOLATION, rule: table, done: 0 };
    }
    const handle = this.handleFailure(options);
    if (handle !== SUCCESS) return { status: handle, rule: table, done: 0 };
    if (this.exited) return { status: PROCESS_IS_TERMINATING, rule: table, done: 0 };
    for (let done = 0; done < size; ) {
      const at = address + done;
      const length = Math.min(size - done, PAGE - (at % PAGE));
      if (!this.serviceReaches(at, access, options)) {
        return { status: PARTIAL_COPY, rule: table, done };
      }
      move(at, done, length);
      done += length;
    }
    return { status: SUCCESS, rule: table, done: size };
  }

  /** A guard in another process is not touched: the forced fault counts as a violation (12.2#8). */
  private serviceReaches(address: number, access: Access, options: TransferOptions): boolean {
    const page = pageOf(address);
    const guarded = ((this.protectAt(page) ?? 0) & PAGE_GUARD) !== 0;
    if (guarded && options.own !== true) return false;
    return this.faultOn({ page, address }, access) === null;
  }

  private refuseWriteProcess(
    address: number,
    size: number,
    options: TransferOptions,
  ): Answer | null {
    const rule = "12.3";
    const handle = this.handleFailure(options);
    if (handle !== SUCCESS) return { status: handle, rule };
    if (size === 0) return null;
    if (this.exited) return { status: PROCESS_IS_TERMINATING, rule };
    const region = this.regionAt(address);
    const [first, last] = [pageOf(address), pageOf(roundUp(address + size, PAGE)) - 1];
    if (region === null || address + size > endOf(region)) {
      return { status: CONFLICTING_ADDRESSES, rule };
    }
    if (committedIn(region, first, last) !== last - first + 1) {
      return { status: NOT_COMMITTED, rule };
    }
    if (this.anyOffered(first, last)) return { status: CONFLICTING_ADDRESSES, rule };
    const bases = runsIn(region, first, last).map((run) => run.protect & 0xff);
    if (bases.includes(PAGE_NOACCESS) || bases.includes(PAGE_READONLY)) {
      return { status: ACCESS_VIOLATION, rule };
    }
    return null;
  }

  /** A code page of an image that is written becomes a private copy, and stays what it was. */
  private patchCode(page: number): void {
    const base = (this.protectAt(page) ?? 0) & 0xff;
    const image = this.regionAt(page * PAGE)?.kind === "image";
    if (image && (base === PAGE_EXECUTE || base === PAGE_EXECUTE_READ)) {
      this.factsAt(page).copied = true;
    }
  }
}
