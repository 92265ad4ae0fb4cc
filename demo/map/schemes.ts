import {
  MEM_IMAGE,
  MEM_MAPPED,
  PAGE_EXECUTE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_WRITECOPY,
} from "guardpage/constants";
import { isCommitted, isFree, type Run } from "../session/runs.ts";
import type { Cell } from "./cells.ts";

/** Marks in a fill, so that colours are not all that tells kinds apart. */
export type Pattern = "plain" | "rising" | "falling" | "crossed" | "rows" | "columns" | "dots";

/** One thing that a page can be, in the legend and in the picture. */
export interface Kind {
  readonly name: string;
  /** What it means, where the name does not say it. */
  readonly meaning?: string;
  /** A custom property of the style sheet. */
  readonly color: `--map-${string}`;
  readonly pattern: Pattern;
}

/** What kinds of pages the colours stand for. */
export interface Scheme {
  readonly title: string;
  /** Free memory comes first. */
  readonly kinds: readonly Kind[];
  kindOf(run: Run): Kind;
  /** What takes the place of `of` for pages that hold content. */
  readonly touched?: { readonly of: Kind; readonly kind: Kind };
}

const kind = (name: string, color: string, pattern: Pattern, meaning?: string): Kind => ({
  name,
  color: `--map-${color}`,
  pattern,
  ...(meaning !== undefined && { meaning }),
});

/** Free memory is the same in all schemes. */
export const FREE = kind("Free", "free", "plain", "nothing there");
/** Not a kind of pages: a mark of cells whose runs are a sample of what is there. */
export const CROWDED = kind("Crowded", "line", "plain", "too many runs to look at each");
const RESERVED = kind("Reserved", "quiet", "rising", "addresses taken, no memory");

const COMMITTED = kind("Committed", "blue", "dots", "memory promised");
const TOUCHED = kind("Touched", "blue", "plain", "memory in use");

const state: Scheme = {
  title: "State",
  kinds: [FREE, RESERVED, COMMITTED, TOUCHED],
  kindOf: (run) => {
    if (isFree(run)) return FREE;
    return isCommitted(run) ? COMMITTED : RESERVED;
  },
  touched: { of: COMMITTED, kind: TOUCHED },
};

const NO_ACCESS = kind("No access", "quiet", "crossed");
const READ = kind("Read", "green", "plain");
const READ_WRITE = kind("Read, write", "blue", "plain");
const WRITE_COPY = kind("Copy on write", "pink", "rows");
const EXECUTE = kind("Execute", "orange", "plain");
const EXECUTE_WRITE = kind("Execute, write", "orange", "dots");
const EXECUTE_COPY = kind("Execute, copy on write", "orange", "rows");
const GUARD = kind("Guard", "yellow", "falling");

const PROTECTIONS: ReadonlyMap<number, Kind> = new Map([
  [PAGE_NOACCESS, NO_ACCESS],
  [PAGE_READONLY, READ],
  [PAGE_WRITECOPY, WRITE_COPY],
  [PAGE_EXECUTE, EXECUTE],
  [PAGE_EXECUTE_READ, EXECUTE],
  [PAGE_EXECUTE_READWRITE, EXECUTE_WRITE],
  [PAGE_EXECUTE_WRITECOPY, EXECUTE_COPY],
]);

/** The protection itself, without PAGE_GUARD, PAGE_NOCACHE and PAGE_WRITECOMBINE. */
const BASE_PROTECTIONS = 0xff;

const protection: Scheme = {
  title: "Protection",
  kinds: [
    ...[FREE, RESERVED, NO_ACCESS, READ, READ_WRITE, WRITE_COPY],
    ...[EXECUTE, EXECUTE_WRITE, EXECUTE_COPY, GUARD],
  ],
  kindOf: (run) => {
    if (isFree(run)) return FREE;
    if (!isCommitted(run)) return RESERVED;
    if ((run.protect & PAGE_GUARD) !== 0) return GUARD;
    return PROTECTIONS.get(run.protect & BASE_PROTECTIONS) ?? READ_WRITE;
  },
};

const PRIVATE = kind("Private", "blue", "plain");
const MAPPED = kind("Mapped", "green", "columns");
const IMAGE = kind("Image", "pink", "dots");

const type: Scheme = {
  title: "Type",
  kinds: [FREE, PRIVATE, MAPPED, IMAGE],
  kindOf: (run) => {
    if (isFree(run)) return FREE;
    if (run.type === MEM_MAPPED) return MAPPED;
    return run.type === MEM_IMAGE ? IMAGE : PRIVATE;
  },
};

export const schemes = { state, protection, type } as const;

/** The bytes of each kind in a cell, as far as they were seen, in the order of the scheme. */
export function sharesOf(cell: Cell, scheme: Scheme): Map<Kind, number> {
  const found = new Map<Kind, number>();
  for (const { run, bytes } of cell.parts) {
    const kind = scheme.kindOf(run);
    found.set(kind, (found.get(kind) ?? 0) + bytes);
  }
  if (scheme.touched !== undefined) splitTouched(found, cell, scheme.touched);
  return new Map(scheme.kinds.flatMap((each) => entryOf(found, each)));
}

function entryOf(found: ReadonlyMap<Kind, number>, kind: Kind): (readonly [Kind, number])[] {
  const bytes = found.get(kind) ?? 0;
  return bytes > 0 ? [[kind, bytes]] : [];
}

/** The touched bytes are those of all the cell, and the shares may be of a sample. */
function splitTouched(
  found: Map<Kind, number>,
  { start, end, parts, touchedBytes }: Cell,
  { of, kind }: { readonly of: Kind; readonly kind: Kind },
): void {
  const whole = found.get(of);
  if (whole === undefined || touchedBytes === 0) return;
  const seenBytes = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  const touched = Math.min(whole, (touchedBytes * seenBytes) / (end - start));
  found.set(of, whole - touched);
  found.set(kind, touched);
}
