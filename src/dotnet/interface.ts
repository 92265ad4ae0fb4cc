import type { Out, StructureOut } from "../out.ts";
import type {
  MemoryAllocationType,
  MemoryFreeType,
  MemoryProtectionOptions,
  MemoryState,
  MemoryType,
} from "./enums.ts";
import type { IntPtr, UIntPtr } from "./integers.ts";

/**
 * Library page: "MemoryBasicInformation Structure". The fields that the library declares as IntPtr
 * have a sign: in a 32-bit process what lies at 2^31 or above is negative there.
 */
export interface MemoryBasicInformation {
  /** The queried page; a UIntPtr. */
  BaseAddress: number;
  /** First page of the region, an IntPtr; 0 for free memory. */
  AllocationBase: number;
  /** As the region was made; 0 for free memory. */
  AllocationProtect: MemoryProtectionOptions;
  /** Bytes from BaseAddress to the end of the run of equal pages; an IntPtr. */
  RegionSize: number;
  /** Committed, reserved or free. */
  State: MemoryState;
  /** Of committed pages; 0 for reserved ones, NoAccess for free ones. */
  Protect: MemoryProtectionOptions;
  /** 0 for free memory. */
  Type: MemoryType;
}

/**
 * The P/Invokes of DevCase.Interop 3.3, in DevCase.Interop.Unmanaged.Win32: functions of
 * Kernel32.dll, found by exactly their names, with SetLastError = true. Of the overloads of each
 * the one is here whose address is an IntPtr and whose size is a UIntPtr; the others are the same
 * call. What the calls do and which errors they leave in `Marshal.GetLastWin32Error` is said in
 * guardpage/kernel32.
 *
 * Sizes are bytes. An `out` or `ref` parameter is a `{ value }`, or as in guardpage/kernel32 the
 * guest address of the variable, or null, with which the call fails with 998. A method whose
 * function answers a BOOL answers true or false, as P/Invoke makes a `bool` of it.
 *
 * Where .NET would throw because a value does not fit its type, a RangeError is thrown that names
 * OverflowException, and the call is not made; a value of another kind is a TypeError, null for an
 * IntPtr too (`IntPtr.Zero` is 0). Error when the process has ended, MachinePoisoned when the core
 * has trapped. A call that throws changes nothing, and leaves both last errors as they are.
 */
export interface NativeMethods {
  /**
   * Reserve, commit or reset pages. Library page: "NativeMethods.VirtualAlloc Method (IntPtr,
   * UIntPtr, MemoryAllocationType, MemoryProtectionOptions)".
   *
   * @param address where, or IntPtr.Zero for anywhere
   * @param size bytes
   * @returns the first page, as a UIntPtr, or UIntPtr.Zero. Errors: those of VirtualAlloc
   */
  VirtualAlloc(
    address: IntPtr,
    size: UIntPtr,
    allocationType: MemoryAllocationType,
    protection: MemoryProtectionOptions,
  ): number;
  /**
   * As VirtualAlloc, in the process of a handle with PROCESS_VM_OPERATION. Library page:
   * "NativeMethods.VirtualAllocEx Method".
   *
   * @returns the first page, as a UIntPtr, or UIntPtr.Zero. Errors: those of VirtualAllocEx
   */
  VirtualAllocEx(
    hProcess: IntPtr,
    address: IntPtr,
    size: UIntPtr,
    allocationType: MemoryAllocationType,
    protection: MemoryProtectionOptions,
  ): number;

  /**
   * Decommit pages or release a region. Library page: "NativeMethods.VirtualFree Method (IntPtr,
   * UIntPtr, MemoryFreeType)".
   *
   * @param size bytes; 0 for the whole region, as MemoryFreeType.Release wants it
   * @returns whether it was done. Errors: those of VirtualFree
   */
  VirtualFree(address: IntPtr, size: UIntPtr, freeType: MemoryFreeType): boolean;
  /**
   * As VirtualFree, in the process of a handle with PROCESS_VM_OPERATION. Library page:
   * "NativeMethods.VirtualFreeEx Method (IntPtr, IntPtr, UIntPtr, MemoryFreeType)".
   */
  VirtualFreeEx(process: IntPtr, address: IntPtr, size: UIntPtr, freeType: MemoryFreeType): boolean;

