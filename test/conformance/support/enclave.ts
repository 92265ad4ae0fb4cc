import { expect } from "vitest";
import {
  ENCLAVE_TYPE_SGX,
  ENCLAVE_TYPE_SGX2,
  ENCLAVE_TYPE_VBS,
  MEM_COMMIT,
  PAGE_READWRITE,
} from "../../../src/constants.ts";
import type { RuleOptions } from "./rule.ts";
import { expectUnchanged, PAGE, type Scene, SELF } from "./scene.ts";

export const SGX = ENCLAVE_TYPE_SGX;
export const SGX2 = ENCLAVE_TYPE_SGX2;
export const VBS = ENCLAVE_TYPE_VBS;
export const TYPES = [SGX, SGX2, VBS];

export const SIZE = 0x200000;
export const AT = 0x60000000;
export const WITH_ALL: RuleOptions = { machine: { enclaves: ["SGX1", "SGX2", "VBS"] } };
export const WITH_SGX1: RuleOptions = { machine: { enclaves: ["SGX1"] } };

export function create(
  scene: Scene,
  type: number,
  base = AT,
  size = SIZE,
  length?: number,
): number {
  const bytes = length ?? (type === VBS ? 36 : 4096);
  const information = new Uint8Array(bytes);
  const { CreateEnclave } = scene.kernel32;
  return CreateEnclave(SELF, base, size, 0, type, information, bytes, null);
}

export function load(scene: Scene, at: number, size: number, protect: number, length = 0): number {
  const bytes = new Uint8Array(size).fill(0x11);
  const { LoadEnclaveData } = scene.kernel32;
  return LoadEnclaveData(SELF, at, bytes, size, protect >>> 0, null, length, null, null);
}

export function initialize(scene: Scene, type: number, length = type === VBS ? 8 : 4096): number {
  const { InitializeEnclave } = scene.kernel32;
  return InitializeEnclave(SELF, AT, new Uint8Array(length), length, null);
}

export function commit(scene: Scene, at: number, size = PAGE, protect = PAGE_READWRITE): number {
  return scene.kernel32.VirtualAlloc(at, size, MEM_COMMIT, protect);
}

/** An enclave with one page of zeros that can be entered. */
export function start(scene: Scene, type: number, protect = PAGE_READWRITE): void {
  expect(create(scene, type)).toBe(AT);
  expect(commit(scene, AT, PAGE, protect)).toBe(AT);
  expect(initialize(scene, type)).toBe(1);
}

/** The call fails with this error and changes nothing. */
export function refused(scene: Scene, error: number, call: () => number): void {
  expectUnchanged(scene, () => expect(call()).toBe(0));
  expect(scene.kernel32.GetLastError()).toBe(error);
}

export function inside<T>(scene: Scene, body: () => T): T {
  return scene.process.currentThread.runInEnclave(AT, body);
}
