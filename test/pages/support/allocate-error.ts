import { expect } from "vitest";
import { expectUnchanged, type Scene } from "../../conformance/support/scene.ts";

const NOT_SET = 0xabad1dea;

/** The last error of a VirtualAlloc that has to return NULL and change nothing. */
export function allocateError(
  scene: Scene,
  base: number,
  size: number,
  type: number,
  protect: number,
): number {
  const { VirtualAlloc, GetLastError, SetLastError } = scene.kernel32;
  SetLastError(NOT_SET);
  expectUnchanged(scene, () => expect(VirtualAlloc(base, size, type, protect)).toBe(0));
  return GetLastError();
}
