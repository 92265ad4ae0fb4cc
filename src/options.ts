import { integer, optionBag, shown, truth } from "./door.ts";
import { checkEnclaveKinds, type EnclaveKind } from "./enclaves.ts";
import type { PageStore } from "./page-store.ts";
import { Profile, Switch } from "./wasm/exports.ts";

export type ProfileName = "win32" | "win32-2g" | "win32-3g" | "win32-4g" | "win64";

/**
 * A choice that goes by a seed: an integer from 0 to 2^32-1. The same seed gives the same choices.
 */
export interface Seeded {
  readonly seed: number;
}

/** What a machine is like. Everything has a default; rule numbers are those of docs/rules.md. */
export interface MachineOptions {
  /** Layout of the address spaces (1.1). "win32-2g" is "win32". Default "win64". */
  profile?: ProfileName | undefined;
  /** Whether STATUS_INVALID_PARAMETER says which one. Default "numbered". */
  statusStyle?: "numbered" | "plain" | undefined;
  /**
   * What an access to a guard page that is not allowed either answers with (4.1). Default
   * "permission-first".
   */
  guardOrder?: "permission-first" | "guard-first" | undefined;
  /** Whether fetching needs an executable page. Default true. */
  dep?: boolean | undefined;
  /** Whether PAGE_EXECUTE can be read, as on real hardware. Default true. */
  executeOnlyReadable?: boolean | undefined;
  /** What MEM_RESET does to the content (2.6). Default "keep". */
  resetEffect?: "keep" | "zero" | Seeded | undefined;
  /** Where a region goes that names no address (2.8). Default "lowest-first". */
  placement?: "lowest-first" | Seeded | undefined;
  /** Whether MEM_COMMIT at a free address reserves too (14.1). Default false. */
  autoReserveOnCommit?: boolean | undefined;
  /** Whether the processes hold SeLockMemoryPrivilege. Default false. */
  lockMemoryPrivilege?: boolean | undefined;
  /** Whether MEM_PHYSICAL is refused with MEM_TOP_DOWN (17.3). Default false. */
  strictPhysical?: boolean | undefined;
  /** What MemoryRegionInformation says about the kind of a region (17.9). Default "documented". */
  regionFlags?: "documented" | "zero" | undefined;
  /**
   * Whether a 32-bit process runs on a 64-bit system (17.7). Default true for win32 and win32-4g.
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
   * How often in a row a handler may fail to resolve the same exception (17.6). Default 100,000.
   */
  handlerLoopLimit?: number | undefined;
  /** How many exceptions may be in dispatch at once (17.6). Default 64. */
  handlerDepthLimit?: number | undefined;
}

/** The options of a machine with their defaults filled in. */
export type Settings = Readonly<{
  [Name in Exclude<keyof MachineOptions, "module" | "pageStore">]-?: Exclude<
    MachineOptions[Name],
    undefined
  >;
}>;

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

const PROFILES: readonly ProfileName[] = ["win32", "win32-2g", "win32-3g", "win32-4g", "win64"];

const SWITCHES: readonly (keyof Settings)[] = [
  "dep",
  "executeOnlyReadable",
  "autoReserveOnCommit",
  "lockMemoryPrivilege",
  "strictPhysical",
  "wow64",
  "window",
  "codeGeneration",
];

/** What each option may be that takes one of some words. */
const WORDS = {
  profile: PROFILES,
  statusStyle: ["numbered", "plain"],
  guardOrder: ["permission-first", "guard-first"],
  resetEffect: ["keep", "zero"],
  placement: ["lowest-first"],
  regionFlags: ["documented", "zero"],
} as const;

/** What is not a setting, but an object that the machine works with. */
const OBJECTS: readonly string[] = ["module", "pageStore"];

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
  const profile = given.profile === "win32-2g" ? "win32" : (given.profile ?? "win64");
  const enclaves = checkEnclaveKinds(given.enclaves ?? []);
  const settings = { ...defaultsOf(profile, given.physicalPages), ...given, profile, enclaves };
  checkTogether(settings);
  return Object.freeze(settings);
}

function defaultsOf(profile: ProfileName, physicalPages = PHYSICAL_PAGES): Settings {
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
    enclaves: [],
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
    window: profile !== "win64",
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

function checkTogether({ profile, wow64, window, workingSetMin, workingSetMax }: Settings): void {
  if (profile === "win64" && wow64) throw new RangeError("wow64 goes with a 32-bit profile only");
  if (profile === "win64" && window) {
    throw new RangeError("window goes with a 32-bit profile only: 128 TB do not fit");
  }
  if (workingSetMin > workingSetMax) {
    throw new RangeError(`workingSetMin ${workingSetMin} is above workingSetMax ${workingSetMax}`);
  }
}

/** The number of a profile in the core. */
export function profileNumber(profile: ProfileName): number {
  return Profile[profile === "win32-2g" ? "win32" : profile];
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
