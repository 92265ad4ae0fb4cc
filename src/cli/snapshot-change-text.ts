import { hex } from "../replay/numbers.ts";
import type { Change, Place, ValueChange } from "../snapshot/difference.ts";
import type { SavedRegion } from "../snapshot/read.ts";
import { protectionText } from "./protection-text.ts";

/** Sizes, addresses and bits; what else is a number, is a count. */
const HEXADECIMAL: ReadonlySet<string> = new Set(["base", "size", "flags", "attributes"]);

/** A line that says what is otherwise and where; then one for each side, but for contents. */
export function changeText(change: Change | ValueChange): string[] {
  switch (change.kind) {
    case "value":
      return sides(change.path, valueText(change.before), valueText(change.after));
    case "region": {
      const { before, after } = change;
      return sides(placeText(change), regionText(before, after), regionText(after, before));
    }
    case "protection":
      return sides(placeText(change), pagesText(change.before), pagesText(change.after));
    case "facts":
      return sides(placeText(change), change.before || "none", change.after || "none");
    case "content":
      return [placeText(change)];
  }
}

function sides(title: string, before: string, after: string): string[] {
  return [title, `  - ${before}`, `  + ${after}`];
}

function valueText(value: unknown): string {
  return JSON.stringify(value) ?? "none";
}

function pagesText(protection: number): string {
  return protection === 0 ? "not committed" : protectionText(protection);
}

function placeText(change: Change): string {
  const { kind, address } = change;
  const end = change.kind === "region" ? "" : ` to ${hex(address + change.size - 1)}`;
  return `${ownerText(change)}, ${kind} ${hex(address)}${end}`;
}

function ownerText(place: Place): string {
  if ("section" in place) return `section ${place.section}`;
  return place.process === 0 ? "common memory" : `process ${place.process}`;
}

/** Of what both sides have, only the properties in which they differ. */
function regionText(region: SavedRegion | undefined, other: SavedRegion | undefined): string {
  if (region === undefined) return "none";
  const entries = Object.entries(region) as [keyof SavedRegion, number | string][];
  const different = entries.filter(([name, value]) => name !== "base" && value !== other?.[name]);
  return different.map(([name, value]) => `${name} ${propertyText(name, value)}`).join(", ");
}

function propertyText(name: keyof SavedRegion, value: number | string): string {
  if (typeof value === "string") return value;
  if (name === "allocationProtect") return protectionText(value);
  return HEXADECIMAL.has(name) ? hex(value) : String(value);
}

/** A change in the form of traces: sizes, addresses and flags as hexadecimal text. */
export function changeJson(change: Change | ValueChange): object {
  if (change.kind === "value") {
    const { kind: subject, path, before = null, after = null } = change;
    return { subject, path, left: before, right: after };
  }
  const { kind: subject, address } = change;
  const place = "section" in change ? { section: change.section } : { process: change.process };
  const where = { subject, ...place, at: hex(address) };
  switch (change.kind) {
    case "region":
      return { ...where, left: regionJson(change.before), right: regionJson(change.after) };
    case "protection":
      return {
        ...where,
        size: hex(change.size),
        left: hex(change.before),
        right: hex(change.after),
      };
    case "facts":
      return { ...where, size: hex(change.size), left: change.before, right: change.after };
    case "content":
      return { ...where, size: hex(change.size) };
  }
}

function regionJson(region: SavedRegion | undefined): object | null {
  if (region === undefined) return null;
  const entries = Object.entries(region).map(([name, value]): [string, number | string] => {
    const isHexadecimal = name === "allocationProtect" || HEXADECIMAL.has(name);
    return [name, typeof value === "number" && isHexadecimal ? hex(value) : value];
  });
  return Object.fromEntries(entries);
}
