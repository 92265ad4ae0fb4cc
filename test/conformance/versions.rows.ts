import type { MachineOptions, ProfileName, VersionName } from "../../src/index.ts";

/** Which rule says what a version is. */
export const SWEEPS: readonly { readonly rule: string; readonly version: VersionName }[] = [
  { rule: "17.1#7", version: "nt4" },
  { rule: "17.1#7", version: "win2000" },
  { rule: "17.1#7", version: "winxp" },
  { rule: "17.1#7", version: "vista" },
  { rule: "17.1#7", version: "win7" },
  { rule: "17.1#8", version: "win8" },
  { rule: "17.1#9", version: "win8.1" },
  { rule: "17.1#10", version: "win10" },
];

/** What the options of a machine mean where they leave something open. */
export interface NameRow {
  readonly rule: string;
  readonly options: Pick<MachineOptions, "profile" | "version">;
  readonly profile: ProfileName;
  readonly version: VersionName | null;
  readonly dep: boolean;
  readonly lowest: number;
  readonly highest: number;
}

function named(
  { rule, ...options }: { rule: string; profile?: ProfileName; version?: VersionName },
  [profile, version]: readonly [ProfileName, VersionName | null],
  dep: boolean,
  [lowest, highest]: readonly [number, number],
): NameRow {
  return { rule, options, profile, version, dep, lowest, highest };
}

const NT_2G = [0x10000, 0x7ffeffff] as const;
const NT_3G = [0x10000, 0xbffeffff] as const;
const NT_4G = [0x10000, 0xfffeffff] as const;
const NT_8TB = [0x10000, 0x7fffffeffff] as const;
const NT_128TB = [0x10000, 0x7ffffffeffff] as const;
const CE = [0x10000, 0x7fffffff] as const;
const WIN9X = [0x400000, 0x7fffffff] as const;

export const NAME_ROWS: readonly NameRow[] = [
  named({ rule: "17.1#1", profile: "win32" }, ["win32", "win10"], true, NT_2G),
  named({ rule: "17.1#1", profile: "win32-2g" }, ["win32", "win10"], true, NT_2G),
  named({ rule: "17.1#2", profile: "win32-3g" }, ["win32-3g", "win10"], true, NT_3G),
  named({ rule: "17.1#2", profile: "win32-4g" }, ["win32-4g", "win10"], true, NT_4G),
  named({ rule: "17.1#3", profile: "win64" }, ["win64", "win10"], true, NT_128TB),
  named({ rule: "17.1#3" }, ["win64", "win10"], true, NT_128TB),
  named({ rule: "17.1#4", profile: "win64-8tb" }, ["win64-8tb", "win8"], true, NT_8TB),
  named({ rule: "17.1#5", profile: "win9x" }, ["win9x", null], false, WIN9X),
  named({ rule: "17.1#6", profile: "ce5" }, ["ce5", null], false, CE),
  named({ rule: "17.1#6", profile: "ce6" }, ["ce6", null], false, CE),
  named({ rule: "17.1#11", profile: "win32", version: "winxp" }, ["win32", "winxp"], true, NT_2G),
  named({ rule: "17.1#11", profile: "win32", version: "nt4" }, ["win32", "nt4"], false, NT_2G),
  named({ rule: "14.2#15", version: "win8" }, ["win64-8tb", "win8"], true, NT_8TB),
  named({ rule: "14.2#15", version: "win8.1" }, ["win64", "win8.1"], true, NT_128TB),
];
