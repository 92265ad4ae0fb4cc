import { expect } from "vitest";
import type { Place, RuleOptions } from "./rule.ts";
import { type Scene, SELF } from "./scene.ts";

/** Cases about windows need the privilege, and see the windowed space as well as the others. */
export const AWE: RuleOptions = {
  on: ["win64 translated", "win32 windowed", "win32 translated"] satisfies Place[],
  machine: { lockMemoryPrivilege: true },
};

/** So many frames, which have to be had. */
export function framesOf(scene: Scene, count: number): number[] {
  const asked = { value: count };
  const frames: { value: number[] } = { value: [] };
  expect(scene.kernel32.AllocateUserPhysicalPages(SELF, asked, frames)).toBe(1);
  expect([asked.value, frames.value.length]).toEqual([count, count]);
  return frames.value;
}

/** Show frames from an address on. */
export function show(scene: Scene, address: number, frames: readonly number[]): void {
  expect([
    scene.kernel32.MapUserPhysicalPages(address, frames.length, frames),
    scene.machine.decision,
  ]).toEqual([1, "6#7"]);
}

/** A call that fails with this last error, by this rule, and changes nothing that it says. */
export function refused(scene: Scene, call: () => number, error: number, decision: string): void {
  scene.kernel32.SetLastError(0);
  const before = scene.state();
  expect([call(), scene.kernel32.GetLastError(), scene.machine.decision]).toEqual([
    0,
    error,
    decision,
  ]);
  expect({ ...scene.state(), records: 0 }).toEqual({ ...before, records: 0 });
}
