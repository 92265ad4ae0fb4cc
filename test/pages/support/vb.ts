import { expect } from "vitest";
import { PAGE_READWRITE } from "../../../src/constants.ts";
import { vb } from "../../../src/vb.ts";
import { ON_WIN9X, ON_WIN32, type Place } from "../../conformance/support/rule.ts";
import { expectUnchanged, PAGE, type Scene } from "../../conformance/support/scene.ts";

/** What the page says of Windows NT, 2000 and XP. */
export const onNt = { on: ON_WIN32 };
/** What it says of Windows 95, 98 and Me. */
export const on9x = { on: ON_WIN9X };
/** What it says of all. */
export const EACH: readonly Place[] = [...ON_WIN32, ...ON_WIN9X];
export const onEach = { on: EACH };

export function is9x({ machine }: Scene): boolean {
  return machine.profile === "win9x";
}

/** VirtualAlloc of Visual Basic that has to succeed. */
export function allocate(
  scene: Scene,
  base: number,
  size: number,
  type: number,
  protect: number = PAGE_READWRITE,
): number {
  const { VirtualAlloc, Err } = vb(scene.process);
  const address = VirtualAlloc(base, size, type, protect);
  if (address === 0) throw new Error(`${Err.LastDllError}, ${scene.machine.decision}`);
  return address;
}

/** What Err says of a VirtualAlloc that returns 0 and changes nothing. */
export function refusal(
  scene: Scene,
  base: number,
  type: number,
  protect: number = PAGE_READWRITE,
  size: number = PAGE,
): number {
  const { VirtualAlloc, Err } = vb(scene.process);
  expectUnchanged(scene, () => expect(VirtualAlloc(base, size, type, protect)).toBe(0));
  return Err.LastDllError;
}
