/**
 * The memory functions as a .NET program calls them: `NativeMethods` as the library DevCase.Interop
 * declares it, and what Marshal says of the last error.
 *
 * @example
 * import { dotnet, IntPtr, MemoryAllocationType, MemoryProtectionOptions } from "guardpage/dotnet";
 *
 * const { NativeMethods, Marshal } = dotnet(process);
 * const { Commit, Reserve } = MemoryAllocationType;
 * const { ReadWrite } = MemoryProtectionOptions;
 * const base = NativeMethods.VirtualAlloc(IntPtr.Zero, 0x10000, Reserve | Commit, ReadWrite);
 *
 * @module guardpage/dotnet
 */

import { optionBag, truth } from "./door.ts";
import type { Dotnet, DotnetOptions } from "./dotnet/interface.ts";
import { marshal, platformInvoke } from "./dotnet/last-error.ts";
import { nativeMethods } from "./dotnet/native-methods.ts";
import { faceOf } from "./faces.ts";
import type { Process } from "./process.ts";

export {
  MemoryAllocationType,
  MemoryFreeType,
  MemoryProtectionOptions,
  MemoryState,
  MemoryType,
} from "./dotnet/enums.ts";
export { IntPtr, UIntPtr } from "./dotnet/integers.ts";
export type {
  Dotnet,
  DotnetOptions,
  Marshal,
  MemoryBasicInformation,
  NativeMethods,
} from "./dotnet/interface.ts";
export type { Out, StructureOut } from "./out.ts";

/**
 * What a .NET program in this process calls. The methods need no `this`, and may be taken apart.
 * The same process and options give the same object; what Marshal keeps belongs to the threads, so
 * all faces of a process share it.
 *
 * @throws TypeError for a wrong option
 */
export function dotnet(process: Process, options: DotnetOptions = {}): Dotnet {
  optionBag(options, "options", ["clearLastError"]);
  const clears = truth(options.clearLastError ?? true, "clearLastError");
  const name = clears ? "dotnet" : "dotnet-keeping-last-error";
  return faceOf(process, name, () => makeFace(process, clears));
}

function makeFace(process: Process, clears: boolean): Dotnet {
  return Object.freeze({
    NativeMethods: Object.freeze(nativeMethods(process, platformInvoke(process, clears))),
    Marshal: Object.freeze(marshal(process)),
  });
}
