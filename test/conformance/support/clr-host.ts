import { expect } from "vitest";
import {
  type ClrHost,
  type ClrHostOptions,
  clrHost,
  eTaskCritical,
  type HostPolicy,
  type IHostMalloc,
  S_OK,
} from "../../../src/clr-host.ts";
import { MEM_COMMIT, MEM_RESERVE, PAGE_READWRITE } from "../../../src/constants.ts";
import type { Scene } from "./scene.ts";

/** What an out-parameter holds before a call that is to change it. */
export const BEFORE = 0x5eed;

/** The host of a scene's process, started. */
export function started(scene: Scene, options: ClrHostOptions = {}): ClrHost {
  const host = clrHost(scene.process, options);
  host.start();
  return host;
}

/** HRESULT of VirtualAlloc, and what came with it. */
export function allocate(
  { manager }: ClrHost,
  address: number,
  size: number,
  { type = MEM_RESERVE | MEM_COMMIT, protect = PAGE_READWRITE, level = eTaskCritical } = {},
): [hresult: number, memory: number] {
  const memory = { value: BEFORE };
  return [manager.VirtualAlloc(address, size, type, protect, level, memory), memory.value];
}

/** VirtualAlloc that has to succeed. */
export function take(host: ClrHost, address: number, size: number): number {
  const [hresult, memory] = allocate(host, address, size);
  expect(hresult).toBe(S_OK);
  return memory;
}

export function malloc({ manager }: ClrHost, type = 0): IHostMalloc {
  const out: { value: IHostMalloc | null } = { value: null };
  expect(manager.CreateMalloc(type, out)).toBe(S_OK);
  if (out.value === null) throw new Error("CreateMalloc gave no allocator");
  return out.value;
}

/** HRESULT of Alloc, and what came with it. */
export function alloc(
  allocator: IHostMalloc,
  size: number,
  level: number = eTaskCritical,
): [hresult: number, memory: number] {
  const memory = { value: BEFORE };
  return [allocator.Alloc(size, level, memory), memory.value];
}

/** Alloc that has to succeed. */
export function block(allocator: IHostMalloc, size: number): number {
  const [hresult, memory] = alloc(allocator, size);
  expect(hresult).toBe(S_OK);
  return memory;
}

/** A policy that answers this to every question, or to those before one method. */
export function answering(hresult: number, only?: string): HostPolicy {
  return {
    ask: (method) => (only === undefined || only === method ? hresult : undefined),
  };
}

/** Every method of a manager and of an allocator that answers an HRESULT, with good arguments. */
export function everyMethod(
  { manager }: ClrHost,
  allocator: IHostMalloc,
): Record<string, () => number> {
  const out = () => ({ value: BEFORE });
  const iid = "{00000000-0000-0000-c000-000000000046}";
  return {
    CreateMalloc: () => manager.CreateMalloc(0, { value: null }),
    VirtualAlloc: () => manager.VirtualAlloc(0, 1, MEM_RESERVE, PAGE_READWRITE, 0, out()),
    VirtualFree: () => manager.VirtualFree(0x10000, 0, 0x8000),
    VirtualQuery: () => manager.VirtualQuery(0x10000, {}, 48, out()),
    VirtualProtect: () => manager.VirtualProtect(0x10000, 1, PAGE_READWRITE, out()),
    GetMemoryLoad: () => manager.GetMemoryLoad(out(), out()),
    RegisterMemoryNotificationCallback: () => manager.RegisterMemoryNotificationCallback(null),
    NeedsVirtualAddressSpace: () => manager.NeedsVirtualAddressSpace(0x10000, 0x10000),
    AcquiredVirtualAddressSpace: () => manager.AcquiredVirtualAddressSpace(0x10000, 0x10000),
    ReleasedVirtualAddressSpace: () => manager.ReleasedVirtualAddressSpace(0x10000),
    QueryInterface: () => manager.QueryInterface(iid, { value: null }),
    Alloc: () => allocator.Alloc(1, 0, out()),
    DebugAlloc: () => allocator.DebugAlloc(1, 0, "a.cpp", 1, out()),
    Free: () => allocator.Free(null),
    "QueryInterface of an allocator": () => allocator.QueryInterface(iid, { value: null }),
  };
}
