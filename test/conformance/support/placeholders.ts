import { expect } from "vitest";
import {
  MEM_COALESCE_PLACEHOLDERS,
  MEM_PRESERVE_PLACEHOLDER,
  MEM_RELEASE,
  MEM_REPLACE_PLACEHOLDER,
  MEM_RESERVE,
  MEM_RESERVE_PLACEHOLDER,
  MemExtendedParameterAddressRequirements,
  PAGE_NOACCESS,
  PAGE_READWRITE,
} from "../../../src/constants.ts";
import type { AddressRequirements, ExtendedParameter } from "../../../src/extended-parameters.ts";
import { expectError } from "./refusal.ts";
import { PAGE, type Scene, SELF } from "./scene.ts";

export const HOLD = MEM_RESERVE | MEM_RESERVE_PLACEHOLDER;
export const REPLACE = MEM_RESERVE | MEM_REPLACE_PLACEHOLDER;
export const PRESERVE = MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER;
export const COALESCE = MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS;

/** Address requirements as the one extended parameter. */
export function within(Pointer: AddressRequirements): ExtendedParameter[] {
  return [{ Type: MemExtendedParameterAddressRequirements, Pointer }];
}

/** VirtualAlloc2 in the own process: the base, or 0. */
export function allocate2(
  scene: Scene,
  base: number,
  size: number,
  type: number,
  protect: number = PAGE_READWRITE,
  parameters: readonly ExtendedParameter[] | null = null,
): number {
  return scene.kernel32.VirtualAlloc2(SELF, base, size, type, protect, parameters);
}

/** VirtualAlloc2 that has to fail with this error, by this row. */
export function allocate2Refused(
  scene: Scene,
  decision: string,
  error: number,
  base: number,
  size: number,
  type: number,
  protect: number = PAGE_READWRITE,
  parameters: readonly ExtendedParameter[] | null = null,
): void {
  expectError(scene, { decision, error }, () =>
    allocate2(scene, base, size, type, protect, parameters),
  );
}

/** Placeholders of so many pages, side by side from `base` on. */
export function hold(scene: Scene, base: number, ...pages: number[]): void {
  const total = pages.reduce((sum, count) => sum + count, 0);
  expect(allocate2(scene, base, total * PAGE, HOLD, PAGE_NOACCESS), scene.machine.decision).toBe(
    base,
  );
  let at = base;
  for (const count of pages.slice(0, -1)) {
    scene.free(at, count * PAGE, PRESERVE);
    at += count * PAGE;
  }
}

/** Where the regions of [base, end) begin, and their pages, as the runs show them. */
export function regionsFrom(scene: Scene, base: number, end: number): [number, number][] {
  const found = new Map<number, number>();
  for (const run of scene.runs()) {
    if (run.allocationBase < base || run.allocationBase >= end) continue;
    const before = found.get(run.allocationBase) ?? 0;
    found.set(run.allocationBase, before + run.size / PAGE);
  }
  return [...found];
}

/** MapViewOfFile3 in the own process: the base, or 0. */
export function map3(
  scene: Scene,
  handle: number,
  base: number,
  size: number,
  type: number = MEM_REPLACE_PLACEHOLDER,
  offset = 0,
  protect: number = PAGE_READWRITE,
): number {
  return scene.kernel32.MapViewOfFile3(handle, SELF, base, offset, size, type, protect);
}

/** A view in place of a placeholder; it has to succeed. */
export function replaceByView(
  scene: Scene,
  handle: number,
  base: number,
  pages: number,
  protect: number = PAGE_READWRITE,
): void {
  const made = map3(scene, handle, base, pages * PAGE, MEM_REPLACE_PLACEHOLDER, 0, protect);
  expect([made, scene.machine.decision]).toEqual([base, "8.3#11"]);
}
