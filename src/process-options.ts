import { integer, optionBag, shown, truth } from "./door.ts";
import { isCe, type ProfileName } from "./profile.ts";
import type { RegionDescription } from "./region.ts";

/** What a process is like. Everything has a default. */
export interface ProcessOptions {
  /**
   * How pages are reached. "auto", the default: windowed while the window of a 32-bit profile is
   * free, otherwise translated. Answers are the same.
   */
  space?: "auto" | "windowed" | "translated" | undefined;
  /** Pages that this process may commit. Default: as many as the machine. */
  commitQuota?: number | undefined;
  /** Whether indirect calls are checked (17.15): Control Flow Guard. Default false. */
  controlFlowGuard?: boolean | undefined;
  /**
   * Whether Windows CE trusts it fully: it may call CeVirtualSharedAlloc (14.3). Default true with
   * "ce5", where everything is trusted unless the device says otherwise, and false with "ce6".
   */
  trusted?: boolean | undefined;
  /** Regions that are there from the start, besides those that every process of the profile has. */
  residents?: readonly RegionDescription[] | undefined;
}

/** A process before it is made. */
export interface ProcessPlace {
  readonly id: number;
  /** Of its address space, in the core. */
  readonly spaceNumber: number;
  readonly space: "windowed" | "translated";
}

/** The same, checked, with the defaults filled in; no quota where none was given. */
interface CheckedOptions {
  readonly space: "auto" | "windowed" | "translated";
  readonly commitQuota: number | undefined;
  readonly controlFlowGuard: boolean;
  readonly trusted: boolean;
  readonly residents: readonly RegionDescription[];
}

const NAMES = ["space", "commitQuota", "controlFlowGuard", "trusted", "residents"];
const SPACES: readonly string[] = ["auto", "windowed", "translated"];
const QUOTA_MAXIMUM = 2 ** 36;

/** @throws TypeError, RangeError for what cannot be */
export function processOptions(options: ProcessOptions, profile: ProfileName): CheckedOptions {
  optionBag(options, "options", NAMES);
  const { space = "auto", commitQuota, controlFlowGuard = false, residents = [] } = options;
  const { trusted = profile === "ce5" } = options;
  if (!SPACES.includes(space)) {
    const alternatives = SPACES.map((word) => `"${word}"`).join(", ");
    throw new RangeError(`space must be one of ${alternatives}, not ${shown(space)}`);
  }
  if (commitQuota !== undefined) integer(commitQuota, "commitQuota", 0, QUOTA_MAXIMUM);
  truth(controlFlowGuard, "controlFlowGuard");
  if (truth(trusted, "trusted") && !isCe(profile)) {
    throw new RangeError('trusted goes with the profiles "ce5" and "ce6" only');
  }
  if (!Array.isArray(residents)) {
    throw new TypeError(`residents must be an array, not ${shown(residents)}`);
  }
  return { space, commitQuota, controlFlowGuard, trusted, residents };
}
