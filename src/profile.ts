import { Profile } from "./wasm/exports.ts";

/** Layouts of the address spaces (1.1), and with them the kind of Windows. */
export type ProfileName =
  | "win32"
  | "win32-2g"
  | "win32-3g"
  | "win32-4g"
  | "win64"
  | "win64-8tb"
  | "win9x"
  | "ce5"
  | "ce6";

/** Versions of Windows NT (17.1). "winxp" is XP SP2 and Server 2003 SP1, "win10" 1803 or later. */
export type VersionName =
  | "nt4"
  | "win2000"
  | "winxp"
  | "vista"
  | "win7"
  | "win8"
  | "win8.1"
  | "win10";

export const PROFILES: readonly ProfileName[] = [
  "win32",
  "win32-2g",
  "win32-3g",
  "win32-4g",
  "win64",
  "win64-8tb",
  "win9x",
  "ce5",
  "ce6",
];

/** Oldest first. */
export const VERSIONS: readonly VersionName[] = [
  "nt4",
  "win2000",
  "winxp",
  "vista",
  "win7",
  "win8",
  "win8.1",
  "win10",
];

/** The versions of Windows 9x in the core. */
const WINDOWS_95 = 0;
const WINDOWS_98 = 1;

/** Whether the profile is one of Windows NT, which comes in versions. */
export function isNt(profile: ProfileName): boolean {
  return profile !== "win9x" && !isCe(profile);
}

export function isCe(profile: ProfileName): boolean {
  return profile === "ce5" || profile === "ce6";
}

export function isWide(profile: ProfileName): boolean {
  return profile === "win64" || profile === "win64-8tb";
}

/** Whether a version is this one or a later one; what is not NT is none. */
export function isSince(version: VersionName | null, first: VersionName): boolean {
  return version !== null && VERSIONS.indexOf(version) >= VERSIONS.indexOf(first);
}

/** The one name of a profile: 64-bit processes had 8 TB before Windows 8.1 (14.2). */
export function profileOf(profile: ProfileName, version: VersionName | undefined): ProfileName {
  if (profile === "win32-2g") return "win32";
  const isOlder = version !== undefined && !isSince(version, "win8.1");
  return profile === "win64" && isOlder ? "win64-8tb" : profile;
}

/** The version that a profile stands for unless another is named (17.1). */
export function versionOf(profile: ProfileName): VersionName | null {
  if (!isNt(profile)) return null;
  return profile === "win64-8tb" ? "win8" : "win10";
}

/** The number of a profile in the core. */
export function profileNumber(profile: ProfileName): number {
  return Profile[profile === "win32-2g" ? "win32" : profile];
}

/** The number of a version in the core. */
export function versionNumber(version: VersionName | null, windows95: boolean): number {
  if (version !== null) return VERSIONS.indexOf(version);
  return windows95 ? WINDOWS_95 : WINDOWS_98;
}
