import { PAGE_GUARD, PAGE_NOCACHE, PAGE_WRITECOMBINE } from "../constants/memory.ts";
import type { Span } from "../spans.ts";
import { PAGE_BYTES } from "../wasm/exports.ts";
import { RecordType, recordsOf, SnapshotRefused, type StateRecord } from "./format.ts";
import type { HostState } from "./host-state.ts";
import { checkSnapshot } from "./restore.ts";

/** A region, as a snapshot has it. */
export interface SavedRegion {
  /** First address. */
  readonly base: number;
  /** Bytes. */
  readonly size: number;
  /** MEM_PRIVATE, or what kind of view. */
  readonly kind: "private" | "file view" | "pagefile view" | "image";
  /** PAGE_*, as the region was made. */
  readonly allocationProtect: number;
  /** Bits that docs/snapshots.md names. */
  readonly flags: number;
  /** Of a view: the number of the section, and which of its pages comes first. */
  readonly section: number;
  /** Of a view: pages of the section below its first one. */
  readonly offsetPages: number;
  /** Attributes that its pages get when they are committed later (docs/snapshots.md). */
  readonly attributes: number;
  /** Windows CE: numbers of the spaces that it shows pages of, and that it belongs to; or 0. */
  readonly source: number;
  /** Windows CE: the number of the space that it belongs to, or 0. */
  readonly owner: number;
  /** Of an enclave: 0 being built, 1 running, 2 terminated. */
  readonly state: number;
}

/** Pages of a section, or of an address space. */
export interface SavedPages {
  readonly fields: Readonly<Record<string, number | string>>;
  /** PAGE_* of committed pages, by their numbers. */
  readonly protections: readonly Span<number>[];
  /** What is known of pages, by their numbers: words that docs/snapshots.md explains. */
  readonly facts: readonly Span<string>[];
  /** What is in pages that hold anything but zeros, by the number of the page. */
  readonly contents: ReadonlyMap<number, Uint8Array>;
  readonly regions: ReadonlyMap<number, SavedRegion>;
  /** All else, record by record. */
  readonly others: readonly string[];
}

/** Everything that a snapshot says. */
export interface SavedState {
  readonly host: HostState;
  readonly machine: Readonly<Record<string, number | string>>;
  readonly sections: ReadonlyMap<number, SavedPages>;
  /** By the numbers of address spaces. */
  readonly spaces: ReadonlyMap<number, SavedPages>;
  /** In which order pages leave memory. */
  readonly order: readonly string[];
}

/** Names of the numbers that a record has, in their order; the word behind a name is its width. */
const MACHINE_FIELDS =
  "commitLimit:8 physicalPages:8 lowestAddress:8 highestAddress:8 regionLimit:8 viewLowest:8 " +
  "viewLimit:8 imageLowest:8 imageLimit:8 commonLowest:8 switches:4 features:4 pointerBytes:4 " +
  "numaNodes:4 enclaveTypes:4 allocationTypes:4 sectionFlags:4 protections:4 commonSpace:4 " +
  "placementState:4 resetState:4 zero:4 commitCharge:8";
const SECTION_FIELDS =
  "number:4 content:4 attributes:4 protection:4 handles:4 isFile:4 sizeBytes:8 sizePages:8 " +
  "committedPages:8 imageBase:8 imageProtection:4 zero:4";
const SPACE_FIELDS =
  "number:4 state:4 quotaPages:8 workingSetMinPages:4 workingSetMaxPages:4 workingSetFlags:4 " +
  "guardsFlow:4 faultCount:8 residentPeakPages:8 chargePeakPages:8";
const REGION_FIELDS =
  "start:8 end:8 offsetPages:8 kind:2 attributes:2 protection:4 flags:4 section:4 source:4 " +
  "owner:4 state:4 zero:4";

/** Words for bits of a record of facts, from bit 0 on. */
const FACT_WORDS = [
  ...["valid", "written", "locked", "reset", "lost", "copied", "offered", ""],
  ...["pending", "unmeasured", "all targets", "some targets", "", "", "", ""],
  ...["has a frame", "", "", "", "in memory", "refused by the page store", "to be stored"],
];
const KINDS = ["private", "file view", "pagefile view", "image"] as const;

/**
 * Read a snapshot.
 *
 * @throws SnapshotRefused where it is none, or damaged
 */
