import {
  IID_IHostMemoryManager,
  MALLOC_EXECUTABLE,
  MALLOC_THREADSAFE,
} from "../constants/hosting.ts";
import {
  E_INVALIDARG,
  E_OUTOFMEMORY,
  HOST_E_INVALIDOPERATION,
  S_OK,
} from "../constants/hresult.ts";
import { MEM_COMMIT, MEM_RELEASE, MEM_RESERVE } from "../constants/memory.ts";
import { type Address, dword, shown } from "../door.ts";
import { kernel32 } from "../kernel32.ts";
import { outAddress } from "../out.ts";
import { runAt } from "../run.ts";
import { PAGE_BYTES } from "../wasm/exports.ts";
import { criticalLevel, type Gate, NumberOut, Rule } from "./gate.ts";
import { allocateFailure, freeFailure, hresultOf } from "./hresult.ts";
import type { ICLRMemoryNotificationCallback, IHostMemoryManager } from "./interface.ts";
import { makeMalloc, mallocProtection } from "./malloc.ts";
import { ObjectOut, References, unknownMethods } from "./unknown.ts";

const DWORD_BYTES = 4;
const MALLOC_BITS = MALLOC_THREADSAFE | MALLOC_EXECUTABLE;

export function memoryManager(gate: Gate): IHostMemoryManager {
  const { hosting, process, options } = gate;
  const { door } = process;
  const api = kernel32(process);
  const references = new References("IHostMemoryManager", () => {});

  /** The base of the region of an address, or 0. */
  function regionOf(address: number): number {
    return runAt(process.core, process.spaceNumber, address)?.allocationBase ?? 0;
  }

  function start(address: Address | null): number {
    return door.nullablePointer(address, "start");
  }

  const manager: IHostMemoryManager = Object.freeze({
    ...unknownMethods(gate, references, {
      identifier: IID_IHostMemoryManager,
      object: () => manager,
    }),

    CreateMalloc(type, malloc) {
      const bits = dword(type, "type");
      const out = new ObjectOut(malloc, "malloc");
      out.set(null);
      const admitted = gate.admit("CreateMalloc", [type, malloc], [out]);
      if (admitted !== S_OK) return admitted;
      if ((bits & ~MALLOC_BITS) !== 0) return gate.answer(Rule.Malloc, E_INVALIDARG);
      // An allocator that has not room for one block is none.
      const tried = MEM_RESERVE | MEM_COMMIT;
      const page = api.VirtualAlloc(0, PAGE_BYTES, tried, mallocProtection(bits));
      if (page === 0) return gate.answer(Rule.Malloc, E_OUTOFMEMORY);
      api.VirtualFree(page, 0, MEM_RELEASE);
      out.set(makeMalloc(gate, bits));
      return gate.answer(Rule.Malloc, S_OK);
    },

    VirtualAlloc(address, size, type, protect, level, memory) {
      door.nullablePointer(address, "address");
      door.pointer(size, "size");
      dword(type, "type");
      dword(protect, "protect");
      const critical = criticalLevel(level);
      const out = new NumberOut(process, memory, "memory", door.pointerBytes);
      const parameters = [address, size, type, protect, level, memory];
      let answer = gate.admit("VirtualAlloc", parameters, [out]);
      let base = 0;
      if (answer === S_OK) {
        base = gate.allocate(critical, () => {
          const { regions } = process.counters;
          const allocated = api.VirtualAlloc(address, size, type, protect);
          const isNew = process.counters.regions > regions;
          if (isNew) hosting.regions.add(regionOf(allocated));
          return allocated;
        });
        if (base === 0) answer = allocateFailure(gate.lastError, options.hresults);
      }
      out.set(base);
      return answer;
    },

    VirtualFree(address, size, type) {
      const at = door.nullablePointer(address, "address");
      door.pointer(size, "size");
      dword(type, "type");
      const admitted = gate.admit("VirtualFree", [address, size, type]);
      if (admitted !== S_OK) return admitted;
      const region = regionOf(at);
      if (!hosting.regions.has(region)) {
        return gate.answer(Rule.Free, HOST_E_INVALIDOPERATION);
      }
      if (api.VirtualFree(address, size, type) === 0) {
        return freeFailure(gate.lastError, options.hresults);
      }
      if (regionOf(region) !== region) hosting.regions.delete(region);
      return S_OK;
    },

    VirtualQuery(address, buffer, length, result) {
      door.nullablePointer(address, "address");
      const pointer = { isThere: outAddress(buffer, door, "buffer") !== 0 };
      door.pointer(length, "length");
      const out = new NumberOut(process, result, "result", door.pointerBytes);
      const parameters = [address, buffer, length, result];
      const admitted = gate.admit("VirtualQuery", parameters, [pointer, out]);
      if (admitted === S_OK) out.set(api.VirtualQuery(address, buffer, length));
      return admitted;
    },

    VirtualProtect(address, size, protect, old) {
      door.nullablePointer(address, "address");
      door.pointer(size, "size");
      dword(protect, "protect");
      const out = new NumberOut(process, old, "old", DWORD_BYTES);
      const admitted = gate.admit("VirtualProtect", [address, size, protect, old], [out]);
      if (admitted !== S_OK) return admitted;
      const isDone = api.VirtualProtect(address, size, protect, old) !== 0;
      return isDone ? S_OK : hresultOf(gate.lastError);
    },

    GetMemoryLoad(load, available) {
      const percent = new NumberOut(process, load, "load", DWORD_BYTES);
      const bytes = new NumberOut(process, available, "available", door.pointerBytes);
      const admitted = gate.admit("GetMemoryLoad", [load, available], [percent, bytes]);
      if (admitted !== S_OK) return admitted;
      // As GlobalMemoryStatusEx, which older systems lack.
      const { frames, physicalPages } = process.machine.counters;
      percent.set(Math.floor((100 * frames) / physicalPages));
      bytes.set(Math.min((physicalPages - frames) * PAGE_BYTES, door.maximum));
      return gate.answer(Rule.Load, S_OK);
    },

    RegisterMemoryNotificationCallback(callback) {
      if (callback !== null) checkCallback(callback);
      const admitted = gate.admit("RegisterMemoryNotificationCallback", [callback]);
      if (admitted !== S_OK) return admitted;
      hosting.listen(callback ?? undefined);
      return gate.answer(Rule.Callback, S_OK);
    },

    NeedsVirtualAddressSpace(address, size) {
      start(address);
      door.pointer(size, "size");
      const admitted = gate.admit("NeedsVirtualAddressSpace", [address, size]);
      return admitted === S_OK ? gate.answer(Rule.Needs, S_OK) : admitted;
    },

    AcquiredVirtualAddressSpace(address, size) {
      const at = start(address);
      const bytes = door.pointer(size, "size");
      const admitted = gate.admit("AcquiredVirtualAddressSpace", [address, size]);
      if (admitted !== S_OK) return admitted;
      hosting.acquired.set(at, bytes);
      return gate.answer(Rule.Acquired, S_OK);
    },

    ReleasedVirtualAddressSpace(address) {
      const at = start(address);
      const admitted = gate.admit("ReleasedVirtualAddressSpace", [address]);
      if (admitted !== S_OK) return admitted;
      const isKnown = hosting.acquired.delete(at);
      return gate.answer(Rule.Acquired, isKnown ? S_OK : E_INVALIDARG);
    },
  } satisfies IHostMemoryManager);
  return manager;
}

function checkCallback(callback: ICLRMemoryNotificationCallback): void {
  const methods = callback as Partial<ICLRMemoryNotificationCallback> | undefined;
  if (typeof methods?.OnMemoryNotification !== "function") {
    throw new TypeError(
      `callback must have the method OnMemoryNotification, or be null, not be ${shown(callback)}`,
    );
  }
}
