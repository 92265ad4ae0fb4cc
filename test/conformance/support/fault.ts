import { expect } from "vitest";
import {
  EXCEPTION_ACCESS_VIOLATION,
  EXCEPTION_EXECUTE_FAULT,
  EXCEPTION_GUARD_PAGE,
  EXCEPTION_READ_FAULT,
  EXCEPTION_WRITE_FAULT,
} from "../../../src/constants.ts";
import { PageFault } from "../../../src/index.ts";
import type { Scene } from "./scene.ts";

export const READ = EXCEPTION_READ_FAULT;
export const WRITE = EXCEPTION_WRITE_FAULT;
export const EXECUTE = EXCEPTION_EXECUTE_FAULT;

export interface Fault {
  code: number;
  access: number;
  address: number | bigint;
}

export function violation(access: number, address: number | bigint): Fault {
  return { code: EXCEPTION_ACCESS_VIOLATION, access, address };
}

export function guarded(access: number, address: number | bigint): Fault {
  return { code: EXCEPTION_GUARD_PAGE, access, address };
}

/** The fault that an access ends in, or null. Anything else that it throws is passed on. */
export function faultOf(access: () => unknown): Fault | null {
  try {
    access();
    return null;
  } catch (error) {
    if (!(error instanceof PageFault)) throw error;
    return { code: error.code, access: error.access, address: error.address };
  }
}

/** One access of a byte. */
export function touch(scene: Scene, access: number, address: number): Fault | null {
  return faultOf(() => {
    if (access === READ) scene.memory.getUint8(address);
    else if (access === WRITE) scene.memory.setUint8(address, 0x5a);
    else scene.memory.fetch(address, 1);
  });
}

/** The access fails, the named row says so. */
export function expectFault(scene: Scene, rule: string, access: () => unknown, fault: Fault): void {
  expect([faultOf(access), scene.machine.decision]).toEqual([fault, rule]);
}
