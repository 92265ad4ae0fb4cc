/**
 * The memory functions of Windows CE.
 *
 * @example
 * import { coredll } from "guardpage/coredll";
 *
 * const { VirtualAlloc, VirtualCopy } = coredll(process);
 * const registers = VirtualAlloc(0, 0x1000, MEM_RESERVE, PAGE_NOACCESS);
 * const protect = PAGE_READWRITE | PAGE_NOCACHE | PAGE_PHYSICAL;
 * VirtualCopy(registers, 0x1000_0000 / 256, 0x1000, protect);
 *
 * @module guardpage/coredll
 */

import { copyFunctions, copyFunctionsEx } from "./coredll/copies.ts";
import type { Coredll } from "./coredll/interface.ts";
import { pageBitsFunctions } from "./coredll/page-bits.ts";
import { processFunctions } from "./coredll/processes.ts";
import { sectionFunctions } from "./coredll/sections.ts";
import { sharedFunctions } from "./coredll/shared.ts";
import { slotFunctions } from "./coredll/slots.ts";
import { virtualFunctions, virtualFunctionsEx } from "./coredll/virtual.ts";
import { faceOf } from "./faces.ts";
import { ownersOnly } from "./owners-only.ts";
import type { Process } from "./process.ts";
import { isCe } from "./profile.ts";

export type { Coredll, SinceCe6, UntilCe5 } from "./coredll/interface.ts";

/**
 * The functions of coredll as this process calls them: those that came with CE 6 are missing with
 * the profile "ce5", those that CE 6 has no more with "ce6". They need no `this`, and may be taken
 * apart.
 *
 * @throws RangeError for a process of a machine with another profile
 */
export function coredll(process: Process): Coredll {
  return faceOf(process, "coredll", () => makeFace(process));
}

function makeFace(process: Process): Coredll {
  const { profile } = process.machine;
  if (process.machine.isAttached) ownersOnly("coredll");
  if (!isCe(profile)) {
    throw new RangeError(`process must be of a machine with "ce5" or "ce6", not "${profile}"`);
  }
  const copies = copyFunctions(process);
  const ofVersion =
    profile === "ce5"
      ? slotFunctions(process)
      : { ...virtualFunctionsEx(process), ...copyFunctionsEx(process, copies) };
  return Object.freeze({
    ...virtualFunctions(process),
    ...copies,
    ...pageBitsFunctions(process),
    ...sharedFunctions(process),
    ...processFunctions(process),
    ...sectionFunctions(process),
    ...ofVersion,
  });
}
