import type { Limited } from "../../../src/availability.ts";
import { kernel32Availability } from "../../../src/kernel32/availability.ts";
import { ntdllAvailability } from "../../../src/ntdll/availability.ts";
import { settingsOf } from "../../../src/options.ts";
import { PROFILES, type ProfileName, VERSIONS, type VersionName } from "../../../src/profile.ts";
import { rules } from "../rules.ts";
import { sectionOf } from "./rule-index.ts";
import type { VersionRow } from "./versions.ts";

const COLUMNS = 100;

/**
 * Where the first system that has a function is a guess: no page of Windows says so, or none was
 * found.
 */
const GUESSES: Readonly<Record<string, readonly (keyof Limited<unknown>)[]>> = {
  AllocateUserPhysicalPages2: ["nt"],
  IsBadHugeReadPtr: ["ce"],
  IsBadHugeWritePtr: ["ce"],
  IsBadStringPtrA: ["ce"],
  IsBadStringPtrW: ["win9x", "ce"],
  MapViewOfFileEx: ["ce"],
  NtSetInformationVirtualMemory: ["nt"],
  NtUnmapViewOfSectionEx: ["nt"],
  OpenFileMapping: ["ce"],
  OpenFileMappingA: ["ce"],
  OpenFileMappingW: ["ce"],
  RtlCreateUserStack: ["nt"],
  RtlFreeUserStack: ["nt"],
  SetUnhandledExceptionFilter: ["ce"],
  VirtualLock: ["ce"],
  VirtualQueryEx: ["ce"],
  VirtualUnlock: ["ce"],
  _resetstkoflw: ["nt", "win9x", "ce"],
};

const WINDOWS: Readonly<Record<Exclude<ProfileName, "win32-2g">, string>> = {
  win32: "NT, 32-bit or WoW64",
  "win32-3g": "NT, 32-bit, started with /3GB",
  "win32-4g": "NT, WoW64, large addresses",
  win64: "NT, 64-bit",
  "win64-8tb": "NT, 64-bit, up to Windows 8.0",
  win9x: "98 and Me; 95 with `windows95: true`",
  ce5: "CE 5",
  ce6: "CE 6",
};

const HIGHEST: Readonly<Record<Exclude<ProfileName, "win32-2g">, string>> = {
  win32: "7FFEFFFF",
  "win32-3g": "BFFEFFFF",
  "win32-4g": "FFFEFFFF",
  win64: "7FFFFFFEFFFF",
  "win64-8tb": "7FFFFFEFFFF",
  win9x: "7FFFFFFF",
  ce5: "7FFFFFFF",
  ce6: "7FFFFFFF",
};

const OPTIONS = ["dep", "wow64", "executeOnlyReadable", "autoReserveOnCommit", "window"] as const;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  lines.splice(1, 0, `|${"---|".repeat(head.length)}`);
  return lines.join("\n");
}

function profiles(): string {
  const names = PROFILES.filter((name) => name !== "win32-2g");
  const rows = names.map((name) => {
    const settings = settingsOf({ profile: name });
    const shown = OPTIONS.map((option) => (settings[option] ? "on" : "off"));
    return [`\`${name}\``, WINDOWS[name], settings.version ?? "", HIGHEST[name], ...shown];
  });
  const head = ["Profile", "Windows", "Version", "Highest address"];
  return table([...head, ...OPTIONS.map((option) => `\`${option}\``)], rows);
}

/** Table 14.2 in its order, what belongs to no row of it behind. */
function orderOf(rule: string): number {
  const [section, row] = rule.split("#");
  return section === "14.2" ? Number(row) : Number.POSITIVE_INFINITY;
}

/** A line for each rule of table 14.2, in its words, and one for each row of other rules. */
function changes(rows: readonly VersionRow[]): string {
  const lines = new Map<string, [rule: string, what: string, versions: Set<VersionName>]>();
  // Functions have a table of their own.
  for (const { rule, title, answers } of rows.filter((row) => row.rule !== "17.1#12")) {
    const words = rules.find(({ id }) => id === rule)?.title ?? "";
    const what = sectionOf(rule) === "14.2" ? words : `${title}.`;
    const line = lines.get(what) ?? [rule, what, new Set()];
    for (const [version] of answers.slice(1)) line[2].add(version);
    lines.set(what, line);
  }
  const changed = [...lines.values()].filter(([, , versions]) => versions.size > 0);
  return table(
    ["Rule", "What", "Changes with"],
    changed
      .sort(([left], [right]) => orderOf(left) - orderOf(right) || 0)
      .map(([rule, what, versions]) => [
        rule,
        what,
        VERSIONS.filter((version) => versions.has(version))
          .map((version) => `\`${version}\``)
          .join(", "),
      ]),
  );
}

type Rows = Readonly<Record<string, Omit<Limited<unknown>, "failure"> & { failure?: unknown }>>;

const NAMES: Readonly<Record<string, string>> = {
  win95: "95",
  win98: "98",
  ce5: "CE 5",
  ce6: "CE 6",
};

