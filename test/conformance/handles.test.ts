import { expect } from "vitest";
import {
  ERROR_ACCESS_DENIED,
  ERROR_INVALID_HANDLE,
  ERROR_INVALID_PARAMETER,
  MEM_COMMIT,
  MEM_RESERVE,
  PAGE_READWRITE,
  PROCESS_ALL_ACCESS,
  PROCESS_QUERY_INFORMATION,
  PROCESS_VM_READ,
} from "../../src/constants.ts";
import { rule } from "./support/rule.ts";
import { BASE, PAGE, type Scene, SELF } from "./support/scene.ts";

const BOTH = MEM_RESERVE | MEM_COMMIT;

/** What a failing call says. */
function errorOf(scene: Scene, call: () => number): number {
  scene.kernel32.SetLastError(0);
  expect(call()).toBe(0);
  return scene.kernel32.GetLastError();
}

rule("17.8#1", "unknown processes, closed handles, the pseudo handle", (scene) => {
  const { OpenProcess, CloseHandle, GetCurrentProcess, GetCurrentProcessId } = scene.kernel32;
  for (const id of [0, scene.process.id + 400, scene.process.id + 1]) {
    const error = errorOf(scene, () => OpenProcess(PROCESS_ALL_ACCESS, 0, id));
    expect(error).toBe(ERROR_INVALID_PARAMETER);
  }
  expect(GetCurrentProcessId()).toBe(scene.process.id);
  const handle = OpenProcess(PROCESS_VM_READ, 0, scene.process.id);
  expect(CloseHandle(handle)).toBe(1);
  expect(errorOf(scene, () => CloseHandle(handle))).toBe(ERROR_INVALID_HANDLE);
  expect(errorOf(scene, () => CloseHandle(0x7ffffffc))).toBe(ERROR_INVALID_HANDLE);
  expect([CloseHandle(GetCurrentProcess()), CloseHandle(SELF)]).toEqual([1, 1]);
});

rule("17.8#1", "exactly the rights asked, one handle beside the other", (scene) => {
  const { OpenProcess, VirtualQueryEx, ReadProcessMemory } = scene.kernel32;
  scene.take(BASE, PAGE);
  const reader = OpenProcess(PROCESS_VM_READ, 0, scene.process.id);
  const asker = OpenProcess(PROCESS_QUERY_INFORMATION, 0, scene.process.id);
  const out = { value: {} as never };
  const bytes = new Uint8Array(4);
  expect(errorOf(scene, () => VirtualQueryEx(reader, BASE, out))).toBe(ERROR_ACCESS_DENIED);
  expect(VirtualQueryEx(asker, BASE, out)).toBe(scene.wide ? 48 : 28);
  const reading = errorOf(scene, () => ReadProcessMemory(asker, BASE, bytes, 4, null));
  expect(reading).toBe(ERROR_ACCESS_DENIED);
  expect(ReadProcessMemory(reader, BASE, bytes, 4, null)).toBe(1);
});

rule("17.8#1", "the pseudo handle of a 64-bit and a 32-bit process", (scene) => {
  const { VirtualAllocEx, GetCurrentProcess } = scene.kernel32;
  const ones = scene.wide ? 0xffffffffffffffffn : 0xffffffff;
  for (const handle of [ones, SELF, GetCurrentProcess()]) {
    expect(VirtualAllocEx(handle, 0, PAGE, MEM_RESERVE, PAGE_READWRITE)).not.toBe(0);
  }
});

rule("17.8#2", "4, 8, 12, and the one that was closed again", (scene) => {
  const { OpenProcess, CloseHandle } = scene.another().kernel32;
  const open = () => OpenProcess(PROCESS_ALL_ACCESS, 0, scene.process.id);
  expect([open(), open(), open()]).toEqual([4, 8, 12]);
  CloseHandle(8);
  expect([open(), open()]).toEqual([8, 16]);
});

rule("17.8#4", "bad handle and bad flag", (scene) => {
  const { VirtualAllocEx, VirtualFreeEx, VirtualProtectEx } = scene.kernel32;
  const old = { value: 0 };
  const calls = [
    () => VirtualAllocEx(0, BASE, PAGE, 0, PAGE_READWRITE),
    () => VirtualAllocEx(0, BASE, PAGE, BOTH, 0),
    () => VirtualFreeEx(0, BASE, PAGE, 0),
    () => VirtualProtectEx(0, BASE, PAGE, 0, old),
  ];
  for (const call of calls) expect(errorOf(scene, call)).toBe(ERROR_INVALID_PARAMETER);
});

rule("17.8#5", "size 0 and NULL handle: 87; right missing and address taken: 5", (scene) => {
  const { OpenProcess, VirtualAllocEx } = scene.kernel32;
  scene.take(BASE, PAGE);
  const weak = OpenProcess(PROCESS_VM_READ, 0, scene.process.id);
  const size = errorOf(scene, () => VirtualAllocEx(0, BASE, 0, BOTH, PAGE_READWRITE));
  expect(size).toBe(ERROR_INVALID_PARAMETER);
  const taken = errorOf(scene, () => VirtualAllocEx(weak, BASE, PAGE, BOTH, PAGE_READWRITE));
  expect(taken).toBe(ERROR_ACCESS_DENIED);
});

rule("17.8#6", "read and write", (scene) => {
  const { ReadProcessMemory, WriteProcessMemory } = scene.kernel32;
  const none = new Uint8Array(0);
  expect(ReadProcessMemory(0, BASE, none, 0, null)).toBe(1);
  const error = errorOf(scene, () => WriteProcessMemory(0, BASE, none, 0, null));
  expect(error).toBe(ERROR_INVALID_HANDLE);
});

rule("17.8#7", "regions, frames, locks and charge", (scene) => {
  const { counters } = scene.machine;
  const before = [counters.frames, counters.commitCharge];
  const other = scene.another();
  const handle = scene.kernel32.OpenProcess(PROCESS_ALL_ACCESS, 0, other.process.id);
  other.take(BASE, 16 * PAGE);
  other.memory.fill(BASE, 1, 16 * PAGE);
  other.image(BASE + 0x100000, 4 * PAGE, 8);
  other.memory.setUint8(BASE + 0x100000, 1);
  expect(other.kernel32.VirtualLock(BASE, 8 * PAGE)).toBe(1);
  other.process.exit(42);
  const after = scene.machine.counters;
  expect([after.frames, after.commitCharge]).toEqual(before);
  expect([other.process.exited, other.process.exitCode]).toEqual([true, 42]);
  expect(scene.machine.processes.includes(other.process)).toBe(false);
  expect(scene.kernel32.CloseHandle(handle)).toBe(1);
  expect(scene.kernel32.CloseHandle(handle)).toBe(0);
});
