import * as memory from "./constants/memory.ts";
import { STATUS_CONFLICTING_ADDRESSES } from "./constants/status.ts";
import { integer, optionBag, shown } from "./door.ts";
import { hex } from "./names.ts";
import type { Process } from "./process.ts";
import { FIRST_SLOT, LOWEST_SHARED, SLOT_BYTES } from "./slots.ts";
import { statusName, succeeded } from "./status.ts";
import { Backing, PAGE_BYTES } from "./wasm/exports.ts";
import { ADOPTED_RUNS_MAXIMUM, type AdoptedRun } from "./wasm/runs.ts";

/** Pages of one region that are alike. */
export interface RegionRun {
  /** Bytes, a multiple of 0x1000. */
  readonly size: number;
  /** MEM_COMMIT or MEM_RESERVE. */
  readonly state: number;
  /** PAGE_* of committed pages; nothing or 0 for reserved ones. */
  readonly protect?: number | undefined;
}

/** A region that was there before: an image, a view, a stack. */
export interface RegionDescription {
  /** First address, a multiple of 0x1000. */
  readonly base: number;
  /** Bytes, a multiple of 0x1000. */
  readonly size: number;
  /** MEM_PRIVATE, MEM_MAPPED or MEM_IMAGE. */
  readonly type: number;
  /** PAGE_*, as VirtualQuery is to show it. */
  readonly allocationProtect: number;
  /** From the base up, together exactly `size`. Default: all of it reserved. */
  readonly runs?: readonly RegionRun[] | undefined;
  /** MEM_MAPPED only: whether a data file or the page file is behind the view. Default "file". */
  readonly backing?: "file" | "pagefile" | undefined;
}

const BASE_PROTECTIONS = 0xff;
const MODIFIERS = memory.PAGE_GUARD | memory.PAGE_NOCACHE | memory.PAGE_WRITECOMBINE;
const COPY_PROTECTIONS = memory.PAGE_WRITECOPY | memory.PAGE_EXECUTE_WRITECOPY;

/**
 * Create a region as it is described, or change nothing.
 *
 * @throws TypeError, RangeError
 */
export function adoptRegion(process: Process, description: RegionDescription): void {
  optionBag(description, "region", [
    "base",
    "size",
    "type",
    "allocationProtect",
    "runs",
    "backing",
  ]);
  const { base, size, type, allocationProtect } = description;
  const { lowestUserAddress, highestUserAddress } = process.machine;
  pageMultiple(base, "base", lowestUserAddress, highestUserAddress);
  pageMultiple(size, "size", PAGE_BYTES, highestUserAddress + 1 - base);
  checkType(type);
  checkProtection(allocationProtect, "allocationProtect", type);
  const backing = backingOf(description);
  const runs = runsOf(description);

  const { core, spaceNumber } = process.alive();
  const limit = ownLimit(process.machine.profile);
  if (limit !== undefined && base + size > limit) {
    throw new RangeError(`base: what the process has for itself ends below ${hex(limit)}`);
  }
  const region = { base, size, type, allocationProtect, backing, runs };
  const status = core.regionAdopt(spaceNumber, region);
  if (succeeded(status)) return;
  const place = `region ${hex(base)} .. ${hex(base + size - 1)}`;
  if (status === STATUS_CONFLICTING_ADDRESSES) {
    throw new RangeError(`${place} overlaps a region that is there already`);
  }
  throw new RangeError(`${place} cannot be created: ${statusName(status)}`);
}

/** Where memory ends that is a process's own: other processes' slots, or what all share. */
function ownLimit(profile: string): number | undefined {
  return profile === "ce5" ? FIRST_SLOT * SLOT_BYTES : LOWEST_SHARED[profile];
}

function pageMultiple(value: number, name: string, minimum: number, maximum: number): void {
  if (integer(value, name, minimum, maximum) % PAGE_BYTES !== 0) {
    throw new RangeError(`${name} must be a multiple of 0x1000, not ${hex(value)}`);
  }
}

function checkType(type: number): void {
  const types: readonly number[] = [memory.MEM_PRIVATE, memory.MEM_MAPPED, memory.MEM_IMAGE];
  if (!types.includes(integer(type, "type", 0, 0xffff_ffff))) {
    throw new RangeError(`type must be MEM_PRIVATE, MEM_MAPPED or MEM_IMAGE, not ${hex(type)}`);
  }
}

/**
 * 2.4: one base bit, and at most one modifier, which NOACCESS and the two WRITECOPY do not all go
 * with.
 */
function checkProtection(protect: number, name: string, type: number): void {
  integer(protect, name, 0, 0xffff_ffff);
  const base = protect & BASE_PROTECTIONS;
  const modifier = protect & MODIFIERS;
  const isCopy = (base & COPY_PROTECTIONS) !== 0;
  const isLegal =
    (base | modifier) >>> 0 === protect &&
    isOneBit(base) &&
    (modifier === 0 || isOneBit(modifier)) &&
    (modifier === 0 || base !== memory.PAGE_NOACCESS) &&
    (modifier === 0 || modifier === memory.PAGE_GUARD || !isCopy);
  if (!isLegal) throw new RangeError(`${name} ${hex(protect)} is not a page protection`);
  if (isCopy && type === memory.MEM_PRIVATE) {
    throw new RangeError(`${name} ${hex(protect)} goes with views and images only`);
  }
}

function isOneBit(value: number): boolean {
  return value !== 0 && (value & (value - 1)) === 0;
}

function backingOf({ type, backing }: RegionDescription): number {
  if (backing !== undefined && backing !== "file" && backing !== "pagefile") {
    throw new RangeError(`backing must be "file" or "pagefile", not ${shown(backing)}`);
  }
  if (type === memory.MEM_MAPPED) return backing === "pagefile" ? Backing.Pagefile : Backing.File;
  if (backing !== undefined) throw new RangeError("backing goes with MEM_MAPPED only");
  return Backing.None;
}

function runsOf({ size, type, runs }: RegionDescription): AdoptedRun[] {
  if (runs === undefined) return [{ pages: size / PAGE_BYTES, protect: 0 }];
  if (!Array.isArray(runs)) throw new TypeError(`runs must be an array, not ${shown(runs)}`);
  if (runs.length > ADOPTED_RUNS_MAXIMUM) {
    throw new RangeError(`runs has ${runs.length} elements, of which ${ADOPTED_RUNS_MAXIMUM} fit`);
  }
  let rest = size;
  const adopted = runs.map((run: RegionRun, index) => {
    const name = `runs[${index}]`;
    optionBag(run, name, ["size", "state", "protect"]);
    pageMultiple(run.size, `${name}.size`, PAGE_BYTES, size);
    if (run.size > rest) throw new RangeError(`${name} ends behind the region`);
    rest -= run.size;
    return { pages: run.size / PAGE_BYTES, protect: runProtection(run, name, type) };
  });
  if (rest > 0) throw new RangeError(`runs end ${hex(rest)} bytes before the region does`);
  return adopted;
}

function runProtection({ state, protect = 0 }: RegionRun, name: string, type: number): number {
  if (state === memory.MEM_COMMIT) {
    checkProtection(protect, `${name}.protect`, type);
    return protect;
  }
  if (state !== memory.MEM_RESERVE) {
    throw new RangeError(`${name}.state must be MEM_COMMIT or MEM_RESERVE, not ${shown(state)}`);
  }
  if (protect !== 0) {
    throw new RangeError(`${name}.protect goes with MEM_COMMIT, not ${shown(protect)}`);
  }
  return 0;
}
