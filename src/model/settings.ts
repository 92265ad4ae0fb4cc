import { SHARED_DATA } from "./constants.ts";

/** All of them as Windows 10. */
export type ModelProfile = "win32" | "win32-3g" | "win32-4g" | "win64" | "win64-8tb";

export interface ModelSettings {
  profile: ModelProfile;
  statusStyle: "numbered" | "plain";
  guardOrder: "permission-first" | "guard-first";
  dep: boolean;
  executeOnlyReadable: boolean;
  resetEffect: "keep" | "zero" | { seed: number };
  placement: "lowest-first" | { seed: number };
  autoReserveOnCommit: boolean;
  lockMemoryPrivilege: boolean;
  strictPhysical: boolean;
  regionFlags: "documented" | "zero";
  wow64: boolean;
  /** Pages, as are the working-set figures. */
  commitLimit: number;
  workingSetMin: number;
  workingSetMax: number;
}

export function completeSettings(given: Partial<ModelSettings>): ModelSettings {
  const profile = given.profile ?? "win64";
  return {
    profile,
    statusStyle: "numbered",
    guardOrder: "permission-first",
    dep: true,
    executeOnlyReadable: true,
    resetEffect: "keep",
    placement: "lowest-first",
    autoReserveOnCommit: false,
    lockMemoryPrivilege: false,
    strictPhysical: false,
    regionFlags: "documented",
    wow64: profile === "win32" || profile === "win32-4g",
    commitLimit: 0x400000,
    workingSetMin: 50,
    workingSetMax: 345,
    ...given,
  };
}

/** Section 1.1, and what follows from the width of a pointer. */
export interface Layout {
  lowest: number;
  highestUser: number;
  highestVad: number;
  /** One more than the greatest pointer. */
  pointerLimit: number;
  /** A zero-bits value of 32 and above is a mask (2.9). */
  masks: boolean;
  /** End (exclusive) of the region KUSER_SHARED_DATA lies in (1.2). */
  sharedDataEnd: number;
}

const HIGHEST_USER: Record<ModelProfile, number> = {
  win32: 0x7ffeffff,
  "win32-3g": 0xbffeffff,
  "win32-4g": 0xfffeffff,
  win64: 0x7ffffffeffff,
  "win64-8tb": 0x7fffffeffff,
};

/** Whether pointers have 64 bits. */
export function isWide(profile: ModelProfile): boolean {
  return profile === "win64" || profile === "win64-8tb";
}

export function layoutOf(settings: ModelSettings): Layout {
  const wide = isWide(settings.profile);
  const highestUser = HIGHEST_USER[settings.profile];
  return {
    lowest: 0x10000,
    highestUser,
    highestVad: highestUser - 0x10000,
    pointerLimit: wide ? 2 ** 64 : 2 ** 32,
    masks: wide || settings.wow64,
    sharedDataEnd: SHARED_DATA + (wide ? 0x1000 : 0x10000),
  };
}
