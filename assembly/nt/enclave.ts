import { keep } from "../base/journal";
import { planeSet } from "../base/planes";
import { larger, pageOf, pageUp, toPageEnd } from "../base/range";
import { rule } from "../base/rule";
import {
  STATUS_ACCESS_VIOLATION,
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_ENCLAVE_FAILURE,
  STATUS_INFO_LENGTH_MISMATCH,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER,
  STATUS_NO_MEMORY,
  STATUS_NOT_SUPPORTED,
  STATUS_SUCCESS,
} from "../base/status";
import { EXTRA_UNMEASURED, extraMake } from "../page/extra";
import { committedCount } from "../page/table";
import { framesFit } from "../phys/charge";
import { READ, WRITE } from "../virt/access-kind";
import { byteOf, framed, linearOf } from "../virt/backing";
import { commit, decommit, reserve } from "../virt/change";
import { Context, contextSpace, resultSet } from "../virt/context";
import {
  ENCLAVE_BUILDING,
  ENCLAVE_RUNNING,
  ENCLAVE_TERMINATED,
  ENCLAVE_VBS,
  Enclave,
  enclaveAt,
  enclaveEmpty,
} from "../virt/enclave";
import { NOWHERE, regionFloor } from "../virt/index";
import { machine } from "../virt/machine";
import { REGION_ENCLAVE, REGION_PRIVATE, Region } from "../virt/region";
import { roomEnsure } from "../virt/room";
import { Space } from "../virt/space";
import { targetSpace, targetStatus } from "./answer";
import { chargeStatus } from "./charge";
import { enclaveEnd } from "./enclave-pages";
import { placeLowest, placeTaken } from "./place";
import { isAllPresent, isReady, memoryWrite, NO_POINTER } from "./pointer";
import { attributesOf } from "./protection";
import {
  LARGE_PAGE_BYTES,
  PAGE_ENCLAVE_THREAD_CONTROL,
  PAGE_ENCLAVE_UNVALIDATED,
  PAGE_EXECUTE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "./types";

/** Enclaves (10): made, filled, started and ended. */

const CREATE_INFO_SGX: u32 = 4096;
const CREATE_INFO_VBS: u32 = 36;
const INITIALIZE_INFO_SGX: u32 = 4096;
const INITIALIZE_INFO_VBS: u32 = 8;
/** The AllocationProtect that VirtualQuery shows: all that a page can be loaded with [unsure]. */
const PROTECTION: u32 = PAGE_EXECUTE_READWRITE;
/** What the instruction that initialises an enclave would say: its state does not allow it. */
const ENCLAVE_ERROR: u64 = 1;
const PAGE_FLAGS: u32 = PAGE_ENCLAVE_UNVALIDATED | PAGE_ENCLAVE_THREAD_CONTROL;
const LOADABLE: u32 =
  PAGE_READONLY | PAGE_READWRITE | PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE;

const CREATE_TYPE: u32 = 2;
const CREATE_LENGTH: u32 = 3;
const CREATE_EXTENT: u32 = 4;
const CREATE_PLACE: u32 = 5;
const LOAD: u32 = 6;
const INITIALIZE: u32 = 7;
const DELETE: u32 = 8;
const CALL: u32 = 9;

/** IsEnclaveTypeSupported. */
export function isEnclaveType(type: u32): bool {
  return popcnt<u32>(type) == 1 && (machine().enclaveTypes & type) != 0;
}

/**
 * CreateEnclave. The information is looked at and has no meaning here; nor has the first
 * commitment, but that it must be possible. Result 0: base.
 */
export function enclaveCreate(
  context: Context,
  target: u32,
  base: u64,
  size: u64,
  initialBytes: u64,
  type: u32,
  informationAt: u64,
  informationBytes: u32,
  errorAt: u64,
): u32 {
  by(context, CREATE_TYPE);
  if (!isEnclaveType(type)) return STATUS_NOT_SUPPORTED;
  by(context, CREATE_LENGTH);
  const isVbs = type == ENCLAVE_VBS;
  if (informationBytes != (isVbs ? CREATE_INFO_VBS : CREATE_INFO_SGX)) {
    return STATUS_INFO_LENGTH_MISMATCH;
  }
  if (!arePointers(context, informationAt, informationBytes, errorAt)) {
    return STATUS_ACCESS_VIOLATION;
  }
  by(context, CREATE_EXTENT);
  const limit = machine().regionLimit;
  const alignment = isVbs ? LARGE_PAGE_BYTES : larger(size, LARGE_PAGE_BYTES);
  const isSize = isVbs
    ? size != 0 && (size & (LARGE_PAGE_BYTES - 1)) == 0
    : popcnt<u64>(size) == 1 && size >= 0x1000 && initialBytes <= size;
  if (!isSize || (base & (alignment - 1)) != 0 || base > limit || size > limit + 1 - base) {
    return STATUS_INVALID_PARAMETER;
  }
  by(context, CREATE_PLACE);
  const refused = targetStatus(target);
  if (refused != STATUS_SUCCESS) return refused;
  const space = targetSpace(target)!;
  let start = base;
  if (base == 0) {
    start = placeLowest(space, size, alignment, machine().lowestAddress, limit);
    if (start == NOWHERE) return STATUS_NO_MEMORY;
  } else if (regionFloor(space, base + size - 1).end > base) {
    return STATUS_CONFLICTING_ADDRESSES;
  }
  const charged = chargeStatus(space, isVbs ? 0 : pageUp(initialBytes) >> 12);
  if (charged != STATUS_SUCCESS) return charged;
  if (!roomEnsure(space)) return STATUS_INSUFFICIENT_RESOURCES;
  const made = reserve(space, start, start + size, REGION_PRIVATE, PROTECTION, REGION_ENCLAVE);
  changetype<Enclave>(made).type = <u16>type;
  space.enclaves += 1;
  if (base == 0) placeTaken();
  reportError(context, errorAt, 0);
  resultSet(context, 0, start);
  return STATUS_SUCCESS;
}

/**
 * LoadEnclaveData: pages with content. Without a guest buffer the caller writes the content
 * himself, which cannot fail then. Result 0: bytes.
 */
export function enclaveLoad(
  context: Context,
  target: u32,
  address: u64,
  bufferAt: u64,
  size: u64,
  protection: u32,
  informationBytes: u32,
  doneAt: u64,
  errorAt: u64,
): u32 {
  by(context, LOAD);
  if (informationBytes != 0) return STATUS_INFO_LENGTH_MISMATCH;
  const base = protection & ~PAGE_FLAGS;
  const highest = machine().highestAddress;
  if (
    (base & ~LOADABLE) != 0 ||
    popcnt<u32>(base) != 1 ||
    ((address | size) & 0xfff) != 0 ||
    size == 0 ||
    address > highest ||
    size > highest + 1 - address
  ) {
    return STATUS_INVALID_PARAMETER;
  }
  const refused = targetStatus(target);
  if (refused != STATUS_SUCCESS) return refused;
  const space = targetSpace(target)!;
  const enclave = enclaveAt(space, address);
  if (
    enclave === null ||
    address + size > enclave.end ||
    enclave.type == ENCLAVE_VBS ||
    enclave.state != ENCLAVE_BUILDING
  ) {
    return STATUS_INVALID_PARAMETER;
  }
  const first = pageOf(address);
  const end = pageOf(address + size);
  if (committedCount(space, first, end) != 0) {
    return STATUS_CONFLICTING_ADDRESSES;
  }
  if (
    !isReady(context, bufferAt, size, READ) ||
    !isReadyOptional(context, doneAt, machine().pointerBytes) ||
    !isReadyOptional(context, errorAt, 4)
  ) {
    return STATUS_ACCESS_VIOLATION;
  }
  const charged = chargeStatus(space, end - first);
  if (charged != STATUS_SUCCESS) return charged;
  // Nothing may leave from here on, so what the buffer holds has to be there.
  if (!framesFit(end - first) || !isAllPresent(context, bufferAt, size)) return STATUS_NO_MEMORY;
  if (!roomEnsure(space)) return STATUS_INSUFFICIENT_RESOURCES;
  const region = changetype<Region>(enclave);
  commit(space, region, first, end, attributesOf(base));
  const isMeasured = (protection & PAGE_ENCLAVE_UNVALIDATED) == 0;
  for (let page = first; page < end; page++) {
    const chunk = framed(space, page, WRITE);
    if (chunk == 0) {
      decommit(space, region, first, end);
      return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (!isMeasured) planeSet(extraMake(chunk) + EXTRA_UNMEASURED, <u32>page & 1023);
  }
  if (bufferAt != NO_POINTER) copyIn(context, space, address, bufferAt, size);
  if (doneAt != 0) memoryWrite(context, doneAt, machine().pointerBytes, size);
  reportError(context, errorAt, 0);
  resultSet(context, 0, size);
  return STATUS_SUCCESS;
}

/** InitializeEnclave: any address of it. From now on threads may enter. */
export function enclaveInitialize(
  context: Context,
  target: u32,
  address: u64,
  informationAt: u64,
  informationBytes: u32,
  errorAt: u64,
): u32 {
  by(context, INITIALIZE);
  const refused = targetStatus(target);
  if (refused != STATUS_SUCCESS) return refused;
  const space = targetSpace(target)!;
  const enclave = enclaveAt(space, address);
  if (enclave === null) return STATUS_INVALID_PARAMETER;
  const isVbs = enclave.type == ENCLAVE_VBS;
  if (informationBytes != (isVbs ? INITIALIZE_INFO_VBS : INITIALIZE_INFO_SGX)) {
    return STATUS_INFO_LENGTH_MISMATCH;
  }
  if (!arePointers(context, informationAt, informationBytes, errorAt)) {
    return STATUS_ACCESS_VIOLATION;
  }
  const isBuilt = enclave.state == ENCLAVE_BUILDING;
  reportError(context, errorAt, isBuilt ? 0 : ENCLAVE_ERROR);
  if (!isBuilt) return STATUS_ENCLAVE_FAILURE;
  enclave.state = ENCLAVE_RUNNING;
  return STATUS_SUCCESS;
}

/** DeleteEnclave: its base. */
export function enclaveDelete(context: Context, base: u64): u32 {
  by(context, DELETE);
  const enclave = ownEnclave(context, base);
  if (enclave === null || enclave.start != base) {
    return STATUS_INVALID_PARAMETER;
  }
  return enclaveEnd(contextSpace(context)!, enclave);
}

/** TerminateEnclave: its base. The threads inside end at once; nobody can enter any more. */
export function enclaveTerminate(context: Context, base: u64): u32 {
  by(context, CALL);
  const enclave = ownEnclave(context, base);
  if (enclave === null || enclave.start != base) {
    return STATUS_INVALID_PARAMETER;
  }
  if (enclave.type != ENCLAVE_VBS) return STATUS_NOT_SUPPORTED;
  enclave.state = ENCLAVE_TERMINATED;
  enclaveEmpty(contextSpace(context)!, enclave);
  return STATUS_SUCCESS;
}

/** CallEnclave: whether a call of the routine can enter. Result 0: base of its enclave. */
export function enclaveCall(context: Context, routine: u64): u32 {
  by(context, CALL);
  const enclave = ownEnclave(context, routine);
  if (enclave === null) return STATUS_INVALID_PARAMETER;
  if (enclave.type != ENCLAVE_VBS) return STATUS_NOT_SUPPORTED;
  if (enclave.state != ENCLAVE_RUNNING) return STATUS_INVALID_PARAMETER;
  resultSet(context, 0, enclave.start);
  return STATUS_SUCCESS;
}

/** The enclave of the calling process that the address lies in, or null. */
function ownEnclave(context: Context, address: u64): Enclave | null {
  const space = contextSpace(context);
  if (space === null) return null;
  return enclaveAt(space, address);
}

/** Copy the caller's bytes to pages that have frames. */
function copyIn(context: Context, space: Space, address: u64, bufferAt: u64, size: u64): void {
  const own = changetype<Space>(context.space);
  for (let done: u64 = 0; done < size; ) {
    const together = min<u64>(toPageEnd(address + done), toPageEnd(bufferAt + done));
    const bytes = min<u64>(together, size - done);
    const from = linearOf(own, bufferAt + done);
    const to = byteOf(space, address + done);
    keep(to);
    memory.copy(to, from, <u32>bytes);
    done += bytes;
  }
}

function arePointers(context: Context, at: u64, bytes: u32, errorAt: u64): bool {
  return isReady(context, at, bytes, READ) && isReadyOptional(context, errorAt, 4);
}

function isReadyOptional(context: Context, at: u64, bytes: u64): bool {
  return at == 0 || isReady(context, at, bytes, WRITE);
}

/** Result 3, and the caller's variable: the processor's error, 0 for none. */
function reportError(context: Context, errorAt: u64, error: u64): void {
  if (errorAt != 0) memoryWrite(context, errorAt, 4, error);
  resultSet(context, 3, error);
}

/** From here on a row of section 10 answers. */
function by(context: Context, row: u32): void {
  context.decision = rule(10, 0, row);
}
