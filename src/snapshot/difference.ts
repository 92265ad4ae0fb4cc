import { pairsOf, type Span } from "../spans.ts";
import { PAGE_BYTES } from "../wasm/exports.ts";
import type { HostState } from "./host-state.ts";
import { readSnapshot, type SavedPages, type SavedRegion } from "./read.ts";

/** Whose pages a change is about: a process by its id, or a section by its number. */
export type Place =
  | {
      /** Its id. */
      readonly process: number;
    }
  | {
      /** Its number in the snapshot. */
      readonly section: number;
    };

/** One thing that is otherwise. */
export type Change = Place &
  (
    | {
        /** A region was made, is gone, or has other properties. */
        readonly kind: "region";
        /** Where it begins. */
        readonly address: number;
        /** Undefined where it was made since. */
        readonly before: SavedRegion | undefined;
        /** Undefined where it is gone. */
        readonly after: SavedRegion | undefined;
      }
    | {
        /** Pages have another protection: PAGE_*, or 0 where they are not committed. */
        readonly kind: "protection";
        /** Of a section, the offset in it. Bytes. */
        readonly address: number;
        /** Bytes. */
        readonly size: number;
        /** In the first snapshot. */
        readonly before: number;
        /** In the second one. */
        readonly after: number;
      }
    | {
        /** Something else is known of pages: in memory, locked, written and the like. */
        readonly kind: "facts";
        /** As of a protection. */
        readonly address: number;
        /** Bytes. */
        readonly size: number;
        /** Words for what was known (docs/snapshots.md). */
        readonly before: string;
        /** The same, of the second snapshot. */
        readonly after: string;
      }
    | {
        /** Pages hold other bytes. */
        readonly kind: "content";
        /** As of a protection. */
        readonly address: number;
        /** Bytes. */
        readonly size: number;
      }
  );

/** A value that is no page's: options, handles, threads, limits, counts. */
export interface ValueChange {
  /** Tells it from a `Change`. */
  readonly kind: "value";
  /** Where it is: "processes[0].handles[1].access". */
  readonly path: string;
  /** In the first snapshot; undefined where it has none. */
  readonly before: unknown;
  /** In the second one. */
  readonly after: unknown;
}

/** What two snapshots have not in common. */
export interface SnapshotDifference {
  /** Whether there is no change. */
  readonly isEqual: boolean;
  /** Values first, then by process and section, by kind, and ascending. */
  readonly changes: readonly (Change | ValueChange)[];
}

/** What is otherwise in `after`. */
export function differenceOf(before: Uint8Array, after: Uint8Array): SnapshotDifference {
  const one = readSnapshot(before);
  const other = readSnapshot(after);
  const changes: (Change | ValueChange)[] = [
    ...values("", one.host, other.host),
    ...values("machine", one.machine, other.machine),
    ...values("order", one.order, other.order),
  ];
  for (const number of keysOf(one.sections, other.sections)) {
    const place = { section: number };
    const parts = [one.sections.get(number), other.sections.get(number)] as const;
    changes.push(...values(`sections[${number}]`, fields(parts[0]), fields(parts[1])));
    changes.push(...pagesChanges(place, ...parts));
  }
  for (const number of keysOf(one.spaces, other.spaces)) {
    const process = processOf(one.host, number) ?? processOf(other.host, number) ?? 0;
    const parts = [one.spaces.get(number), other.spaces.get(number)] as const;
    changes.push(...values(`spaces[${number}]`, fields(parts[0]), fields(parts[1])));
    changes.push(...pagesChanges({ process }, ...parts));
  }
  return { isEqual: changes.length === 0, changes };
}

function fields(pages: SavedPages | undefined): unknown {
  return pages === undefined ? undefined : { ...pages.fields, others: pages.others };
}

/** The id of the process in a space; what processes share has none. */
function processOf(host: HostState, space: number): number | undefined {
  return host.processes.find((process) => process.space === space)?.id;
}

function keysOf(one: ReadonlyMap<number, unknown>, other: ReadonlyMap<number, unknown>): number[] {
  return [...new Set([...one.keys(), ...other.keys()])].sort((a, b) => a - b);
}

/** Values that differ, down to those that have no parts. */
function* values(path: string, before: unknown, after: unknown): Generator<ValueChange> {
  if (!isTree(before) || !isTree(after)) {
    if (before !== after) yield { kind: "value", path, before, after };
    return;
  }
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const dotted = path === "" ? key : `${path}.${key}`;
    const inner = Array.isArray(before) || Array.isArray(after) ? `${path}[${key}]` : dotted;
    yield* values(inner, before[key], after[key]);
  }
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

const NOTHING: Pick<SavedPages, "regions" | "protections" | "facts" | "contents"> = {
  regions: new Map(),
  protections: [],
  facts: [],
  contents: new Map(),
};

function* pagesChanges(
  place: Place,
  before: SavedPages | undefined,
  after: SavedPages | undefined,
): Generator<Change> {
  const one = before ?? NOTHING;
  const other = after ?? NOTHING;
  for (const address of keysOf(one.regions, other.regions)) {
    const [was, is] = [one.regions.get(address), other.regions.get(address)];
    if (JSON.stringify(was) === JSON.stringify(is)) continue;
    yield { ...place, kind: "region", address, before: was, after: is };
  }
  for (const run of runChanges(one.protections, other.protections, 0)) {
    yield { ...place, kind: "protection", ...run };
  }
  for (const run of runChanges(one.facts, other.facts, "")) {
    yield { ...place, kind: "facts", ...run };
  }
  for (const { address, size } of contentChanges(one.contents, other.contents)) {
    yield { ...place, kind: "content", address, size };
  }
}

interface RunChange<T> {
  readonly address: number;
  readonly size: number;
  readonly before: T;
  readonly after: T;
}

/** Pages of which something else is so; of those in no span, `none` is so. */
function* runChanges<T>(
  before: readonly Span<T>[],
  after: readonly Span<T>[],
  none: T,
): Generator<RunChange<T>> {
  for (const { start, end, left = none, right = none } of pairsOf(before, after)) {
    if (left !== right) yield { ...run(start, end), before: left, after: right };
  }
}

/** Runs of pages whose bytes differ; a page that is missing is zeros. */
function* contentChanges(
  before: ReadonlyMap<number, Uint8Array>,
  after: ReadonlyMap<number, Uint8Array>,
): Generator<{ address: number; size: number }> {
  let first = 0;
  let end = 0;
  for (const page of keysOf(before, after)) {
    if (isSame(before.get(page), after.get(page))) continue;
    if (page !== end && end > first) yield run(first, end);
    if (page !== end) first = page;
    end = page + 1;
  }
  if (end > first) yield run(first, end);
}

function run(first: number, end: number): { address: number; size: number } {
  return { address: first * PAGE_BYTES, size: (end - first) * PAGE_BYTES };
}

function isSame(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.every((byte, index) => byte === other[index]);
}
