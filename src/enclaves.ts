import { ENCLAVE_TYPE_SGX, ENCLAVE_TYPE_SGX2, ENCLAVE_TYPE_VBS } from "./constants/enclave.ts";
import { ERROR_INVALID_PARAMETER } from "./constants/error.ts";
import { type Address, shown } from "./door.ts";
import type { Process } from "./process.ts";
import { succeeded } from "./status.ts";
import { EnclavePageFlag } from "./wasm/enclaves-exports.ts";
import { PAGE_BYTES } from "./wasm/exports.ts";

/** A kind of enclaves that a machine can have. */
export type EnclaveKind = "SGX1" | "SGX2" | "VBS";

/** A committed page of an enclave. */
export interface EnclavePage {
  /** First address of the page. */
  readonly address: number;
  /** PAGE_*, as VirtualQuery shows it. */
  readonly protect: number;
  /** Whether the measurement of the enclave covers its content. */
  readonly measured: boolean;
  /** Added to a running enclave, which has not accepted it yet. */
  readonly pending: boolean;
}

const TYPES: Readonly<Record<EnclaveKind, number>> = {
  SGX1: ENCLAVE_TYPE_SGX,
  SGX2: ENCLAVE_TYPE_SGX2,
  VBS: ENCLAVE_TYPE_VBS,
};

/** @throws TypeError, RangeError where it is not a list of kinds */
export function checkEnclaveKinds(kinds: unknown): readonly EnclaveKind[] {
  if (!Array.isArray(kinds)) throw new TypeError(`enclaves must be an array, not ${shown(kinds)}`);
  for (const kind of kinds) {
    if (typeof kind !== "string") {
      throw new TypeError(`enclaves must be strings, not ${shown(kind)}`);
    }
    if (!Object.hasOwn(TYPES, kind)) {
      const alternatives = Object.keys(TYPES).map((name) => `"${name}"`);
      throw new RangeError(`enclaves must be of ${alternatives.join(", ")}, not ${shown(kind)}`);
    }
  }
  return Object.freeze([...kinds]);
}

/** The sum of their ENCLAVE_TYPE_* values. */
export function enclaveTypes(kinds: readonly EnclaveKind[]): number {
  return kinds.reduce((sum, kind) => sum | TYPES[kind], 0);
}

/** A thread of the process has left the enclave that begins there. */
export function enclaveLeft(process: Process, base: number): void {
  if (process.exited || process.core.poison !== undefined) return;
  process.enter().enclaves.leave(base);
  tellEnclave(process);
}

/** The core is told where the current thread is. */
export function tellEnclave(process: Process): void {
  if (process.exited || process.core.poison !== undefined) return;
  process.enter().enclaves.inside(process.currentThread.enclave);
}

export function acceptEnclavePage(process: Process, address: Address): boolean {
  const at = process.door.pointer(address, "address");
  const isAccepted = succeeded(process.enter().enclaves.accept(at));
  if (!isAccepted) process.currentThread.lastError = ERROR_INVALID_PARAMETER;
  return isAccepted;
}

export function enclavePages(process: Process, address: Address): EnclavePage[] {
  const at = process.door.pointer(address, "address");
  const { enclaves, view } = process.enter();
  const pages: EnclavePage[] = [];
  for (let from = 0; enclaves.nextPage(at, from); from = view.result(0) + PAGE_BYTES) {
    const flags = view.result(2);
    pages.push({
      address: view.result(0),
      protect: view.result(1),
      measured: (flags & EnclavePageFlag.Measured) !== 0,
      pending: (flags & EnclavePageFlag.Pending) !== 0,
    });
  }
  return pages;
}
