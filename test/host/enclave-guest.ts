import { expect } from "vitest";
import {
  ENCLAVE_TYPE_SGX,
  ENCLAVE_TYPE_SGX2,
  ENCLAVE_TYPE_VBS,
  MEM_COMMIT,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import type { MachineOptions, ProcessOptions } from "../../src/index.ts";
import { createMachine } from "../setup/machine.ts";
import { Guest, PAGE, UNTOUCHED } from "./support.ts";

export const MEGABYTES = 0x100000;
/** Free in every profile, and a multiple of 2 MB. */
export const ENCLAVE = 0x60000000;
export const ENCLAVE_BYTES = 2 * MEGABYTES;

export const TYPES = [ENCLAVE_TYPE_SGX, ENCLAVE_TYPE_SGX2, ENCLAVE_TYPE_VBS] as const;

/** A guest that makes enclaves. */
export class EnclaveGuest extends Guest {
  /** CreateEnclave: base, last error and the rule that answered. */
  create(type: number, base = ENCLAVE, size = ENCLAVE_BYTES, initial = 0): [number, number] {
    const { CreateEnclave, SetLastError, GetLastError } = this.kernel32;
    SetLastError(UNTOUCHED);
    const information = new Uint8Array(type === ENCLAVE_TYPE_VBS ? 36 : 4096);
    const length = information.length;
    const made = CreateEnclave(-1, base, size, initial, type, information, length, null);
    return [made, GetLastError()];
  }

  /** An enclave that has to be made. */
  enclave(type: number, base = ENCLAVE, size = ENCLAVE_BYTES): number {
    const [made, error] = this.create(type, base, size);
    expect([error, this.machine.decision]).toEqual([UNTOUCHED, expect.any(String)]);
    return made;
  }

  load(address: number, bytes: Uint8Array, protect = PAGE_READWRITE, target = -1): number {
    const { LoadEnclaveData } = this.kernel32;
    const done = { value: 0 };
    return LoadEnclaveData(target, address, bytes, bytes.length, protect, null, 0, done, null);
  }

  initialize(base: number, type: number): number {
    const information = new Uint8Array(type === ENCLAVE_TYPE_VBS ? 8 : 4096);
    const { InitializeEnclave } = this.kernel32;
    return InitializeEnclave(-1, base, information, information.length, null);
  }

  /** One page of code, one of zeros, initialised. VBS gets zeros alone. */
  running(type: number, base = ENCLAVE): number {
    this.enclave(type, base);
    if (type !== ENCLAVE_TYPE_VBS) {
      expect(this.load(base, new Uint8Array(PAGE).fill(0x11), 0x20)).toBe(1);
    }
    const zeros = this.kernel32.VirtualAlloc(base + PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE);
    expect(zeros).toBe(base + PAGE);
    expect(this.initialize(base, type)).toBe(1);
    return base;
  }

  inside<T>(base: number, body: () => T): T {
    return this.process.currentThread.runInEnclave(base, body);
  }

  /** Result of a call, last error and rule. */
  answer(call: () => number): [number, number, string] {
    const { SetLastError, GetLastError } = this.kernel32;
    SetLastError(UNTOUCHED);
    const result = call();
    return [result, GetLastError(), this.machine.decision];
  }

  /** A call that fails, and changes nothing. */
  refused(error: number, rule: string, call: () => number): void {
    this.state();
    const before = this.state();
    const pages = this.process.enclavePages(ENCLAVE);
    expect(this.answer(call)).toEqual([0, error, rule]);
    expect(this.process.enclavePages(ENCLAVE)).toEqual(pages);
    expect({ ...this.state(), lastError: 0 }).toEqual({ ...before, lastError: 0 });
  }
}

export async function createEnclaveGuest(
  options: MachineOptions = {},
  process: ProcessOptions = {},
): Promise<EnclaveGuest> {
  const machine = await createMachine({ enclaves: ["SGX1", "SGX2", "VBS"], ...options });
  return new EnclaveGuest(machine, process);
}
