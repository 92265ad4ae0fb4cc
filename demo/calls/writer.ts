import { Machine, Process } from "guardpage";
import {
  addressText,
  bytesText,
  hex,
  protectionText,
  sizeText,
  stateText,
  typeText,
} from "../session/words.ts";
import { memberNames } from "./member-names.ts";

/** What a number is, where a call has put one. */
export type Shown = "address" | "handle" | "number" | "size" | "protection" | "structure";

/** How numbers of one machine are written: an address has as many digits as its highest one. */
export class Writer {
  readonly #highest: number;

  constructor(highestUserAddress: number) {
    this.#highest = highestUserAddress;
  }

  text(value: unknown, shown: Shown): string {
    if (typeof value === "number" || typeof value === "bigint") return this.#number(value, shown);
    return this.lines(value).join("\n");
  }

  /** A line for each field of a structure, or for a value that is none. */
  lines(value: unknown, depth = 0): readonly string[] {
    if (value instanceof Uint8Array) return bytesLines(value);
    if (depth > DEPTH_MAXIMUM) return ["..."];
    if (Array.isArray(value)) return this.#list(value, depth);
    if (!isPlain(value)) return [this.#plain(value)];
    const fields = Object.entries(value).flatMap(([name, each]) => {
      return labelled(`${name}:`, this.#field(name, each, depth));
    });
    return fields.length === 0 ? ["{}"] : fields;
  }

  #list(values: readonly unknown[], depth: number): readonly string[] {
    if (values.length === 0) return ["[]"];
    const shown = values.slice(0, ENTRIES_MAXIMUM).flatMap((value, index) => {
      return labelled(`[${index}]`, this.lines(value, depth + 1));
    });
    const more = values.length - ENTRIES_MAXIMUM;
    return more > 0 ? [...shown, `and ${more} more`] : shown;
  }

  /** What a field is can be seen from its name, in the structures of Windows. */
  #field(name: string, value: unknown, depth: number): readonly string[] {
    if (typeof value !== "number" && typeof value !== "bigint") return this.lines(value, depth + 1);
    const [, shown = "number"] = FIELDS.find(([pattern]) => pattern.test(name)) ?? [];
    return [this.#number(value, shown)];
  }

  #number(value: number | bigint, shown: FieldShown): string {
    if (typeof value === "bigint" && value > Number.MAX_SAFE_INTEGER) return hex(value);
    if (shown === "address") return addressText(Number(value), this.#highest);
    if (shown === "size") return `${hex(value)} (${sizeText(Number(value))})`;
    const names = { protection: protectionText, state: stateText, type: typeText };
    if (shown in names)
      return `${names[shown as keyof typeof names](Number(value))} (${hex(value)})`;
    return numberText(value);
  }

  #plain(value: unknown): string {
    if (typeof value === "number" || typeof value === "bigint") return numberText(value);
    if (typeof value === "string") return JSON.stringify(value);
    if (typeof value === "function") return `function ${value.name}`.trim();
    if (typeof value !== "object" || value === null) return String(value);
    if (value instanceof Process) return `process ${value.id}`;
    if (value instanceof Machine) return `machine ${value.profile}`;
    if (value instanceof Error) return String(value);
    return `an object with ${memberNames(value).join(", ")}`;
  }
}

type FieldShown = Shown | "state" | "type";

/** Those of MEMORY_BASIC_INFORMATION and its like first. */
const FIELDS: readonly (readonly [RegExp, FieldShown])[] = [
  [/Protect$/, "protection"],
  [/^State$/, "state"],
  [/^Type$/, "type"],
  [/Address$|Base$|StackLimit$|Stack$/, "address"],
  [/Size$|Usage$|^(dw|ull)(Total|Avail)|Granularity$/, "size"],
];

const ENTRIES_MAXIMUM = 64;
/** Objects in objects; those that hold themselves come to an end too. */
const DEPTH_MAXIMUM = 4;
const LINE_BYTES = 16;
const SHOWN_BYTES = 256;

/** "4096 (0x1000)"; digits are the same in both where there is one. */
export function numberText(value: number | bigint): string {
  const isWhole = typeof value === "bigint" || Number.isInteger(value);
  return isWhole && value > 9 ? `${value} (${hex(value)})` : String(value);
}

function bytesLines(bytes: Uint8Array): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, SHOWN_BYTES); at += LINE_BYTES) {
    lines.push(bytesText(bytes.subarray(at, at + LINE_BYTES)));
  }
  if (bytes.length > SHOWN_BYTES) lines.push(`and ${bytes.length - SHOWN_BYTES} bytes more`);
  return lines.length === 0 ? ["no bytes"] : lines;
}

function labelled(label: string, [first = "", ...rest]: readonly string[]): readonly string[] {
  return [`${label} ${first}`, ...rest.map((line) => `  ${line}`)];
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
