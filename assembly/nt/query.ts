import { addressOf, alignDown, pageDown, pageOf } from "../base/range";
import { rule } from "../base/rule";
import {
  STATUS_ACCESS_VIOLATION,
  STATUS_INFO_LENGTH_MISMATCH,
  STATUS_INVALID_ADDRESS,
  STATUS_INVALID_INFO_CLASS,
  STATUS_INVALID_PARAMETER,
  STATUS_SUCCESS,
} from "../base/status";
import { COMMITTED, WRITABLE } from "../page/attributes";
import { attributesAt, attributesRunEnd } from "../page/table";
import { WRITE } from "../virt/access-kind";
import { Context, resultGet, resultSet } from "../virt/context";
import { regionAfter, regionAt } from "../virt/index";
import {
  FEATURE_CE,
  FEATURE_SLOTS,
  featureIs,
  machine,
  SWITCH_ZERO_REGION_FLAGS,
  switchIs,
} from "../virt/machine";
import {
  REGION_FILE_VIEW,
  REGION_IMAGE,
  REGION_PAGEFILE_VIEW,
  REGION_PRIVATE,
  REGION_RESIDENT,
  Region,
  regionIs,
} from "../virt/region";
import { isForeign, SLOT_BYTES } from "../virt/seen";
import { Space } from "../virt/space";
import { ownPages } from "../virt/view";
import { answer, isTarget, slotBelow, targetAt, targetSpace } from "./answer";
import { isReady, memoryWrite, NO_POINTER } from "./pointer";
import { protectionOf } from "./protection";
import {
  MEM_COMMIT,
  MEM_FREE,
  MEM_IMAGE,
  MEM_MAPPED,
  MEM_PRIVATE,
  MEM_RESERVE,
  PAGE_NOACCESS,
} from "./types";

/** MemoryBasicInformation: the run of equal pages that begins at an address (3.5). */
export const CLASS_BASIC: u32 = 0;
/** MemoryRegionInformation: the whole region (17.9). */
export const CLASS_REGION: u32 = 3;

/** Both structures have as many fields, in results 0..6. */
const FIELDS: u32 = 7;
const RETURN_LENGTH: u32 = 7;

/**
 * NtQueryVirtualMemory. Results 0..6: the structure's fields; result 7: its size in bytes.
 */
export function query(
  context: Context,
  target: u32,
  address: u64,
  informationClass: u32,
  bufferAt: u64,
  length: u64,
  returnLengthAt: u64,
): u32 {
  if (address > machine().highestAddress) {
    return fail(context, informationClass, 3, 1, STATUS_INVALID_PARAMETER);
  }
  if (!isReady(context, bufferAt, length, WRITE) || !isReadyLength(context, returnLengthAt)) {
    return fail(context, informationClass, 4, 2, STATUS_ACCESS_VIOLATION);
  }
  if (informationClass != CLASS_BASIC && informationClass != CLASS_REGION) {
    return fail(context, informationClass, 6, 3, STATUS_INVALID_INFO_CLASS);
  }
  if (length < leastLength(informationClass)) {
    return fail(context, informationClass, 1, 4, STATUS_INFO_LENGTH_MISMATCH);
  }
  const slot = slotBelow(target, address);
  target = targetAt(target, address);
  address -= slot;
  if (!isTarget(target)) return fail(context, informationClass, 5, 5, target);
  const space = targetSpace(target)!;
  const region = regionAt(space, address);
  if (informationClass == CLASS_REGION) {
    if (region === null) return fail(context, informationClass, 0, 6, STATUS_INVALID_ADDRESS);
    regionInformation(context, space, region);
  } else if (region === null) {
    freeInformation(context, space, address);
  } else {
    basicInformation(context, space, region, address);
    resultSet(context, 1, region.start + slot);
  }
  resultSet(context, 0, resultGet(context, 0) + slot);
  resultSet(context, RETURN_LENGTH, structureBytes(informationClass));
  writeStructure(context, informationClass, bufferAt, length);
  if (returnLengthAt != 0) {
    memoryWrite(context, returnLengthAt, machine().pointerBytes, structureBytes(informationClass));
  }
  return answer(
    context,
    informationClass == CLASS_REGION ? rule(17, 9, 0) : rule(3, 5, 0),
    STATUS_SUCCESS,
  );
}

function isReadyLength(context: Context, at: u64): bool {
  return at == 0 || isReady(context, at, machine().pointerBytes, WRITE);
}

function freeInformation(context: Context, space: Space, address: u64): void {
  const after = regionAfter(space, address);
  const start = pageDown(address);
  let end = machine().highestAddress + 1;
  if (address < machine().commonLowest) end = ownEnd(address);
  if (after !== null) end = after.start;
  setFields(context, start, 0, 0, end - start, MEM_FREE, PAGE_NOACCESS, 0);
}