  /**
   * Change the protection of committed pages. Library page: "NativeMethods.VirtualProtect Method
   * (IntPtr, UIntPtr, MemoryProtectionOptions, MemoryProtectionOptions)".
   *
   * @param refOldProtect receives the protection of the first page; a call that fails leaves it
   * @returns whether it was done. Errors: those of VirtualProtect
   */
  VirtualProtect(
    address: IntPtr,
    size: UIntPtr,
    newProtect: MemoryProtectionOptions,
    refOldProtect: Out<MemoryProtectionOptions>,
  ): boolean;
  /**
   * As VirtualProtect, in the process of a handle with PROCESS_VM_OPERATION. Library page:
   * "NativeMethods.VirtualProtectEx Method (IntPtr, IntPtr, UIntPtr, MemoryProtectionOptions,
   * MemoryProtectionOptions)".
   */
  VirtualProtectEx(
    hProcess: IntPtr,
    address: IntPtr,
    size: UIntPtr,
    newProtect: MemoryProtectionOptions,
    refOldProtect: Out<MemoryProtectionOptions>,
  ): boolean;

  /**
   * Ask about the run of equal pages that begins at an address. Library page:
   * "NativeMethods.VirtualQuery Method (IntPtr, MemoryBasicInformation, IntPtr)".
   *
   * @param refBuffer the structure to fill: `{ value }` gets a new one, any other object is the
   *   structure
   * @param length bytes of the structure. Default: as many as it has, 28 or 48
   * @returns bytes that were filled, as an IntPtr, or 0. Errors: those of VirtualQuery
   */
  VirtualQuery(
    address: IntPtr,
    refBuffer: StructureOut<MemoryBasicInformation>,
    length?: IntPtr,
  ): number;
  /**
   * As VirtualQuery, in the process of a handle with PROCESS_QUERY_INFORMATION. Library page:
   * "NativeMethods.VirtualQueryEx Method (IntPtr, IntPtr, MemoryBasicInformation, IntPtr)".
   */
  VirtualQueryEx(
    hProcess: IntPtr,
    address: IntPtr,
    refBuffer: StructureOut<MemoryBasicInformation>,
    length?: IntPtr,
  ): number;
}

/**
 * The last errors as System.Runtime.InteropServices.Marshal has them, each of the current thread
 * and an Int32: codes from 0x80000000 on are negative. There are two: the system's, which is that
 * of GetLastError, and the one that the runtime saved after its last P/Invoke. All throw TypeError
 * or RangeError for an argument that is no Int32.
 */
export interface Marshal {
  /**
   * The system's last error as it was after the last P/Invoke of this thread, 0 before the first;
   * after a success 0 too, unless the face was made with `clearLastError: false`. Calls by other
   * faces do not change it. Library page: "Marshal.GetLastWin32Error".
   */
  GetLastWin32Error(): number;
  /** The same. Library page: "Marshal.GetLastPInvokeError". */
  GetLastPInvokeError(): number;
  /** Set what the two above answer. Library page: "Marshal.SetLastPInvokeError". */
  SetLastPInvokeError(error: number): void;
  /** As GetLastError. Library page: "Marshal.GetLastSystemError". */
  GetLastSystemError(): number;
  /** As SetLastError. Library page: "Marshal.SetLastSystemError". */
  SetLastSystemError(error: number): void;
}

/** How the runtime behaves. */
export interface DotnetOptions {
  /**
   * Whether the system's last error is set to 0 before each P/Invoke, as .NET 6 and later do it;
   * .NET Framework keeps the old value. Default true.
   */
  clearLastError?: boolean | undefined;
}

/** What a .NET program calls. */
export interface Dotnet {
  /** The memory functions. */
  readonly NativeMethods: Readonly<NativeMethods>;
  /** The last errors. */
  readonly Marshal: Readonly<Marshal>;
}
