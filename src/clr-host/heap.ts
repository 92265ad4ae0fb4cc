import { MEM_COMMIT, MEM_DECOMMIT, MEM_RELEASE, MEM_RESERVE } from "../constants/memory.ts";
import type { Address } from "../door.ts";
import { type Kernel32, kernel32 } from "../kernel32.ts";
import type { Process } from "../process.ts";
import { PAGE_BYTES } from "../wasm/exports.ts";

/** A block of DebugAlloc. */
export interface DebugBlock {
  /** Where it begins. */
  readonly address: number;
  /** As it was asked for. */
  readonly sizeBytes: number;
  /** Source file that asked, or null. */
  readonly file: string | null;
  /** The line of that file. */
  readonly line: number;
}

const SEGMENT_PAGES = 256;
/** Blocks of more pages have a region of their own. */
const RUN_PAGES_MAXIMUM = 16;
const BLOCK_ALIGNMENT = 16;
/** Larger blocks have pages of their own. */
const SLOT_BYTES_MAXIMUM = PAGE_BYTES / 2;

/** A region of which pages are committed while they hold blocks. */
interface Segment {
  readonly base: number;
  /** 1 for each page that is committed. */
  readonly used: Uint8Array;
  freePages: number;
}

/** Pages that are committed together, or a region. */
interface Run {
  readonly base: number;
  readonly pages: number;
  /** Undefined for a region. */
  readonly segment: Segment | undefined;
  /** The slots of a page of small blocks; undefined where the run is one block. */
  readonly slab: Slab | undefined;
}

/** A page of blocks of one size. */
interface Slab {
  readonly slotBytes: number;
  /** 1 for each slot that is a block. */
  readonly used: Uint8Array;
  blocks: number;
}

/**
 * Blocks over committed pages. A page is committed when its first block comes and decommitted when
 * its last one goes; the same for regions. All that is known of blocks lies here, none of it in the
 * memory of the guest.
 */
export class Heap {
  readonly #api: Kernel32;
  readonly #protect: number;
  readonly #segments = new Set<Segment>();
  /** By the address of their first page; pages further on have no entry. */
  readonly #runs = new Map<number, Run>();
  /** Pages with a free slot, by the size of their slots. */
  readonly #partial = new Map<number, Set<Run>>();

  constructor(process: Process, protect: number) {
    this.#api = kernel32(process);
    this.#protect = protect;
  }

  /** The address of a new block, or 0 with the last error set. */
  allocate(size: Address): number {
    if (size <= SLOT_BYTES_MAXIMUM) return this.#allocateSlot(slotBytesOf(Number(size)));
    const isRegion = size > RUN_PAGES_MAXIMUM * PAGE_BYTES;
    const run = isRegion ? this.#makeRegion(size) : this.#makeRun(pagesOf(Number(size)));
    return run?.base ?? 0;
  }

  /** False where there is no such block. */
  free(address: number): boolean {
    const offset = address % PAGE_BYTES;
    const run = this.#runs.get(address - offset);
    if (run === undefined) return false;
    if (run.slab !== undefined) return this.#freeSlot(run, run.slab, offset);
    if (offset !== 0) return false;
    this.#endRun(run);
    return true;
  }

  /** Give everything back. */
  clear(): void {
    for (const { base, segment } of this.#runs.values()) {
      if (segment === undefined) this.#api.VirtualFree(base, 0, MEM_RELEASE);
    }
    for (const { base } of this.#segments) this.#api.VirtualFree(base, 0, MEM_RELEASE);
    this.#runs.clear();
    this.#segments.clear();
    this.#partial.clear();
  }

  #allocateSlot(slotBytes: number): number {
    let partial = this.#partial.get(slotBytes);
    if (partial === undefined) {
      partial = new Set();
      this.#partial.set(slotBytes, partial);
    }
    const [first] = partial;
    const run = first ?? this.#makeRun(1, slotBytes);
    const slab = run?.slab;
    if (run === undefined || slab === undefined) return 0;
    const slot = slab.used.indexOf(0);
    slab.used[slot] = 1;
    slab.blocks++;
    if (slab.blocks === slab.used.length) partial.delete(run);
    else partial.add(run);
    return run.base + slot * slotBytes;
  }

