import type { Settings } from "./options.ts";
import { isCe, isSince, type VersionName } from "./profile.ts";

/** What decides which functions there are. */
export type System = Pick<Settings, "profile" | "version" | "windows95">;

/** A function that some systems lack, and how it fails there (17.1). */
export interface Limited<Answer> {
  /** The first version of NT that has it. */
  readonly nt: VersionName;
  /** The first Windows of the 9x line that has it; none where it is left out. */
  readonly win9x?: "win95" | "win98";
  /** The first Windows CE that has it; none where it is left out. */
  readonly ce?: "ce5" | "ce6";
  /** What it answers where there is none. */
  readonly failure: Answer;
}

/** A function that every system has. It needs no failure. */
export const EVERYWHERE = { nt: "nt4", win9x: "win95", ce: "ce5" } as const;

/** A function that every Windows NT has, and no other. */
export const ALL_NT = { nt: "nt4" } as const;

type Failure<Callable> = Callable extends (...parameters: never) => infer Answer
  ? Answer extends void
    ? undefined
    : Answer
  : never;

/** A row for each function of a face, with a failure unless every system has it. */
export type Availability<Face> = {
  readonly [Name in keyof Face]: typeof EVERYWHERE | Limited<Failure<Face[Name]>>;
};

/** Whether a system has the function of a row. */
export function isAvailable(
  { nt, win9x, ce }: Omit<Limited<unknown>, "failure">,
  { profile, version, windows95 }: System,
): boolean {
  if (profile === "win9x") return win9x === "win95" || (win9x === "win98" && !windows95);
  if (isCe(profile)) return ce === "ce5" || ce === profile;
  return isSince(version, nt);
}

/**
 * A face as this system has it: what the system lacks is replaced, everything else is the function
 * itself.
 *
 * @param missing makes the function that takes the place of one, from its failure
 */
export function available<Face extends object>(
  face: Face,
  table: Availability<Face>,
  system: System,
  missing: (failure: unknown) => () => unknown,
): Face {
  const rows = Object.entries<typeof EVERYWHERE | Limited<unknown>>(table);
  const replaced = rows
    .filter(([, row]) => !isAvailable(row, system))
    .map(([name, row]) => [name, missing("failure" in row ? row.failure : undefined)]);
  return { ...face, ...Object.fromEntries(replaced) };
}