export function readSnapshot(snapshot: Uint8Array): SavedState {
  const host = checkSnapshot(snapshot);
  const machine: Record<string, number | string> = {};
  const sections = new Map<number, SavedPages>();
  const spaces = new Map<number, SavedPages>();
  const order: string[] = [];
  let pages: PagesReader | undefined;
  const add = (record: StateRecord) => {
    if (record.type === RecordType.Machine) {
      Object.assign(machine, numbersOf(record.fields, MACHINE_FIELDS));
    } else if (record.type === RecordType.Section) {
      pages = new PagesReader(numbersOf(record.fields, SECTION_FIELDS));
      sections.set(Number(pages.fields.number), pages);
    } else if (record.type === RecordType.Space) {
      pages = new PagesReader(numbersOf(record.fields, SPACE_FIELDS));
      spaces.set(Number(pages.fields.number), pages);
    } else if (record.type === RecordType.Order) {
      order.push(hexOf(record));
    } else if (record.type !== RecordType.Host) {
      pages?.add(record);
    }
  };
  for (const record of recordsOf(snapshot)) {
    try {
      add(record);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new SnapshotRefused(`byte ${record.position} of the snapshot: a record is too short`);
    }
  }
  return { host, machine, sections, spaces, order };
}

class PagesReader implements SavedPages {
  readonly fields: Record<string, number | string>;
  readonly protections: Span<number>[] = [];
  readonly facts: Span<string>[] = [];
  readonly contents = new Map<number, Uint8Array>();
  readonly regions = new Map<number, SavedRegion>();
  readonly others: string[] = [];

  constructor(fields: Record<string, number | string>) {
    this.fields = fields;
  }

  add(record: StateRecord): void {
    const { type, fields } = record;
    if (type === RecordType.Run || type === RecordType.Facts) {
      const start = number64(fields, 0);
      const end = start + number64(fields, 8);
      const bits = fields.getUint32(16, true);
      if (type === RecordType.Run) this.protections.push({ start, end, facts: protectionOf(bits) });
      else this.facts.push({ start, end, facts: factsOf(bits) });
    } else if (type === RecordType.Page) {
      this.contents.set(number64(fields, 0), record.bytes.subarray(-PAGE_BYTES));
    } else if (type === RecordType.Region) {
      const region = regionOf(numbersOf(fields, REGION_FIELDS));
      this.regions.set(region.base, region);
    } else {
      this.others.push(`${type}: ${hexOf(record)}`);
    }
  }
}

function numbersOf(fields: DataView, names: string): Record<string, number | string> {
  let at = 0;
  const numbers: Record<string, number | string> = {};
  for (const part of names.split(" ")) {
    const [name = "", bytes] = part.split(":");
    if (bytes === "8") numbers[name] = wideAt(fields, at);
    else if (bytes === "4") numbers[name] = fields.getUint32(at, true);
    else numbers[name] = fields.getUint16(at, true);
    at += Number(bytes);
  }
  return numbers;
}

/** As a number, or as text where it is none that is exact. */
function wideAt(fields: DataView, at: number): number | string {
  const value = fields.getBigUint64(at, true);
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : `0x${value.toString(16)}`;
}

function number64(fields: DataView, at: number): number {
  return Number(fields.getBigUint64(at, true));
}

function regionOf(numbers: Record<string, number | string>): SavedRegion {
  const base = Number(numbers.start);
  return {
    base,
    size: Number(numbers.end) - base,
    kind: KINDS[Number(numbers.kind) - 1] ?? "private",
    allocationProtect: Number(numbers.protection),
    flags: Number(numbers.flags),
    section: Number(numbers.section),
    offsetPages: Number(numbers.offsetPages),
    attributes: Number(numbers.attributes),
    source: Number(numbers.source),
    owner: Number(numbers.owner),
    state: Number(numbers.state),
  };
}

function factsOf(bits: number): string {
  return FACT_WORDS.filter((word, bit) => word !== "" && ((bits >>> bit) & 1) === 1).join(", ");
}

/** Bits of a record of attributes (docs/snapshots.md). */
const READABLE = 0x02;
const WRITABLE = 0x04;
const EXECUTABLE = 0x08;
const COPIED = 0x10;
const GUARDED = 0x20;
const NO_CACHE = 0x40;
const WRITE_COMBINE = 0x80;

/** PAGE_* of these attributes. */
function protectionOf(attributes: number): number {
  const has = (bit: number) => (attributes & bit) !== 0;
  let base = 0x01;
  if (has(COPIED)) base = 0x08;
  else if (has(WRITABLE)) base = 0x04;
  else if (has(READABLE)) base = 0x02;
  if (has(EXECUTABLE)) base *= 0x10;
  if (has(GUARDED)) base |= PAGE_GUARD;
  if (has(NO_CACHE)) base |= PAGE_NOCACHE;
  if (has(WRITE_COMBINE)) base |= PAGE_WRITECOMBINE;
  return base;
}

function hexOf({ fields }: StateRecord): string {
  let text = "";
  for (let at = 0; at < fields.byteLength; at++) {
    text += fields.getUint8(at).toString(16).padStart(2, "0");
  }
  return text;
}