  #freeSlot(run: Run, slab: Slab, offset: number): boolean {
    const { slotBytes, used } = slab;
    const slot = offset / slotBytes;
    if (used[slot] !== 1) return false;
    used[slot] = 0;
    slab.blocks--;
    const partial = this.#partial.get(slotBytes);
    if (slab.blocks > 0) {
      partial?.add(run);
    } else {
      partial?.delete(run);
      this.#endRun(run);
    }
    return true;
  }

  #makeRun(pages: number, slotBytes?: number): Run | undefined {
    const found = this.#place(pages);
    if (found === undefined) return undefined;
    const { segment, page } = found;
    const base = segment.base + page * PAGE_BYTES;
    const bytes = pages * PAGE_BYTES;
    if (this.#api.VirtualAlloc(base, bytes, MEM_COMMIT, this.#protect) === 0) {
      this.#endSegmentIfEmpty(segment);
      return undefined;
    }
    segment.used.fill(1, page, page + pages);
    segment.freePages -= pages;
    const slab = slotBytes === undefined ? undefined : slabOf(slotBytes);
    return this.#keep({ base, pages, segment, slab });
  }

  #makeRegion(size: Address): Run | undefined {
    const base = this.#api.VirtualAlloc(0, size, MEM_RESERVE | MEM_COMMIT, this.#protect);
    if (base === 0) return undefined;
    return this.#keep({ base, pages: pagesOf(Number(size)), segment: undefined, slab: undefined });
  }

  #keep(run: Run): Run {
    this.#runs.set(run.base, run);
    return run;
  }

  #endRun({ base, pages, segment }: Run): void {
    this.#runs.delete(base);
    if (segment === undefined) {
      this.#api.VirtualFree(base, 0, MEM_RELEASE);
      return;
    }
    const page = (base - segment.base) / PAGE_BYTES;
    segment.used.fill(0, page, page + pages);
    segment.freePages += pages;
    if (!this.#endSegmentIfEmpty(segment)) {
      this.#api.VirtualFree(base, pages * PAGE_BYTES, MEM_DECOMMIT);
    }
  }

  #endSegmentIfEmpty(segment: Segment): boolean {
    if (segment.freePages < SEGMENT_PAGES) return false;
    this.#segments.delete(segment);
    this.#api.VirtualFree(segment.base, 0, MEM_RELEASE);
    return true;
  }

  /** Where so many pages are free together, in a new segment if need be. */
  #place(pages: number): { segment: Segment; page: number } | undefined {
    for (const segment of this.#segments) {
      const page = segment.freePages < pages ? -1 : freeRun(segment.used, pages);
      if (page >= 0) return { segment, page };
    }
    const bytes = SEGMENT_PAGES * PAGE_BYTES;
    const base = this.#api.VirtualAlloc(0, bytes, MEM_RESERVE, this.#protect);
    if (base === 0) return undefined;
    const segment = { base, used: new Uint8Array(SEGMENT_PAGES), freePages: SEGMENT_PAGES };
    this.#segments.add(segment);
    return { segment, page: 0 };
  }
}

function pagesOf(size: number): number {
  return Math.ceil(size / PAGE_BYTES);
}

/** Multiples of 16, in steps of at most a quarter of the size. */
function slotBytesOf(size: number): number {
  const step = Math.max(BLOCK_ALIGNMENT, 2 ** (29 - Math.clz32(Math.max(size, 1) - 1)));
  return Math.max(BLOCK_ALIGNMENT, Math.ceil(size / step) * step);
}

function slabOf(slotBytes: number): Slab {
  return { slotBytes, used: new Uint8Array(Math.floor(PAGE_BYTES / slotBytes)), blocks: 0 };
}

/** The first of `count` zeros in a row, or -1. */
function freeRun(used: Uint8Array, count: number): number {
  for (let first = used.indexOf(0); first >= 0; ) {
    const end = used.indexOf(1, first);
    if ((end < 0 ? used.length : end) - first >= count) return first;
    first = end < 0 ? -1 : used.indexOf(0, end);
  }
  return -1;
}
