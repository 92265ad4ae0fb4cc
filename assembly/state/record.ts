import { hashAdd } from "../base/hash";
import { TRANSFER_BYTES } from "../virt/context";
import { stream } from "./stream";

/**
 * A saved state is a row of records, of which each is a whole number of 8 bytes:
 *
 *      0          4          8
 *     +----------+----------+- - - - - - - -+
 *     | type     | bytes    | fields        |     bytes: of the fields
 *     +----------+----------+- - - - - - - -+
 *
 * docs/snapshots.md says what the fields of each type are. A record names the object that it
 * belongs to by its place: it is about the section, or the address space, whose record came last.
 * What belongs to one object is in the order of these numbers, but that slots and pages follow the
 * record of facts that they belong to. Number 1 is the host's.
 */
export const RECORD_MACHINE: u32 = 2;
export const RECORD_SECTION: u32 = 3;
export const RECORD_SPACE: u32 = 4;
export const RECORD_THREAD: u32 = 5;
export const RECORD_REGION: u32 = 6;
export const RECORD_AWE: u32 = 7;
export const RECORD_RUN: u32 = 8;
export const RECORD_FACTS: u32 = 9;
export const RECORD_SLOTS: u32 = 10;
export const RECORD_PAGE: u32 = 11;
export const RECORD_RECENT: u32 = 12;
export const RECORD_ORDER: u32 = 13;

/** The largest record: a page, its number, and what stands above every record. */
export const RECORD_MOST: u32 = 4096 + 16 + 8;

const FIELDS: u32 = 8;

if (RECORD_MOST > TRANSFER_BYTES) ERROR("a record must fit into the transfer area");

/** A record begins behind what is in the transfer area. */
export function recordBegin(type: u32): void {
  const s = stream();
  s.record = s.target + s.bytes;
  store<u32>(s.record, type);
  s.bytes += FIELDS;
}

export function put32(value: u32): void {
  const s = stream();
  store<u32>(s.target + s.bytes, value);
  s.bytes += 4;
}

export function put64(value: u64): void {
  const s = stream();
  store<u64>(s.target + s.bytes, value);
  s.bytes += 8;
}

export function putBytes(from: u32, bytes: u32): void {
  const s = stream();
  memory.copy(s.target + s.bytes, from, bytes);
  s.bytes += bytes;
}

/** All of its fields are there: it counts for the hash. Where that is all, it is not kept. */
export function recordEnd(): void {
  recordEndWith(0, 0);
}

/** The same with a last field that may be long: where it is not kept, it is not copied either. */
export function recordEndWith(from: u32, bytes: u32): void {
  const s = stream();
  const before = s.target + s.bytes - s.record;
  store<u32>(s.record, before + bytes - FIELDS, 4);
  s.total += before + bytes;
  hashAdd(s.record, before);
  hashAdd(from, bytes);
  if (s.keeps == 0) s.bytes = 0;
  else putBytes(from, bytes);
}
