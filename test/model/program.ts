import type { RegionDescription } from "../../src/model/process.ts";
import type { ModelSettings } from "../../src/model/settings.ts";
import type { AweStep } from "./awe-steps.ts";
import type { StackStep } from "./stack-step.ts";

/** One of the two processes of a program. */
export type Who = 0 | 1;
export type SpaceKind = "windowed" | "translated";
/** What the caller names the target by: a good handle, NULL, or one without the rights. */
export type HandleKind = "good" | "null" | "weak";

/** Who calls, whose memory it is about, through which face. */
export interface Call {
  face: "nt" | "win32";
  by: Who;
  on: Who;
  handle: HandleKind;
}

export interface Range {
  base: number;
  size: number;
}

interface Accessor {
  by: Who;
  address: number;
}

/** A section handle of one process: no two sections of a program have the same slot. */
interface Holder {
  by: Who;
  slot: number;
}

/** Address requirements; 0 says nothing. */
export interface Requirements {
  lowest: number;
  highest: number;
  alignment: number;
}

/** An `At` field is the guest address of an out-parameter in the calling process. */
export type Step =
  | ({ op: "allocate"; type: number; protect: number; zeroBits: number; baseAt?: number } & Call &
      Range)
  | ({ op: "free"; type: number; baseAt?: number } & Call & Range)
  | ({ op: "protect"; protect: number; oldAt?: number } & Call & Range)
  | ({ op: "query"; address: number } & Call)
  | ({ op: "queryRegion"; address: number } & Call)
  | ({ op: "lock" | "unlock"; mapType: number } & Call & Range)
  | ({
      op: "getWriteWatch";
      flags: number;
      capacity: number;
      missing?: "count" | "granularity" | "array";
    } & Call &
      Range)
  | ({ op: "resetWriteWatch" } & Call & Range)
  | ({ op: "read"; address: number; length: number } & Call)
  | ({ op: "write" | "writeProcess"; address: number; length: number; value: number } & Call)
  | ({ op: "createSection"; size: number; protect: number; attributes: number } & Holder &
      Pick<Call, "face"> & { access: number })
  | ({ op: "closeSection" } & Holder)
  | ({ op: "mapView"; slot: number; protect: number; offset: number; access: number } & Call &
      Range & { zeroBits: number; commitSize: number; type: number; inherit: number })
  | ({ op: "unmapView"; address: number } & Call)
  | ({ op: "flushView" } & Accessor & { size: number })
  | ({ op: "allocateEx"; type: number; protect: number } & Call & Range & Requirements)
  | ({ op: "mapViewEx"; slot: number; protect: number; offset: number; type: number } & Call &
      Range &
      Requirements)
  | ({ op: "unmapViewEx"; address: number; flags: number } & Call)
  | StackStep
  | ({ op: "load"; length: number } & Accessor)
  | ({ op: "fetch"; length: number } & Accessor)
  | ({ op: "store"; length: number; digits: string } & Accessor)
  | ({ op: "copy" | "compare"; other: number; length: number } & Accessor)
  | ({ op: "fill"; value: number; length: number } & Accessor)
  | ({ op: "poke"; value: number } & Accessor)
  | AweStep
  | { op: "adopt"; on: Who; region: RegionDescription }
  | { op: "exit"; on: Who }
  /** The other process ends, and a fork of this one takes its place. */
  | { op: "fork"; on: Who; space: "auto" | "translated" }
  | { op: "forgetMaps"; on: Who };

export interface Program {
  settings: Partial<ModelSettings>;
  spaces: [SpaceKind, SpaceKind];
  /** Commit quota of the second process, in pages. */
  quota?: number;
  steps: Step[];
}

/** JSON lines with addresses in hexadecimal: what a failure prints and `parseProgram` reads. */
export function programText(program: { readonly steps: readonly unknown[] }): string {
  const { steps, ...head } = program;
  return [head, ...steps].map((line) => JSON.stringify(line, hexadecimal)).join("\n");
}

export function parseProgram(text: string): Program {
  const [head, ...steps] = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line, numeric));
  return { ...head, steps };
}

function hexadecimal(_key: string, value: unknown): unknown {
  return typeof value === "number" && value > 9 ? `0x${value.toString(16)}` : value;
}

/** The 64 bits of a store are text without "0x", and stay so. */
function numeric(_key: string, value: unknown): unknown {
  return typeof value === "string" && value.startsWith("0x") ? Number(value) : value;
}