/** Where what an address is in ends, below what all processes share: a slot, or everything. */
function ownEnd(address: u64): u64 {
  return featureIs(FEATURE_SLOTS)
    ? alignDown(address, SLOT_BYTES) + SLOT_BYTES
    : machine().commonLowest;
}

function basicInformation(context: Context, space: Space, region: Region, address: u64): void {
  const page = pageOf(address);
  const attributes = attributesAt(space, page);
  const last = pageOf(region.end);
  const end = region.committedPages == 0 ? last : attributesRunEnd(space, page, last);
  const committed = (attributes & COMMITTED) != 0;
  const protection = committed
    ? shownProtection(context, region, attributes)
    : reservedProtection(region);
  setFields(
    context,
    addressOf(page),
    region.start,
    // CE knows none but those of pages (14.3#24).
    committed && featureIs(FEATURE_CE) ? protection : region.protection,
    addressOf(end - page),
    committed ? MEM_COMMIT : MEM_RESERVE,
    protection,
    typeOf(region),
  );
}

/** What others own cannot be written (14.3). */
function shownProtection(context: Context, region: Region, attributes: u32): u32 {
  return protectionOf(isForeign(context.space, region) ? attributes & ~WRITABLE : attributes);
}

/** Reserved pages show no protection, but for those behind KUSER_SHARED_DATA (1.2) [unsure]. */
function reservedProtection(region: Region): u32 {
  return regionIs(region, REGION_RESIDENT) ? PAGE_NOACCESS : 0;
}

function regionInformation(context: Context, space: Space, region: Region): void {
  setFields(
    context,
    region.start,
    region.protection,
    regionFlags(region),
    region.end - region.start,
    addressOf(commitPages(space, region)),
    0,
    machine().pointerBytes == 8 ? u64.MAX_VALUE : <u64>u32.MAX_VALUE,
  );
}

function setFields(
  context: Context,
  field0: u64,
  field1: u64,
  field2: u64,
  field3: u64,
  field4: u64,
  field5: u64,
  field6: u64,
): void {
  resultSet(context, 0, field0);
  resultSet(context, 1, field1);
  resultSet(context, 2, field2);
  resultSet(context, 3, field3);
  resultSet(context, 4, field4);
  resultSet(context, 5, field5);
  resultSet(context, 6, field6);
}

function typeOf(region: Region): u32 {
  if (region.kind == REGION_PRIVATE) return MEM_PRIVATE;
  return region.kind == REGION_IMAGE ? MEM_IMAGE : MEM_MAPPED;
}

/** The flag bits of 17.9, or none by the switch. */
function regionFlags(region: Region): u32 {
  if (switchIs(SWITCH_ZERO_REGION_FLAGS)) return 0;
  if (region.kind == REGION_FILE_VIEW) return 1 << 1;
  if (region.kind == REGION_IMAGE) return 1 << 2;
  return region.kind == REGION_PAGEFILE_VIEW ? 1 << 3 : 1;
}

/** Private memory: what is committed. Views: what is copied on write, or was. */
function commitPages(space: Space, region: Region): u64 {
  if (region.kind == REGION_PRIVATE) return region.committedPages;
  return ownPages(space, pageOf(region.start), pageOf(region.end));
}

function structureBytes(informationClass: u32): u64 {
  if (machine().pointerBytes == 8) return 48;
  return informationClass == CLASS_REGION ? 0x1c : 28;
}

/** Class 3 may be cut behind RegionSize. */
function leastLength(informationClass: u32): u64 {
  if (informationClass == CLASS_BASIC) return structureBytes(CLASS_BASIC);
  return machine().pointerBytes == 8 ? 0x18 : 0x10;
}

/** The fields that fit into `length`, at the offsets of 3.5 and 17.9. */
function writeStructure(context: Context, informationClass: u32, at: u64, length: u64): void {
  if (at == NO_POINTER) return;
  const pointer = machine().pointerBytes;
  let offset: u32 = 0;
  for (let field: u32 = 0; field < FIELDS; field++) {
    const bytes = isPointerField(informationClass, field) ? pointer : 4;
    offset = (offset + bytes - 1) & ~(bytes - 1);
    if (<u64>(offset + bytes) > length) return;
    memoryWrite(context, at + offset, bytes, resultGet(context, field));
    offset += bytes;
  }
}

function isPointerField(informationClass: u32, field: u32): bool {
  if (informationClass == CLASS_BASIC) return field == 0 || field == 1 || field == 3;
  return field == 0 || field >= 3;
}

function fail(context: Context, informationClass: u32, basic: u32, region: u32, status: u32): u32 {
  const isRegion = informationClass == CLASS_REGION;
  return answer(context, isRegion ? rule(17, 9, region) : rule(3, 5, basic), status);
}
