import { type FlagSet, flagsValue, PROTECTION } from "./flag-set.ts";
import type { Shown } from "./writer.ts";

/** How one text of a form is put in. */
export type FieldKind =
  | "address"
  | "number"
  | "text"
  | { readonly flags: FlagSet }
  /** Titles, and the code that each stands for. */
  | { readonly choices: readonly (readonly [title: string, code: string])[] };

export interface Field {
  readonly label: string;
  readonly kind: FieldKind;
  /** "focus" for the page that the map has its focus on. */
  readonly initial: string;
  /** Names of the console that make a better beginning, where one of them is there. */
  readonly preferred?: readonly string[];
  readonly hint?: string;
}

/** A parameter of a call: the fields that it is made of, and the code that they come to. */
export interface Parameter {
  readonly name: string;
  readonly fields: readonly Field[];
  /** @throws SyntaxError for a text that stands for nothing */
  readonly code: (texts: readonly string[]) => string;
  /** How what the call puts there is written; undefined where nothing comes back. */
  readonly received?: Shown;
}

const HANDLES = {
  process: { hint: "a process; -1 is the caller's", preferred: [] },
  section: { hint: "a section", preferred: ["section", "SectionHandle.value"] },
  file: { hint: "a file of process.openFile", preferred: ["file"] },
  notification: { hint: "a notification", preferred: ["notification"] },
  handler: { hint: "a handler that was added", preferred: ["handler"] },
  any: { hint: "any handle", preferred: ["section", "SectionHandle.value", "file"] },
} as const;

export type HandleKind = keyof typeof HANDLES;

const IN_OBJECT = "empty: an object";

/** A number as code: what does not fit in a number is a bigint. */
export function numberCode(text: string, name: string): string {
  const trimmed = text.trim();
  if (trimmed === "") throw new SyntaxError(`${name} is empty`);
  if (/^null$/i.test(trimmed)) return "null";
  if (/^-?(\d+|0x[\da-f]+)n?$/i.test(trimmed)) {
    const isLarge = !Number.isSafeInteger(Number(trimmed.replace(/n$/, "")));
    return isLarge && !trimmed.endsWith("n") ? `${trimmed}n` : trimmed;
  }
  return /^[\w$.]+$/.test(trimmed) ? trimmed : `(${trimmed})`;
}

function single(name: string, field: Omit<Field, "label">): Parameter {
  return {
    name,
    fields: [{ label: name, ...field }],
    code: ([value = ""]) => numberCode(value, name),
  };
}

export function address(name: string, initial = "focus"): Parameter {
  return single(name, { kind: "address", initial });
}

export function number(name: string, initial = "0", hint = ""): Parameter {
  return single(name, { kind: "number", initial, hint });
}

/** Bytes. */
export function size(name: string, initial = "0x1000"): Parameter {
  return number(name, initial, "bytes");
}

/** A number that may be left out, at the end of a call. */
export function optional(name: string, hint: string): Parameter {
  const { fields } = number(name, "", hint);
  return {
    name,
    fields,
    code: ([value = ""]) => (value.trim() === "" ? "undefined" : numberCode(value, name)),
  };
}

export function bigint(name: string): Parameter {
  const { fields } = number(name);
  return { name, fields, code: ([value = ""]) => `BigInt(${numberCode(value, name)})` };
}

export function handle(name: string, kind: HandleKind): Parameter {
  const { hint, preferred } = HANDLES[kind];
  const initial = kind === "process" ? "-1" : "0";
  return single(name, { kind: "number", initial, hint, preferred });
}

export function flags(name: string, set: FlagSet, initial = "0"): Parameter {
  const fields = [{ label: name, kind: { flags: set }, initial }];
  return { name, fields, code: ([value = ""]) => flagsText(value, name) };
}

/** Flags as code, unsigned where JavaScript would make the highest bit a sign. */
export function flagsText(text: string, name: string): string {
  const value = flagsValue(text);
  if (Number.isNaN(value)) throw new SyntaxError(`${name}: ${text} is no number`);
  const isSigned = value > 0x7fff_ffff && text.includes("|");
  return isSigned ? `(${text.trim()}) >>> 0` : text.trim();
}

export function protection(name: string, initial = "PAGE_READWRITE"): Parameter {
  return flags(name, PROTECTION, initial);
}

export function choice(
  name: string,
  ...choices: readonly (readonly [title: string, code: string])[]
): Parameter {
  const [, initial = ""] = choices[0] ?? [];
  const fields = [{ label: name, kind: { choices }, initial }];
  return { name, fields, code: ([value = ""]) => value };
}

/** A choice between constants of the headers. */
export function constant(name: string, ...names: readonly string[]): Parameter {
  return choice(name, ...names.map((each) => [each, each] as const));
}

export function truth(name: string): Parameter {
  return choice(name, ["FALSE", "0"], ["TRUE", "1"]);
}

export function text(name: string): Parameter {
  const fields = [{ label: name, kind: "text", initial: "", hint: "empty: none" } as const];
  return { name, fields, code: ([value = ""]) => nameCode(value) };
}

export function nameCode(value: string): string {
  return value === "" ? "null" : JSON.stringify(value);
}

/** What a call puts somewhere: into an object of that name, or at a guest address. */
export function out(name: string, received: Shown, made = "{ value: 0 }"): Parameter {
  const fields = [{ label: name, kind: "number", initial: "", hint: IN_OBJECT } as const];
  return {
    name,
    fields,
    received,
    code: ([value = ""]) => (value.trim() === "" ? `${name} = ${made}` : numberCode(value, name)),
  };
}

export function structure(name: string): Parameter {
  return out(name, "structure", "{}");
}

/** A number that is read and then written. */
export function inOut(name: string, kind: "address" | "number", initial: string): Parameter {
  const { fields } = single(name, { kind, initial, hint: kind === "number" ? "in and out" : "" });
  return {
    name,
    fields,
    received: kind,
    code: ([value = ""]) => {
      const code = numberCode(value, name);
      return code === "null" ? code : `${name} = { value: ${code} }`;
    },
  };
}

/** A number by address that is only read. */
export function byAddress(name: string, initial: string): Parameter {
  const { fields } = number(name, initial);
  return {
    name,
    fields,
    code: ([value = ""]) => {
      const code = numberCode(value, name);
      return code === "null" ? code : `{ value: ${code} }`;
    },
  };
}
