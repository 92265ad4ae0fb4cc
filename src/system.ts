import { type Address, byteArray, integer } from "./door.ts";
import type { Process } from "./process.ts";
import { readAsked, writeAsked } from "./service-bytes.ts";
import { succeeded } from "./status.ts";
import { Access } from "./wasm/exports.ts";

/** What a system service came to. */
export interface ServiceCopy {
  /** NTSTATUS: 0, ACCESS_VIOLATION (998) or INVALID_USER_BUFFER (1784). */
  readonly status: number;
  /** Bytes that were copied: all of them, or none. */
  readonly transferred: number;
}

/** How a system service copies. */
export interface ServiceCopyOptions {
  /**
   * Bytes of the buffer that the caller described, when fewer are copied: the service looks at all
   * of them first, and marks all of them as written. Default: as many as are copied.
   */
  probe?: number;
}

const PROBE_MAXIMUM = 2 ** 47;

/**
 * Guest memory as a system service touches it, for hosts that emulate ReadFile, WriteFile and the
 * like (semantics 4.8): the buffer is looked at before anything happens, a fault becomes the
 * service's failure and reaches no handler of the guest, a guard page that is met is disarmed, and
 * the pages of a buffer that is written are marked by the write watch, all of them.
 */
export class SystemMemory {
  readonly #process: Process;

  constructor(process: Process) {
    this.#process = process;
  }

  /**
   * Copy bytes out of the system into the guest, as ReadFile does.
   *
   * @param address guest address of the caller's buffer
   * @throws TypeError, RangeError for a wrong argument; Error after the process has ended
   */
  copyOut(address: Address, bytes: Uint8Array, options: ServiceCopyOptions = {}): ServiceCopy {
    byteArray(bytes, "bytes");
    const at = this.#process.door.pointer(address, "address");
    const status = this.#ask(at, bytes.length, options, Access.Write);
    if (!succeeded(status)) return { status, transferred: 0 };
    return { status, transferred: writeAsked(this.#process, at, bytes) };
  }

  /**
   * Copy bytes of the guest into the system, as WriteFile does.
   *
   * @param address guest address of the caller's buffer
   * @param bytes filled on success, untouched otherwise
   * @throws TypeError, RangeError for a wrong argument; Error after the process has ended
   */
  copyIn(address: Address, bytes: Uint8Array, options: ServiceCopyOptions = {}): ServiceCopy {
    byteArray(bytes, "bytes");
    const at = this.#process.door.pointer(address, "address");
    const status = this.#ask(at, bytes.length, options, Access.Read);
    if (!succeeded(status)) return { status, transferred: 0 };
    const read = readAsked(this.#process, at, bytes.length);
    bytes.set(read);
    return { status, transferred: read.length };
  }

  #ask(at: number, length: number, { probe = length }: ServiceCopyOptions, access: number): number {
    const described = integer(probe, "probe", length, PROBE_MAXIMUM);
    return this.#process.enter().accesses.serviceAsk(at, described, access);
  }
}
