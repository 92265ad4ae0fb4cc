import { kernel32 } from "../kernel32.ts";
import type { Process } from "../process.ts";
import type { MemoryBasicInformation, MemoryStatus, SystemInfo } from "../structs.ts";
import { longByRef, longsByRef, typeByRef } from "./by-ref.ts";
import { copyMemory } from "./copy-memory.ts";
import type { Declared } from "./err.ts";
import type { Declares, Long, MEMORY_BASIC_INFORMATION, SYSTEM_INFO } from "./interface.ts";
import { signed, signedFields, unsigned } from "./long.ts";

const WORD_BITS = 16;

/**
 * The functions over kernel32. Arguments are looked at before `declared`: what is no Long makes no
 * call.
 */
export function declaredFunctions(process: Process, declared: Declared): Declares {
  const calls = kernel32(process);
  const move = copyMemory(process);
  const long = (call: () => number) => signed(declared(call));

  function range(lpAddress: Long, dwSize: Long) {
    return [unsigned(lpAddress, "lpAddress"), unsigned(dwSize, "dwSize")] as const;
  }

  function allocation(flAllocationType: Long, flProtect: Long) {
    return [
      unsigned(flAllocationType, "flAllocationType"),
      unsigned(flProtect, "flProtect"),
    ] as const;
  }

  return {
    VirtualAlloc(lpAddress, dwSize, flAllocationType, flProtect) {
      const [at, bytes] = range(lpAddress, dwSize);
      const [type, protect] = allocation(flAllocationType, flProtect);
      return long(() => calls.VirtualAlloc(at, bytes, type, protect));
    },

    VirtualAllocEx(hProcess, lpAddress, dwSize, flAllocationType, flProtect) {
      const handle = unsigned(hProcess, "hProcess");
      const [at, bytes] = range(lpAddress, dwSize);
      const [type, protect] = allocation(flAllocationType, flProtect);
      return long(() => calls.VirtualAllocEx(handle, at, bytes, type, protect));
    },

    VirtualFree(lpAddress, dwSize, dwFreeType) {
      const [at, bytes] = range(lpAddress, dwSize);
      const type = unsigned(dwFreeType, "dwFreeType");
      return long(() => calls.VirtualFree(at, bytes, type));
    },

    VirtualFreeEx(hProcess, lpAddress, dwSize, dwFreeType) {
      const handle = unsigned(hProcess, "hProcess");
      const [at, bytes] = range(lpAddress, dwSize);
      const type = unsigned(dwFreeType, "dwFreeType");
      return long(() => calls.VirtualFreeEx(handle, at, bytes, type));
    },

    VirtualProtect(lpAddress, dwSize, flNewProtect, lpflOldProtect) {
      const [at, bytes] = range(lpAddress, dwSize);
      const protect = unsigned(flNewProtect, "flNewProtect");
      const old = longByRef(lpflOldProtect, "lpflOldProtect");
      const done = long(() => calls.VirtualProtect(at, bytes, protect, old.out));
      old.takeBack();
      return done;
    },

    VirtualProtectEx(hProcess, lpAddress, dwSize, flNewProtect, lpflOldProtect) {
      const handle = unsigned(hProcess, "hProcess");
      const [at, bytes] = range(lpAddress, dwSize);
      const protect = unsigned(flNewProtect, "flNewProtect");
      const old = longByRef(lpflOldProtect, "lpflOldProtect");
      const done = long(() => calls.VirtualProtectEx(handle, at, bytes, protect, old.out));
      old.takeBack();
      return done;
    },

    VirtualQuery(lpAddress, lpBuffer, dwLength) {
      const at = unsigned(lpAddress, "lpAddress");
      const run = typeByRef(lpBuffer, "lpBuffer", basicInformation);
      const length = unsigned(dwLength, "dwLength");
      const bytes = long(() => calls.VirtualQuery(at, run.out, length));
      run.takeBack();
      return bytes;
    },

    VirtualQueryEx(hProcess, lpAddress, lpBuffer, dwLength) {
      const handle = unsigned(hProcess, "hProcess");
      const at = unsigned(lpAddress, "lpAddress");
      const run = typeByRef(lpBuffer, "lpBuffer", basicInformation);
      const length = unsigned(dwLength, "dwLength");
      const bytes = long(() => calls.VirtualQueryEx(handle, at, run.out, length));
      run.takeBack();
      return bytes;
    },

    VirtualLock(lpAddress, dwSize) {
      const [at, bytes] = range(lpAddress, dwSize);
      return long(() => calls.VirtualLock(at, bytes));
    },

    VirtualUnlock(lpAddress, dwSize) {
      const [at, bytes] = range(lpAddress, dwSize);
      return long(() => calls.VirtualUnlock(at, bytes));
    },

    GetWriteWatch(dwFlags, lpBaseAddress, dwRegionSize, lpAddresses, lpdwCount, lpdwGranularity) {
      const flags = unsigned(dwFlags, "dwFlags");
      const base = unsigned(lpBaseAddress, "lpBaseAddress");
      const size = unsigned(dwRegionSize, "dwRegionSize");
      const pages = longsByRef(lpAddresses, "lpAddresses");
      const count = longByRef(lpdwCount, "lpdwCount");
      const granularity = longByRef(lpdwGranularity, "lpdwGranularity");
      const failure = long(() =>
        calls.GetWriteWatch(flags, base, size, pages.out, count.out, granularity.out),
      );
      for (const passed of [pages, count, granularity]) passed.takeBack();
      return failure;
    },

    ResetWriteWatch(lpBaseAddress, dwRegionSize) {
      const base = unsigned(lpBaseAddress, "lpBaseAddress");
      const size = unsigned(dwRegionSize, "dwRegionSize");
      return long(() => calls.ResetWriteWatch(base, size));
    },

    GetSystemInfo(lpSystemInfo) {
      const info = typeByRef(lpSystemInfo, "lpSystemInfo", systemInfo);
      declared(() => calls.GetSystemInfo(info.out));
      info.takeBack();
    },

    GlobalMemoryStatus(lpBuffer) {
      const status = typeByRef(lpBuffer, "lpBuffer", signedFields<MemoryStatus>);
      declared(() => calls.GlobalMemoryStatus(status.out));
      status.takeBack();
    },

    CopyMemory(Destination, Source, Length) {
      declared(() => move(Destination, Source, Length));
    },

    OpenProcess(dwDesiredAccess, bInheritHandle, dwProcessId) {
      const access = unsigned(dwDesiredAccess, "dwDesiredAccess");
      const inherit = unsigned(bInheritHandle, "bInheritHandle");
      const id = unsigned(dwProcessId, "dwProcessId");
      return long(() => calls.OpenProcess(access, inherit, id));
    },

    CloseHandle(hObject) {
      const handle = unsigned(hObject, "hObject");
      return long(() => calls.CloseHandle(handle));
    },

    GetCurrentProcess: () => long(calls.GetCurrentProcess),
    GetLastError: () => long(calls.GetLastError),
  };
}

function basicInformation({ Type, ...run }: MemoryBasicInformation): MEMORY_BASIC_INFORMATION {
  return signedFields({ ...run, lType: Type });
}

/** Here the words of the processor are Longs with two words each. */
function systemInfo(info: SystemInfo): SYSTEM_INFO {
  return signedFields({
    dwOemID: info.wProcessorArchitecture + (info.wReserved << WORD_BITS),
    dwPageSize: info.dwPageSize,
    lpMinimumApplicationAddress: info.lpMinimumApplicationAddress,
    lpMaximumApplicationAddress: info.lpMaximumApplicationAddress,
    dwActiveProcessorMask: info.dwActiveProcessorMask,
    dwNumberOrfProcessors: info.dwNumberOfProcessors,
    dwProcessorType: info.dwProcessorType,
    dwAllocationGranularity: info.dwAllocationGranularity,
    dwReserved: info.wProcessorLevel + (info.wProcessorRevision << WORD_BITS),
  });
}
