import { expect } from "vitest";
import type { Scene } from "./scene.ts";
import { expectUnchanged, SELF } from "./scene.ts";

/** What a refused call answers: at the NT level, at the Win32 level, and which row. */
export interface Refusal {
  readonly decision: string;
  readonly status: number;
  readonly error: number;
}

/** Where a row can be seen. */
export type Level = "both" | "nt" | "win32";

const UNTOUCHED = 0xabad1dea;

export interface AllocateCall {
  process: number;
  base: number | bigint;
  zeroBits: number;
  size: number | bigint;
  type: number;
  protect: number;
}

export interface FreeCall {
  process: number;
  base: number | bigint;
  size: number | bigint;
  type: number;
}

export interface ProtectCall {
  process: number;
  base: number | bigint;
  size: number | bigint;
  protect: number;
}

export interface LockCall {
  process: number;
  base: number | bigint;
  size: number | bigint;
  mapType: number;
}

/** A Win32 call that has to fail with this error, for this reason, and change nothing. */
export function expectError(
  scene: Scene,
  { decision, error }: Pick<Refusal, "decision" | "error">,
  call: () => number,
  failure = 0,
): void {
  expectUnchanged(scene, () => {
    scene.kernel32.SetLastError(UNTOUCHED);
    const answer = call();
    const seen = { decision: scene.machine.decision, error: scene.kernel32.GetLastError() };
    expect({ answer, ...seen }).toEqual({ answer: failure, decision, error });
  });
}

/** A system service that has to answer this status, for this reason, and change nothing. */
export function expectStatus(
  scene: Scene,
  { decision, status }: Pick<Refusal, "decision" | "status">,
  call: () => number,
): void {
  expectUnchanged(scene, () => {
    const answer = call();
    expect({ answer: hex(answer), decision: scene.machine.decision }).toEqual({
      answer: hex(status),
      decision,
    });
  });
}

export function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(8, "0");
}

export function allocateRefused(
  scene: Scene,
  refusal: Refusal,
  call: AllocateCall,
  level: Level = "both",
): void {
  const { process, base, zeroBits, size, type, protect } = call;
  if (level !== "nt") {
    const { VirtualAlloc, VirtualAllocEx } = scene.kernel32;
    expectError(scene, refusal, () =>
      process === SELF
        ? VirtualAlloc(base, size, type, protect)
        : VirtualAllocEx(process, base, size, type, protect),
    );
  }
  if (level !== "win32") {
    const at = { value: base };
    const bytes = { value: size };
    expectStatus(scene, refusal, () =>
      scene.ntdll.NtAllocateVirtualMemory(process, at, zeroBits, bytes, type, protect),
    );
    expect([at.value, bytes.value]).toEqual([base, size]);
  }
}

export function freeRefused(
  scene: Scene,
  refusal: Refusal,
  call: FreeCall,
  level: Level = "both",
): void {
  const { process, base, size, type } = call;
  if (level !== "nt") {
    const { VirtualFree, VirtualFreeEx } = scene.kernel32;
    expectError(scene, refusal, () =>
      process === SELF ? VirtualFree(base, size, type) : VirtualFreeEx(process, base, size, type),
    );
  }
  if (level !== "win32") {
    const at = { value: base };
    const bytes = { value: size };
    expectStatus(scene, refusal, () => scene.ntdll.NtFreeVirtualMemory(process, at, bytes, type));
    expect([at.value, bytes.value]).toEqual([base, size]);
  }
}

export function protectRefused(scene: Scene, refusal: Refusal, call: ProtectCall): void {
  const { process, base, size, protect } = call;
  const old = { value: UNTOUCHED };
  const { VirtualProtect, VirtualProtectEx } = scene.kernel32;
  expectError(scene, refusal, () =>
    process === SELF
      ? VirtualProtect(base, size, protect, old)
      : VirtualProtectEx(process, base, size, protect, old),
  );
  const at = { value: base };
  const bytes = { value: size };
  expectStatus(scene, refusal, () =>
    scene.ntdll.NtProtectVirtualMemory(process, at, bytes, protect, old),
  );
  expect([at.value, bytes.value, old.value]).toEqual([base, size, UNTOUCHED]);
}

/** VirtualLock or VirtualUnlock, and the service; a handle and a map type only the latter has. */
export function lockRefused(
  scene: Scene,
  refusal: Refusal,
  name: "Lock" | "Unlock",
  call: LockCall,
): void {
  const { process, base, size, mapType } = call;
  if (process === SELF && mapType === 1) {
    expectError(scene, refusal, () => scene.kernel32[`Virtual${name}`](base, size));
  }
  const at = { value: base };
  const bytes = { value: size };
  expectStatus(scene, refusal, () =>
    scene.ntdll[`Nt${name}VirtualMemory`](process, at, bytes, mapType),
  );
  expect([at.value, bytes.value]).toEqual([base, size]);
}
