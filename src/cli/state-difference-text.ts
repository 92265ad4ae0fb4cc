import { MEM_COMMIT, MEM_RESERVE } from "../constants.ts";
import { hex } from "../replay/numbers.ts";
import { REGION_TYPES } from "./map.ts";
import type { Facts } from "./process-state.ts";
import { protectionText } from "./protection-text.ts";
import type { StateDifference } from "./state-difference.ts";

const STATES: ReadonlyMap<number, string> = new Map([
  [MEM_COMMIT, "committed"],
  [MEM_RESERVE, "reserved"],
]);

/** Sizes, addresses and flags. Whatever else is a number, is a count. */
const HEXADECIMAL: ReadonlySet<string> = new Set([
  "AllocationProtect",
  "Attributes",
  "Committed",
  "Protect",
  "RegionSize",
  "Size",
  "State",
  "Type",
  "Win32Protection",
  "access",
  "first",
]);

/** A line that says what differs and where, then one for each side. */
export function differenceText(difference: StateDifference): string[] {
  const { left, right } = difference;
  return [placeText(difference), `  - ${factsText(left, right)}`, `  + ${factsText(right, left)}`];
}

function placeText({ process, subject, at, sizeBytes }: StateDifference): string {
  const where = process === undefined || subject === "process" ? "" : `process ${process}, `;
  const number = subject === "process" ? ` ${process}` : "";
  const start = at === undefined ? "" : ` ${hex(at)}`;
  const end = at === undefined || sizeBytes === undefined ? "" : ` to ${hex(at + sizeBytes - 1)}`;
  return `${where}${subject}${number}${start}${end}`;
}

/** Of what both sides have, only the facts in which they differ. */
function factsText(facts: Facts | undefined, other: Facts | undefined): string {
  if (facts === undefined) return "none";
  const names = Object.keys(facts).filter((name) => facts[name] !== other?.[name]);
  return names.map((name) => `${name} ${factText(name, facts[name] ?? "")}`).join(", ");
}

function factText(name: string, value: number | string): string {
  if (typeof value === "string") return value;
  if (name.endsWith("Protect") || name === "Win32Protection") return protectionText(value);
  if (name === "Type") return REGION_TYPES.get(value) ?? hex(value);
  if (name === "State") return STATES.get(value) ?? hex(value);
  return HEXADECIMAL.has(name) ? hex(value) : String(value);
}

/** A difference in the form of traces: sizes, addresses and flags as hexadecimal text. */
export function differenceJson(difference: StateDifference): object {
  const { subject, process, at, sizeBytes, left, right } = difference;
  return {
    subject,
    ...(process !== undefined && { process }),
    ...(at !== undefined && { at: hex(at) }),
    ...(sizeBytes !== undefined && { size: hex(sizeBytes) }),
    left: factsJson(left),
    right: factsJson(right),
  };
}

function factsJson(facts: Facts | undefined): Facts | null {
  if (facts === undefined) return null;
  const entries = Object.entries(facts).map(([name, value]): [string, number | string] => {
    return [name, typeof value === "number" && HEXADECIMAL.has(name) ? hex(value) : value];
  });
  return Object.fromEntries(entries);
}
