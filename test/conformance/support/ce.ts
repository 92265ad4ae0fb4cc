import { expect } from "vitest";
import { coredll } from "../../../src/coredll.ts";
import type { Place } from "./rule.ts";
import { expectUnchanged, type Scene } from "./scene.ts";

export const ON_CE5: readonly Place[] = ["ce5 translated", "ce5 windowed"];
export const ON_CE6: readonly Place[] = ["ce6 translated", "ce6 windowed"];
export const ON_CE: readonly Place[] = [...ON_CE5, ...ON_CE6];

/** A base where both systems let a process allocate. */
export const CE_BASE = 0x100_0000;
export const SLOT = 0x200_0000;
export const LARGE = 0x4200_0000;

export const ce = ({ process }: Scene) => coredll(process);

/** CE 6 has these functions, and CE 5 has not. */
export function ce6({ process }: Scene) {
  const { VirtualAllocEx, VirtualFreeEx, VirtualProtectEx, VirtualQueryEx, ...rest } =
    coredll(process);
  const { VirtualCopyEx, VirtualAllocCopyEx } = rest;
  if (!VirtualAllocEx || !VirtualFreeEx || !VirtualProtectEx || !VirtualQueryEx) throw missing();
  if (!VirtualCopyEx || !VirtualAllocCopyEx) throw missing();
  const since = { VirtualAllocEx, VirtualFreeEx, VirtualProtectEx, VirtualQueryEx };
  return { ...since, VirtualCopyEx, VirtualAllocCopyEx };
}

/** CE 5 has these functions, and CE 6 has not. */
export function ce5({ process }: Scene) {
  const { MapPtrToProcess, UnMapPtr } = coredll(process);
  if (!MapPtrToProcess || !UnMapPtr) throw missing();
  return { MapPtrToProcess, UnMapPtr };
}

const missing = () => new Error("the profile has no such function");

/** What other processes see of this one begins there. */
export const slotOf = ({ process }: Scene) => process.spaceNumber * SLOT;

const UNTOUCHED = 0xabad1dea;

/** The call answers 0 with this error, and changes nothing. */
export function fails(scene: Scene, error: number, call: () => number): void {
  const { SetLastError, GetLastError } = coredll(scene.process);
  expectUnchanged(scene, () => {
    SetLastError(UNTOUCHED);
    expect([call(), GetLastError()], scene.machine.decision).toEqual([0, error]);
  });
}

/** The call succeeds and leaves the last error alone. */
export function works(scene: Scene, call: () => number): number {
  const { SetLastError, GetLastError } = coredll(scene.process);
  SetLastError(UNTOUCHED);
  const answer = call();
  expect(answer, `${GetLastError()}, ${scene.machine.decision}`).not.toBe(0);
  expect(GetLastError()).toBe(UNTOUCHED);
  return answer;
}
