import { integer, optionBag, shown, truth } from "./door.ts";
import { checkEnclaveKinds, type EnclaveKind } from "./enclaves.ts";
import { type CallFailure, checkFailures } from "./failures.ts";
import type { PageStore } from "./page-store.ts";
import {
  isCe,
  isNt,
  isSince,
  isWide,
  PROFILES,
  type ProfileName,
  profileOf,
  VERSIONS,
  type VersionName,
  versionOf,
} from "./profile.ts";
import { Switch } from "./wasm/exports.ts";

/**
 * A choice that goes by a seed: an integer from 0 to 2^32-1. The same seed gives the same choices.
 */
export interface Seeded {
  /** An integer from 0 to 2^32-1. */
  readonly seed: number;
}

/** What a machine is like. Everything has a default; rule numbers are those of docs/rules.md. */
export interface MachineOptions {
  /**
   * Layout of the address spaces (1.1), and the kind of Windows: NT, 9x or CE, with the functions
   * that it has. "win32-2g" is "win32". Default "win64".
   */
  profile?: ProfileName | undefined;
  /**
   * Which calls and flags Windows NT has (14.2): a flag that it lacks is an unknown bit (87), a
   * function that it lacks fails with 120 (17.1). For profiles of NT only. Default "win10", with
   * "win64-8tb" "win8". Before "win8.1", "win64" is "win64-8tb".
   */
  version?: VersionName | undefined;
  /** Whether "win9x" is Windows 95, which records no writes (14.1), or 98. Default false. */
  windows95?: boolean | undefined;
  /** The processor under Windows CE: "sh4" keeps flags of pages (17.19). Default "x86". */
  cpu?: "x86" | "sh4" | undefined;
  /** Whether STATUS_INVALID_PARAMETER says which one. Default "numbered". */
  statusStyle?: "numbered" | "plain" | undefined;
  /**
   * What an access to a guard page that is not allowed either answers with (4.1). Default
   * "permission-first".
   */
  guardOrder?: "permission-first" | "guard-first" | undefined;
  /**
   * Whether fetching needs an executable page. Default true from "winxp" on; true is refused for
   * what is older, and for 9x and CE.
   */
  dep?: boolean | undefined;
  /**
   * Whether PAGE_EXECUTE can be read, as on real hardware. Default true, with "win9x" false, as the
   * documentation for it says.
   */
  executeOnlyReadable?: boolean | undefined;
  /** What MEM_RESET does to the content (2.6). Default "keep". */
  resetEffect?: "keep" | "zero" | Seeded | undefined;
  /** Where a region goes that names no address (2.8). Default "lowest-first". */
  placement?: "lowest-first" | Seeded | undefined;
  /** Whether MEM_COMMIT at a free address reserves too (17.19). Default only with "win9x". */
  autoReserveOnCommit?: boolean | undefined;
  /** Whether the processes hold SeLockMemoryPrivilege. Default false. */
  lockMemoryPrivilege?: boolean | undefined;
  /** Whether MEM_PHYSICAL is refused with MEM_TOP_DOWN (17.3). Default false. */
  strictPhysical?: boolean | undefined;
  /** What MemoryRegionInformation says about the kind of a region (17.9). Default "documented". */
  regionFlags?: "documented" | "zero" | undefined;
  /**
   * Whether a 32-bit process runs on a 64-bit system (17.7). Default true for win32 and win32-4g
   * from "winxp" on.
   */
  wow64?: boolean | undefined;
  /**
   * The kinds of enclaves that the processor has (10): SGX1 for ENCLAVE_TYPE_SGX, and so on.
   * Default none.
   */
  enclaves?: readonly EnclaveKind[] | undefined;
  /** Pages that may be committed, over all processes. Default 0x400000 (16 GB). */
  commitLimit?: number | undefined;
  /** Pages of physical memory. Default 0x200000 (8 GB). */
  physicalPages?: number | undefined;
  /** Pages. Default 50. */
  workingSetMin?: number | undefined;
  /** Pages. Default 345. */
  workingSetMax?: number | undefined;
  /**
   * Pages that are free at most while memory is low; from three times as many on there is plenty.
   * Default: a 128th of the physical pages, from 1 to 0x4000 (17.14).
   */
  lowMemoryPages?: number | undefined;
  /** Calls that fail, as if memory were at its end. Default none. */
  failures?: readonly CallFailure[] | undefined;
  /**
   * Whether `machine.clock` goes. It is part of the state then: machines that came to the same
   * memory by fewer calls are different ones. Default false.
   */
  clock?: boolean | undefined;
  /** 1 to 32. Default 1. */
  numberOfProcessors?: number | undefined;
  /** Nodes of memory, 1 to 64. Default 1. */
  numaNodes?: number | undefined;
  /** Whether VirtualProtectFromApp and MapViewOfFileFromApp may execute (17.11). Default false. */
  codeGeneration?: boolean | undefined;
  /**
   * Whether to set linear memory aside for a windowed space. Default true on 32-bit profiles; win64
   * has none.
   */
  window?: boolean | undefined;
  /**
   * A core compiled by the caller, from `guardpage/core.wasm`. Default: the one in this package.
   */
  module?: WebAssembly.Module | undefined;
  /**
   * Where pages go when physical memory does not suffice (17.14). Default none: then an access that
   * needs a page more ends with EXCEPTION_IN_PAGE_ERROR.
   */
  pageStore?: PageStore | undefined;
  /**
   * Whether threads of the guest may be handed to workers (`thread.share`), and run at the same
   * time on one memory: docs/threads.md. In a browser the page has to be cross-origin isolated. Not
   * with `pageStore` or `enclaves`. Default false.
   */
  threads?: boolean | undefined;
  /**
   * How often in a row a handler may fail to resolve the same exception (17.6). Default 100,000.
   */
  handlerLoopLimit?: number | undefined;
  /** How many exceptions may be in dispatch at once (17.6). Default 64. */
  handlerDepthLimit?: number | undefined;
}

