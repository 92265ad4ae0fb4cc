import { expect } from "vitest";
import {
  ERROR_ACCESS_DENIED,
  ERROR_INVALID_HANDLE,
  ERROR_INVALID_PARAMETER,
  ERROR_PARTIAL_COPY,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PROCESS_ALL_ACCESS,
  PROCESS_QUERY_INFORMATION,
  PROCESS_VM_OPERATION,
  PROCESS_VM_READ,
  PROCESS_VM_WRITE,
  STATUS_ACCESS_DENIED,
} from "../../src/constants.ts";
import { rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene } from "./support/scene.ts";

const BOTH = MEM_RESERVE | MEM_COMMIT;

/** What each call with a handle answers: 0 for success, or the last error. */
function callsOn(scene: Scene, handle: number): Record<string, number> {
  const { kernel32, ntdll } = scene;
  const bytes = Uint8Array.of(1);
  const win32 = (call: () => number) => {
    kernel32.SetLastError(0);
    return call() === 0 ? kernel32.GetLastError() : 0;
  };
  const status = (call: () => number) => ntdll.RtlNtStatusToDosError(call());
  const base = BASE + GRANULARITY;
  return {
    alloc: win32(() => kernel32.VirtualAllocEx(handle, base, PAGE, BOTH, PAGE_READWRITE)),
    protect: win32(() =>
      kernel32.VirtualProtectEx(handle, base, PAGE, PAGE_READWRITE, { value: 0 }),
    ),
    lock: status(() => ntdll.NtLockVirtualMemory(handle, { value: base }, { value: PAGE }, 1)),
    unlock: status(() => ntdll.NtUnlockVirtualMemory(handle, { value: base }, { value: PAGE }, 1)),
    write: win32(() => kernel32.WriteProcessMemory(handle, base, bytes, 1, null)),
    read: win32(() => kernel32.ReadProcessMemory(handle, base, bytes, 1, null)),
    query: win32(() => kernel32.VirtualQueryEx(handle, base, { value: {} as never })),
    watch: status(() => ntdll.NtResetWriteWatch(handle, base, PAGE)),
    flush: win32(() => kernel32.FlushInstructionCache(handle, base, PAGE)),
    free: win32(() => kernel32.VirtualFreeEx(handle, base, 0, MEM_RELEASE)),
  };
}

const ALL_DENIED = {
  alloc: ERROR_ACCESS_DENIED,
  protect: ERROR_ACCESS_DENIED,
  lock: ERROR_ACCESS_DENIED,
  unlock: ERROR_ACCESS_DENIED,
  write: ERROR_ACCESS_DENIED,
  read: ERROR_ACCESS_DENIED,
  query: ERROR_ACCESS_DENIED,
  watch: ERROR_ACCESS_DENIED,
  flush: 0,
  free: ERROR_ACCESS_DENIED,
};

/** Opens the other process with these rights and calls everything. */
function callsWith(scene: Scene, access: number): Record<string, number> {
  const other = scene.another();
  return callsOn(scene, scene.kernel32.OpenProcess(access, 0, other.process.id));
}

rule("12.1#1", "VM_OPERATION alone", (scene) => {
  expect(callsWith(scene, PROCESS_VM_OPERATION)).toEqual({
    ...ALL_DENIED,
    alloc: 0,
    protect: 0,
    lock: 0,
    unlock: 0,
    // The region is not watched: the right was enough to get that far.
    watch: ERROR_INVALID_PARAMETER,
    free: 0,
  });
});

rule("12.1#1", "VM_READ alone", (scene) => {
  expect(callsWith(scene, PROCESS_VM_READ)).toEqual({ ...ALL_DENIED, read: ERROR_PARTIAL_COPY });
});

rule("12.1#2", "QUERY_INFORMATION alone, VM_WRITE alone and with VM_OPERATION", (scene) => {
  expect(callsWith(scene, PROCESS_QUERY_INFORMATION)).toEqual({ ...ALL_DENIED, query: 0 });
  expect(callsWith(scene, PROCESS_VM_WRITE)).toEqual(ALL_DENIED);
  const both = callsWith(scene, PROCESS_VM_WRITE | PROCESS_VM_OPERATION);
  expect([both.write, both.read]).toEqual([0, ERROR_ACCESS_DENIED]);
});

rule("12.1#4", "no right is enough for the cache, none for the watch", (scene) => {
  const other = scene.another();
  other.watched(BASE, PAGE);
  const { OpenProcess, FlushInstructionCache } = scene.kernel32;
  const none = OpenProcess(0x100000, 0, other.process.id);
  expect(FlushInstructionCache(none, BASE, PAGE)).toBe(1);
  expect(scene.ntdll.NtResetWriteWatch(none, BASE, PAGE)).toBe(STATUS_ACCESS_DENIED);
  const operator = OpenProcess(PROCESS_VM_OPERATION, 0, other.process.id);
  expect(scene.ntdll.NtResetWriteWatch(operator, BASE, PAGE)).toBe(0);
});

rule("12.1#5", "NULL, closed, and the rights of another call", (scene) => {
  const { OpenProcess, CloseHandle } = scene.kernel32;
  const closed = OpenProcess(PROCESS_ALL_ACCESS, 0, scene.process.id);
  CloseHandle(closed);
  const refused = Object.fromEntries(
    Object.keys(ALL_DENIED).map((name) => [name, ERROR_INVALID_HANDLE]),
  );
  for (const handle of [0, closed, 0x7ffffffc]) expect(callsOn(scene, handle)).toEqual(refused);
  expect(callsWith(scene, PROCESS_QUERY_INFORMATION).alloc).toBe(ERROR_ACCESS_DENIED);
});

rule("12.1#5", "a good handle reaches the other process, not the own one", (scene) => {
  const other = scene.another();
  const handle = scene.kernel32.OpenProcess(PROCESS_ALL_ACCESS, 0, other.process.id);
  const { VirtualAllocEx, VirtualProtectEx, VirtualFreeEx, VirtualQueryEx } = scene.kernel32;
  expect(VirtualAllocEx(handle, BASE, 2 * PAGE, BOTH, PAGE_READWRITE)).toBe(BASE);
  const old = { value: 0 };
  expect(VirtualProtectEx(handle, BASE, PAGE, PAGE_READONLY, old)).toBe(1);
  expect([old.value, other.protectionAt(BASE)]).toEqual([PAGE_READWRITE, PAGE_READONLY]);
  const out = { value: {} as { Protect: number } };
  VirtualQueryEx(handle, BASE, out as never);
  expect(out.value.Protect).toBe(PAGE_READONLY);
  expect(VirtualFreeEx(handle, BASE, PAGE, MEM_DECOMMIT)).toBe(1);
  expect(other.stateAt(BASE)).toBe(MEM_RESERVE);
  expect(scene.runs().some((run) => run.base === BASE)).toBe(false);
});

rule("12.1#6", "every handle", (scene) => {
  const other = scene.another();
  const handle = scene.kernel32.OpenProcess(PROCESS_ALL_ACCESS, 0, other.process.id);
  other.process.exit(3);
  const { VirtualAllocEx, GetLastError } = scene.kernel32;
  for (const [base, type] of [
    [0, BOTH],
    [BASE, MEM_RESERVE],
    [BASE, MEM_COMMIT],
  ] as const) {
    expect(VirtualAllocEx(handle, base, PAGE, type, PAGE_READWRITE)).toBe(0);
    expect(GetLastError()).toBe(ERROR_ACCESS_DENIED);
  }
  expect(other.process.exitCode).toBe(3);
});
