/**
 * What may be done in every view that MapViewOfFile makes: tables 7.3, 7.4, 7.6, 7.7, 7.8 and 7.9,
 * and 4.2 for the accesses, as they are written there; below them, what follows for one view.
 */

export type KindName = "committed" | "reserved" | "file" | "image";

/** A page that a view of this kind has: what it shows at first. */
export interface PageKind {
  readonly name: string;
  /** "view": the protection of the view; "none": not committed. */
  readonly protect: "view" | "none" | number;
}

/** One column of 7.4 and 7.8. */
export interface Kind {
  readonly pages: readonly PageKind[];
  readonly type: number;
  /** "view": the protection of the view. */
  readonly allocationProtect: "view" | number;
  /** MEM_COMMIT with a protection of 7.6, and with another one; an error, or 0 for success. */
  readonly commit: readonly [allowed: number, others: number];
}

export const KINDS: Readonly<Record<KindName, Kind>> = {
  committed: {
    pages: [{ name: "page", protect: "view" }],
    type: 0x40000,
    allocationProtect: "view",
    commit: [0, 87],
  },
  reserved: {
    pages: [{ name: "page", protect: "none" }],
    type: 0x40000,
    allocationProtect: "view",
    commit: [0, 87],
  },
  file: {
    pages: [{ name: "page", protect: "view" }],
    type: 0x40000,
    allocationProtect: "view",
    commit: [5, 5],
  },
  // 7.9
  image: {
    pages: [
      { name: "headers", protect: 0x02 },
      { name: "read", protect: 0x02 },
      { name: "read, write", protect: 0x08 },
      { name: "execute, read", protect: 0x20 },
      { name: "execute", protect: 0x10 },
      { name: "execute, read, write", protect: 0x80 },
      { name: "none", protect: 0x01 },
    ],
    type: 0x1000000,
    allocationProtect: 0x80,
    commit: [5, 5],
  },
};

/** 7.3, first table. */
export const VIEW_OF_ACCESS: readonly (readonly [access: number, view: number])[] = [
  [0x0, 0x01],
  [0x1, 0x08],
  [0x2, 0x04],
  [0x3, 0x04],
  [0x4, 0x02],
  [0x5, 0x02],
  [0x6, 0x04],
  [0x7, 0x04],
  [0x8, 0x01],
  [0xa, 0x04],
  [0xc, 0x02],
  [0x20, 0x01],
  [0x21, 0x80],
  [0x22, 0x40],
  [0x24, 0x20],
  [0x26, 0x40],
  [0xf001f, 0x04],
  [0xf003f, 0x40],
];

/** The columns of the tables below. */
export const PROTECTIONS = [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80] as const;

/** 7.3, second table: the views that the handle of a section maps; the others are refused by 5. */
export const VIEWS_OF_SECTION: readonly (readonly [created: number, row: string])[] = [
  [0x02, "y y - y - - - -"],
  [0x04, "y y y y - - - -"],
  [0x08, "y y - y - - - -"],
  [0x20, "y y - y y y - y"],
  [0x40, "y y y y y y y y"],
  [0x80, "y y - y y y - y"],
];

/** 7.6: what a page of such a view may become; the others are refused by 87. */
const CHANGES: ReadonlyMap<number | "image", string> = new Map<number | "image", string>([
  [0x01, "y - - - - - - -"],
  [0x02, "y y - y - - - -"],
  [0x08, "y y - y - - - -"],
  [0x04, "y y y y - - - -"],
  [0x20, "y y - y y y - y"],
  [0x80, "y y - y y y - y"],
  [0x40, "y y y y y y y y"],
  ["image", "y y 08 y y y 80 y"],
]);

/** 4.2, with DEP: read, write, execute. */
const CELLS: ReadonlyMap<number, string> = new Map([
  [0x00, "AV0 AV1 AV8"],
  [0x01, "AV0 AV1 AV8"],
  [0x02, "ok AV1 AV8"],
  [0x04, "ok ok AV8"],
  [0x08, "ok copy AV8"],
  [0x10, "ok AV1 ok"],
  [0x20, "ok AV1 ok"],
  [0x40, "ok ok ok"],
  [0x80, "ok copy ok"],
]);

/** 7.7: what a copied page becomes, and what it gets where the first is asked (3.4). */
const COPIED: ReadonlyMap<number, number> = new Map([
  [0x08, 0x04],
  [0x80, 0x40],
]);

export const ACCESSES = ["read", "write", "execute"] as const;

/** A call: its error, or 0 with the protection that the page has then. */
export interface Outcome {
  readonly error: number;
  readonly protect: number;
}

/** An access: ok, a copy or a violation, and the protection that the page has then. */
export interface Met {
  readonly cell: string;
  readonly protect: number;
}

function cell(row: string | undefined, column: number): string {
  const found = row?.split(" ")[column];
  if (found === undefined) throw new RangeError("no such cell");
  return found;
}

/** Whether the handle of a section maps such a view. */
export function isMapped(created: number, view: number): boolean {
  const row = VIEWS_OF_SECTION.find(([protect]) => protect === created)?.[1];
  return cell(row, PROTECTIONS.indexOf(view as 1)) === "y";
}

/** What the page shows before anything is done; 0: it is not committed. */
export function protectAtFirst(page: PageKind, view: number): number {
  if (page.protect === "view") return view;
  return page.protect === "none" ? 0 : page.protect;
}

/** One access to the page. */
export function accessOf(protect: number, access: (typeof ACCESSES)[number]): Met {
  const met = cell(CELLS.get(protect), ACCESSES.indexOf(access));
  return { cell: met, protect: met === "copy" ? (COPIED.get(protect) ?? 0) : protect };
}

/** What 7.6 makes of a request; undefined where it is refused. */
function changed(kind: KindName, view: number, asked: number): number | undefined {
  const row = CHANGES.get(kind === "image" ? "image" : view);
  const found = cell(row, PROTECTIONS.indexOf(asked as 1));
  if (found === "-") return undefined;
  return found === "y" ? asked : Number.parseInt(found, 16);
}

/** VirtualProtect of a page that shows `protect`, and was copied or not. */
export function protectOf(
  kind: KindName,
  view: number,
  asked: number,
  protect: number,
  isCopied: boolean,
): Outcome {
  // 7.8, last row.
  if (protect === 0) return { error: 487, protect };
  const stored = changed(kind, view, asked);
  if (stored === undefined) return { error: 87, protect };
  return { error: 0, protect: isCopied ? (COPIED.get(stored) ?? stored) : stored };
}

/** MEM_COMMIT of a page that shows `protect`. */
export function commitOf(kind: KindName, view: number, asked: number, protect: number): Outcome {
  const [allowed, others] = KINDS[kind].commit;
  const stored = changed(kind, view, asked);
  const error = stored === undefined ? others : allowed;
  return { error, protect: error === 0 ? (stored ?? 0) : protect };
}