/** The first system that has a function; a question mark for a guess. */
function since(rows: Rows, name: string, system: "nt" | "win9x" | "ce"): string {
  const first = rows[name]?.[system];
  const shown = first === undefined ? "none" : (NAMES[first] ?? first);
  return GUESSES[name]?.includes(system) ? `${shown} ?` : shown;
}

function failure(value: unknown): string {
  if (typeof value === "number" && value > 0xffff) return `0x${value.toString(16)}`;
  return value === undefined ? "nothing" : String(value);
}

/** Names in code, in lines of 100 columns. */
function named(names: readonly string[]): string {
  const lines = [""];
  for (const name of names) {
    const last = lines.length - 1;
    const line = `${lines[last]}${lines[last] === "" ? "" : " "}\`${name}\`,`;
    if (line.length <= COLUMNS) lines[last] = line;
    else lines.push(`\`${name}\`,`);
  }
  return lines.join("\n").slice(0, -1);
}

function limited(rows: Rows): string[] {
  return Object.keys(rows)
    .filter((name) => "failure" in (rows[name] ?? {}))
    .sort();
}

function kernel32Table(): string {
  const rows: Rows = kernel32Availability;
  const head = ["Function", "NT", "Windows 9x", "Windows CE", "Elsewhere it answers"];
  return table(
    head,
    limited(rows).map((name) => [
      `\`${name}\``,
      since(rows, name, "nt"),
      since(rows, name, "win9x"),
      since(rows, name, "ce"),
      failure(rows[name]?.failure),
    ]),
  );
}

function ntdllTable(): string {
  const rows: Rows = ntdllAvailability;
  const later = limited(rows).filter((name) => rows[name]?.nt !== "nt4");
  return table(
    ["Function", "NT", "Before that it answers"],
    later.map((name) => [`\`${name}\``, since(rows, name, "nt"), failure(rows[name]?.failure)]),
  );
}

/** The page about profiles and versions, written from the tables that decide. */
export function versionsPage(rows: readonly VersionRow[]): string {
  const everywhere = Object.keys(kernel32Availability)
    .filter((name) => !limited(kernel32Availability).includes(name))
    .sort();
  return `# Profiles and versions

A machine has a \`profile\`: the layout of its address spaces, and the kind of Windows. Where that
is NT it has a \`version\` too, which says what there is of calls and flags, and how some calls
answer:

    const machine = await Machine.create({ profile: "win32", version: "winxp" });

The tables of this page are written from those of the package and of its tests, and checked by one.
Rules are those of [rules.md](rules.md).

## Profiles

What a profile stands for, and what its options are unless they are given. The versions are
${named(VERSIONS)}.

${profiles()}

- \`win32-2g\` is another name of \`win32\`.
- \`win64\` with a \`version\` before \`win8.1\` is \`win64-8tb\`, which goes with any version.
- \`version\` goes with the profiles of NT alone. \`winxp\` is XP with SP2 or Server 2003 with
  SP1, \`vista\` has its SP1, \`win8\` is 8.0, \`win10\` is 1803 or later, and Windows 11.
- \`dep\` is on from \`winxp\` on, and cannot be on before. In Windows 9x and CE it never is.
- \`wow64\` is on from \`winxp\` on, for \`win32\` and \`win32-4g\`; it goes with 32-bit
  profiles of NT.
- \`windows95\` goes with \`win9x\`, and \`cpu\` (\`"x86"\`, \`"sh4"\`) with \`ce5\` and \`ce6\`.
- \`window\` goes with 32-bit profiles.

## What goes by the version

A flag that a version lacks is an unknown bit: 87, and at the native door the status that an
unknown bit has there. Beside the functions below this is all that goes by the version.

${changes(rows)}

In Windows 9x and CE these flags are unknown bits too, but for those that sections 14.1 and 14.3
name.

## Functions of kernel32

Each function is there on every machine. Where the system lacks it, it looks at none of its
arguments, sets the last error to 120 (ERROR_CALL_NOT_IMPLEMENTED) and answers what the last column
says. Those that answer an error code answer 120 itself, and leave the last error alone, as they
always do.

The columns name the first version that has the function. \`nt4\` stands for older versions of NT,
and CE 5 for older ones of CE. A question mark: nobody has shown it. In every Windows there are

${named(everywhere)}.

${kernel32Table()}

## Functions of ntdll

A service that a version of NT lacks answers STATUS_INVALID_SYSTEM_SERVICE (0xc000001c), as a
kernel does that is given a number it does not know. Nobody has shown that for these. All others are
in all versions. In Windows 9x and CE the services stand for what is below the functions of that
system, and none is taken away.

${ntdllTable()}
`;
}

/** Names in `GUESSES` that no table has. */
export function strayGuesses(): string[] {
  const names = [...Object.keys(kernel32Availability), ...Object.keys(ntdllAvailability)];
  return Object.keys(GUESSES).filter((name) => !names.includes(name));
}