/** The options of a machine with their defaults filled in. */
export type Settings = Readonly<{
  [Name in Exclude<
    keyof MachineOptions,
    "module" | "pageStore" | "threads" | "version"
  >]-?: Exclude<MachineOptions[Name], undefined>;
}> & {
  /** Null where Windows is not NT. */
  readonly version: VersionName | null;
};

const PAGES_MAXIMUM = 2 ** 36;
const FRAMES_MAXIMUM = 2 ** 32 - 1;
const SEED_MAXIMUM = 2 ** 32 - 1;
const LIMIT_MAXIMUM = 2 ** 31 - 1;
const PROCESSORS_MAXIMUM = 32;
const NODES_MAXIMUM = 64;
const PHYSICAL_PAGES = 0x200000;
/** 64 MB. */
const LOW_MEMORY_MAXIMUM = 0x4000;
const LOW_MEMORY_PART = 128;

const SWITCHES: readonly (keyof Settings)[] = [
  "dep",
  "executeOnlyReadable",
  "autoReserveOnCommit",
  "lockMemoryPrivilege",
  "strictPhysical",
  "wow64",
  "window",
  "codeGeneration",
  "windows95",
  "clock",
];

/** What each option may be that takes one of some words. */
const WORDS = {
  profile: PROFILES,
  version: VERSIONS,
  cpu: ["x86", "sh4"],
  statusStyle: ["numbered", "plain"],
  guardOrder: ["permission-first", "guard-first"],
  resetEffect: ["keep", "zero"],
  placement: ["lowest-first"],
  regionFlags: ["documented", "zero"],
} as const;

/** What is not a setting of the guest's system, but what the machine works with. */
const OBJECTS: readonly string[] = ["module", "pageStore", "threads"];

const SEEDED: readonly string[] = ["resetEffect", "placement"];

/** Least and most of each option that is a number. */
const RANGES = {
  commitLimit: [0, PAGES_MAXIMUM],
  physicalPages: [1, FRAMES_MAXIMUM],
  workingSetMin: [1, LIMIT_MAXIMUM],
  workingSetMax: [1, LIMIT_MAXIMUM],
  lowMemoryPages: [0, FRAMES_MAXIMUM],
  numberOfProcessors: [1, PROCESSORS_MAXIMUM],
  numaNodes: [1, NODES_MAXIMUM],
  handlerLoopLimit: [1, LIMIT_MAXIMUM],
  handlerDepthLimit: [1, LIMIT_MAXIMUM],
} as const;

/**
 * Check the options and fill in the defaults.
 *
 * @throws TypeError for an unknown option or a wrong kind of value, RangeError for a wrong value
 */
export function settingsOf(options: MachineOptions): Settings {
  const names = [
    ...Object.keys(WORDS),
    ...Object.keys(RANGES),
    ...SWITCHES,
    "enclaves",
    "failures",
    ...OBJECTS,
  ];
  optionBag(options, "options", names);
  const given = Object.fromEntries(
    Object.entries(options).filter(
      ([name, value]) => !OBJECTS.includes(name) && value !== undefined,
    ),
  ) as Partial<Settings>;
  for (const [name, words] of Object.entries(WORDS)) checkWord(given, name, words);
  for (const name of SWITCHES) if (given[name] !== undefined) truth(given[name], name);
  for (const [name, [least, most]] of Object.entries(RANGES)) {
    const value = given[name as keyof Settings];
    if (value !== undefined) integer(value, name, least, most);
  }
  const profile = profileOf(given.profile ?? "win64", options.version);
  const version = options.version ?? versionOf(profile);
  const enclaves = checkEnclaveKinds(given.enclaves ?? []);
  const defaults = defaultsOf(profile, version, given.physicalPages);
  const failures = checkFailures(given.failures ?? []);
  const settings = { ...defaults, ...given, profile, version, enclaves, failures };
  checkTogether(settings);
  return Object.freeze(settings);
}

