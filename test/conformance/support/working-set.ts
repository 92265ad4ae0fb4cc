import { expect } from "vitest";
import type {
  ProcessMemoryCountersEx,
  WorkingSetExInformation,
  WorkingSetInformation,
} from "../../../src/index.ts";
import { PAGE, type Scene, SELF } from "./scene.ts";

const UNASKED = 0xeeee;

/** What QueryWorkingSetEx says of one page. */
export interface PageAttributes {
  valid: boolean;
  shareCount: number;
  protection: number;
  shared: boolean;
  node: number;
  locked: boolean;
  large: boolean;
}

/** VirtualAttributes of addresses, as they come. */
export function rawAttributes(scene: Scene, addresses: readonly number[]): number[] {
  const buffer: WorkingSetExInformation[] = addresses.map((VirtualAddress) => ({
    VirtualAddress,
    VirtualAttributes: UNASKED,
  }));
  const length = addresses.length * (scene.wide ? 16 : 8);
  expect(scene.kernel32.QueryWorkingSetEx(SELF, buffer, length), scene.machine.decision).toBe(1);
  return buffer.map(({ VirtualAttributes }) => Number(VirtualAttributes));
}

export function attributesAt(scene: Scene, address: number): PageAttributes {
  const [bits = 0] = rawAttributes(scene, [address]);
  return {
    valid: (bits & 1) !== 0,
    shareCount: (bits >>> 1) & 7,
    protection: (bits >>> 4) & 0x7ff,
    shared: ((bits >>> 15) & 1) !== 0,
    node: (bits >>> 16) & 0x3f,
    locked: ((bits >>> 22) & 1) !== 0,
    large: ((bits >>> 23) & 1) !== 0,
  };
}

/** Which of `count` pages from an address on are resident, by their index. */
export function residentPages(scene: Scene, address: number, count: number): number[] {
  const addresses = Array.from({ length: count }, (_, index) => address + index * PAGE);
  return rawAttributes(scene, addresses).flatMap((bits, index) =>
    (bits & 1) === 1 ? [index] : [],
  );
}

/** QueryWorkingSet with enough room: its entries. */
export function entries(scene: Scene): number[] {
  const buffer: Partial<WorkingSetInformation> = {};
  expect(scene.kernel32.QueryWorkingSet(SELF, buffer, 2 ** 24)).toBe(1);
  expect(buffer.WorkingSetInfo).toHaveLength(buffer.NumberOfEntries ?? -1);
  return buffer.WorkingSetInfo ?? [];
}

/** GetProcessMemoryInfo with PrivateUsage. */
export function memoryInfo(scene: Scene): ProcessMemoryCountersEx {
  const out = { value: {} as ProcessMemoryCountersEx };
  const cb = scene.wide ? 80 : 44;
  expect(scene.kernel32.GetProcessMemoryInfo(SELF, out, cb)).toBe(1);
  return out.value;
}

/** Faults that an action makes. */
export function faultsOf(scene: Scene, action: () => void): number {
  const before = memoryInfo(scene).PageFaultCount;
  action();
  return memoryInfo(scene).PageFaultCount - before;
}

/** Writes one byte to each of the pages with these indices. */
export function touchPages(scene: Scene, base: number, indices: readonly number[]): void {
  for (const index of indices) scene.memory.setUint8(base + index * PAGE, index + 1);
}
