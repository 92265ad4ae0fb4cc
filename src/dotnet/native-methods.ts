import { kernel32 } from "../kernel32.ts";
import { outAddress, type StructureOut, setStructure } from "../out.ts";
import type { Process } from "../process.ts";
import type * as structs from "../structs.ts";
import { type IntPtr, int32, PointerSized, type UIntPtr } from "./integers.ts";
import type { MemoryBasicInformation, NativeMethods } from "./interface.ts";
import type { Invoke } from "./last-error.ts";

/**
 * The methods over kernel32. Arguments are looked at before `invoke`: what .NET could not hand over
 * makes no call.
 */
export function nativeMethods(process: Process, invoke: Invoke): NativeMethods {
  const { door } = process;
  const calls = kernel32(process);
  const pointers = new PointerSized(door.pointerBytes);
  const intPtr = (value: IntPtr, name: string) => pointers.signed(value, name);
  const enumeration = (value: number, name: string) => int32(value, name) >>> 0;
  const range = (address: IntPtr, size: UIntPtr) =>
    [intPtr(address, "address"), pointers.unsigned(size, "size")] as const;
  const allocation = (allocationType: number, protection: number) =>
    [enumeration(allocationType, "allocationType"), enumeration(protection, "protection")] as const;

  return {
    VirtualAlloc(address, size, allocationType, protection) {
      const [at, bytes] = range(address, size);
      const [type, protect] = allocation(allocationType, protection);
      return invoke(() => calls.VirtualAlloc(at, bytes, type, protect));
    },

    VirtualAllocEx(hProcess, address, size, allocationType, protection) {
      const handle = intPtr(hProcess, "hProcess");
      const [at, bytes] = range(address, size);
      const [type, protect] = allocation(allocationType, protection);
      return invoke(() => calls.VirtualAllocEx(handle, at, bytes, type, protect));
    },

    VirtualFree(address, size, freeType) {
      const [at, bytes] = range(address, size);
      const type = enumeration(freeType, "freeType");
      return invoke(() => calls.VirtualFree(at, bytes, type)) !== 0;
    },

    VirtualFreeEx(process, address, size, freeType) {
      const handle = intPtr(process, "process");
      const [at, bytes] = range(address, size);
      const type = enumeration(freeType, "freeType");
      return invoke(() => calls.VirtualFreeEx(handle, at, bytes, type)) !== 0;
    },

    VirtualProtect(address, size, newProtect, refOldProtect) {
      const [at, bytes] = range(address, size);
      const protect = enumeration(newProtect, "newProtect");
      outAddress(refOldProtect, door, "refOldProtect");
      return invoke(() => calls.VirtualProtect(at, bytes, protect, refOldProtect)) !== 0;
    },

    VirtualProtectEx(hProcess, address, size, newProtect, refOldProtect) {
      const handle = intPtr(hProcess, "hProcess");
      const [at, bytes] = range(address, size);
      const protect = enumeration(newProtect, "newProtect");
      outAddress(refOldProtect, door, "refOldProtect");
      return invoke(() => calls.VirtualProtectEx(handle, at, bytes, protect, refOldProtect)) !== 0;
    },

    VirtualQuery(address, refBuffer, length) {
      const at = intPtr(address, "address");
      const bytes = lengthOf(length);
      return querying(refBuffer, (buffer) => calls.VirtualQuery(at, buffer, bytes));
    },

    VirtualQueryEx(hProcess, address, refBuffer, length) {
      const handle = intPtr(hProcess, "hProcess");
      const at = intPtr(address, "address");
      const bytes = lengthOf(length);
      return querying(refBuffer, (buffer) => calls.VirtualQueryEx(handle, at, buffer, bytes));
    },
  };

  function lengthOf(length: IntPtr | undefined) {
    return length === undefined ? undefined : intPtr(length, "length");
  }

  /** In guest memory the bits are the same; an object gets the signs that the library declares. */
  function querying(
    out: StructureOut<MemoryBasicInformation>,
    call: (buffer: StructureOut<structs.MemoryBasicInformation>) => number,
  ): number {
    outAddress(out, door, "refBuffer");
    if (typeof out !== "object" || out === null) return invoke(() => call(out));
    const run = {} as structs.MemoryBasicInformation;
    const bytes = invoke(() => call(run));
    if (bytes === 0) return 0;
    const AllocationBase = pointers.toSigned(run.AllocationBase);
    const RegionSize = pointers.toSigned(run.RegionSize);
    setStructure(out, { ...run, AllocationBase, RegionSize });
    return bytes;
  }
}