function defaultsOf(
  profile: ProfileName,
  version: VersionName | null,
  physicalPages = PHYSICAL_PAGES,
): Settings {
  return {
    profile,
    version,
    windows95: false,
    cpu: "x86",
    statusStyle: "numbered",
    guardOrder: "permission-first",
    dep: isSince(version, "winxp"),
    executeOnlyReadable: profile !== "win9x",
    resetEffect: "keep",
    placement: "lowest-first",
    autoReserveOnCommit: profile === "win9x",
    lockMemoryPrivilege: false,
    strictPhysical: false,
    regionFlags: "documented",
    wow64: (profile === "win32" || profile === "win32-4g") && isSince(version, "winxp"),
    enclaves: [],
    failures: [],
    clock: false,
    commitLimit: 0x400000,
    physicalPages,
    workingSetMin: 50,
    workingSetMax: 345,
    lowMemoryPages: Math.max(
      1,
      Math.min(LOW_MEMORY_MAXIMUM, Math.floor(physicalPages / LOW_MEMORY_PART)),
    ),
    numberOfProcessors: 1,
    numaNodes: 1,
    codeGeneration: false,
    window: !isWide(profile),
    handlerLoopLimit: 100_000,
    handlerDepthLimit: 64,
  };
}

function checkWord(given: Partial<Settings>, name: string, words: readonly string[]): void {
  const value: unknown = given[name as keyof Settings];
  if (value === undefined) return;
  const alternatives = words.map((word) => `"${word}"`).join(", ");
  if (SEEDED.includes(name) && typeof value === "object" && value !== null) {
    optionBag(value, name, ["seed"]);
    integer((value as Seeded).seed, `${name}.seed`, 0, SEED_MAXIMUM);
  } else if (typeof value !== "string") {
    throw new TypeError(`${name} must be one of ${alternatives}, not ${shown(value)}`);
  } else if (!words.includes(value)) {
    throw new RangeError(`${name} must be one of ${alternatives}, not ${shown(value)}`);
  }
}

function checkTogether(settings: Settings): void {
  const { profile, version, wow64, window, workingSetMin, workingSetMax } = settings;
  if (isWide(profile) && wow64) throw new RangeError("wow64 goes with a 32-bit profile only");
  if (isWide(profile) && window) {
    throw new RangeError("window goes with a 32-bit profile only: so many TB do not fit");
  }
  if (!isNt(profile)) checkNoNt(settings);
  if (settings.dep && !isSince(version, "winxp")) {
    throw new RangeError(`dep: there is none in ${version ?? profile}`);
  }
  if (settings.windows95 && profile !== "win9x") {
    throw new RangeError('windows95 goes with the profile "win9x" only');
  }
  if (settings.cpu !== "x86" && !isCe(profile)) {
    throw new RangeError(`cpu: "${settings.cpu}" goes with the profiles "ce5" and "ce6" only`);
  }
  if (workingSetMin > workingSetMax) {
    throw new RangeError(`workingSetMin ${workingSetMin} is above workingSetMax ${workingSetMax}`);
  }
}

function checkNoNt({ profile, version, wow64 }: Settings): void {
  if (version !== null) throw new RangeError(`version: the profile "${profile}" is not NT`);
  if (wow64) throw new RangeError(`wow64: the profile "${profile}" is not NT`);
}

/** The switches of the core, without the window. */
export function switchesOf(settings: Settings): number {
  const bits = [
    settings.statusStyle === "plain" && Switch.PlainStatus,
    settings.guardOrder === "guard-first" && Switch.GuardFirst,
    !settings.dep && Switch.DepOff,
    !settings.executeOnlyReadable && Switch.ExecuteOnlyUnreadable,
    settings.resetEffect === "zero" && Switch.ResetZero,
    typeof settings.resetEffect === "object" && Switch.ResetRandom,
    typeof settings.placement === "object" && Switch.SeededPlacement,
    settings.autoReserveOnCommit && Switch.AutoReserveOnCommit,
    settings.lockMemoryPrivilege && Switch.LockMemoryPrivilege,
    settings.wow64 && Switch.Wow64,
    settings.strictPhysical && Switch.StrictPhysical,
    settings.regionFlags === "zero" && Switch.ZeroRegionFlags,
  ];
  return bits.reduce<number>((all, bit) => all | (bit || 0), 0);
}

export function seedOf(choice: string | Seeded): number {
  return typeof choice === "object" ? choice.seed : 0;
}
