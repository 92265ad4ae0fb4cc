/**
 * The memory functions as a Visual Basic program declares and calls them, after the API-Guide of
 * the AllAPI Network, and what Err says of the last error. Addresses, sizes and answers are Longs,
 * 32 bits with a sign.
 *
 * @example
 * import { vb } from "guardpage/vb";
 *
 * const { VirtualAlloc, Err } = vb(process);
 * const base = VirtualAlloc(0, 0x10000, MEM_COMMIT, PAGE_READWRITE);
 * if (base === 0) console.log(Err.LastDllError);
 *
 * @module guardpage/vb
 */

import { faceOf } from "./faces.ts";
import type { Process } from "./process.ts";
import { declaredFunctions } from "./vb/declares.ts";
import { dllErrors } from "./vb/err.ts";
import type { VisualBasic } from "./vb/interface.ts";

export type {
  ByRef,
  ByRefAny,
  ByRefType,
  Declares,
  Err,
  Long,
  MEMORY_BASIC_INFORMATION,
  MEMORYSTATUS,
  SYSTEM_INFO,
  VisualBasic,
} from "./vb/interface.ts";

/**
 * The functions that a Visual Basic program in this process declares. They need no `this`, and may
 * be taken apart.
 *
 * @throws RangeError for a 64-bit process, whose addresses are no Longs
 */
export function vb(process: Process): VisualBasic {
  return faceOf(process, "vb", () => makeFace(process));
}

function makeFace(process: Process): VisualBasic {
  const { pointerBytes, profile } = process.machine;
  if (pointerBytes !== 4) {
    throw new RangeError(`process must be a 32-bit one, not one of "${profile}"`);
  }
  const { declared, Err } = dllErrors(process);
  return Object.freeze({ ...declaredFunctions(process, declared), Err });
}
