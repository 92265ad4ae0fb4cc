import { planeClear } from "../base/planes";
import { addressOf, larger, pageDown, pageOf } from "../base/range";
import { rule } from "../base/rule";
import {
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_ENCLAVE_NOT_TERMINATED,
  STATUS_FREE_VM_NOT_AT_BASE,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PAGE_PROTECTION,
  STATUS_INVALID_PARAMETER,
  STATUS_SUCCESS,
  STATUS_UNABLE_TO_FREE_VM,
} from "../base/status";
import { EXECUTABLE, READABLE, WRITABLE } from "../page/attributes";
import { EXTRA_PENDING, EXTRA_UNMEASURED } from "../page/extra";
import { factsTrim } from "../page/facts";
import { attributesAt, attributesRunEnd, committedCount } from "../page/table";
import { commit, decommit, release } from "../virt/change";
import { Context, contextSpace, resultSet } from "../virt/context";
import {
  ENCLAVE_BUILDING,
  ENCLAVE_RUNNING,
  ENCLAVE_SGX2,
  ENCLAVE_VBS,
  Enclave,
  enclaveAt,
  enclaveEmpty,
} from "../virt/enclave";
import { extraAt, extraIs, extrasEnsure, extrasSet } from "../virt/extras";
import { Region } from "../virt/region";
import { roomEnsure } from "../virt/room";
import { Space } from "../virt/space";
import { isTarget, targetSpace } from "./answer";
import { chargeStatus } from "./charge";
import { attributesOf, protectionOf } from "./protection";
import {
  MEM_RELEASE,
  PAGE_EXECUTE_READWRITE,
  PAGE_GUARD,
  PAGE_NOCACHE,
  PAGE_READWRITE,
  PAGE_WRITECOMBINE,
} from "./types";

/** What VirtualAlloc, VirtualFree and VirtualProtect do in an enclave (10#10 to #15, 17.2). */

const RIGHTS: u32 = READABLE | WRITABLE | EXECUTABLE;
const MODIFIERS: u32 = PAGE_GUARD | PAGE_NOCACHE | PAGE_WRITECOMBINE;

/** Flags of a page that `enclavePageNext` tells. */
const PAGE_MEASURED: u64 = 1;
const PAGE_PENDING: u64 = 2;

/** Whether the address lies in an enclave of the target. */
export function isInEnclave(target: u32, address: u64): bool {
  return isTarget(target) && enclaveAt(targetSpace(target)!, address) !== null;
}

/** MEM_COMMIT: pages of zeros that no measurement covers. [start, end) begins in the region. */
export function commitInEnclave(
  context: Context,
  space: Space,
  region: Region,
  start: u64,
  end: u64,
  protect: u32,
): u32 {
  const enclave = changetype<Enclave>(region);
  context.decision = rule(10, 0, 10);
  if (protect != PAGE_READWRITE && protect != PAGE_EXECUTE_READWRITE) {
    return STATUS_INVALID_PAGE_PROTECTION;
  }
  const isDynamic = enclave.state == ENCLAVE_RUNNING && enclave.type == ENCLAVE_SGX2;
  if (enclave.state != ENCLAVE_BUILDING && !isDynamic) {
    context.decision = rule(17, 2, 14);
    return STATUS_CONFLICTING_ADDRESSES;
  }
  const first = pageOf(start);
  const last = pageOf(end);
  if (end > region.end || committedCount(space, first, last) != 0) {
    context.decision = rule(17, 2, 11);
    return STATUS_CONFLICTING_ADDRESSES;
  }
  const charged = chargeStatus(space, last - first);
  if (charged != STATUS_SUCCESS) return charged;
  if (!extrasEnsure(space, first, last)) return STATUS_INSUFFICIENT_RESOURCES;
  commit(space, region, first, last, attributesOf(protect));
  extrasSet(space, EXTRA_UNMEASURED, first, last);
  if (isDynamic) extrasSet(space, EXTRA_PENDING, first, last);
  resultSet(context, 0, start);
  resultSet(context, 1, end - start);
  if (isDynamic) context.decision = rule(10, 0, 12);
  return STATUS_SUCCESS;
}

/** VirtualFree: the whole enclave goes, or, in SGX2 alone, some of its pages. */
export function freeInEnclave(
  context: Context,
  space: Space,
  region: Region,
  base: u64,
  start: u64,
  end: u64,
  size: u64,
  type: u32,
): u32 {
  const enclave = changetype<Enclave>(region);
  const isRelease = type == MEM_RELEASE;
  context.decision = rule(10, 0, isRelease ? 13 : 14);
  if (enclave.type == ENCLAVE_VBS) return STATUS_INVALID_PARAMETER;
  if (!isRelease && enclave.type != ENCLAVE_SGX2) {
    return STATUS_INVALID_PARAMETER;
  }
  if (end > region.end) return STATUS_UNABLE_TO_FREE_VM;
  if (size == 0 && pageDown(base) != region.start) {
    return STATUS_FREE_VM_NOT_AT_BASE;
  }
  if (!roomEnsure(space)) return STATUS_INSUFFICIENT_RESOURCES;
  resultSet(context, 0, start);
  resultSet(context, 1, !isRelease && size == 0 ? 0 : end - start);
  if (!isRelease) {
    decommit(space, region, pageOf(start), pageOf(end));
    return STATUS_SUCCESS;
  }
  if (start != region.start || end != region.end) {
    return STATUS_UNABLE_TO_FREE_VM;
  }
  return enclaveEnd(space, enclave);
}

/** The enclave goes, unless a thread runs inside of it. */
export function enclaveEnd(space: Space, enclave: Enclave): u32 {
  if (enclave.threads != 0) return STATUS_ENCLAVE_NOT_TERMINATED;
  if (!roomEnsure(space)) return STATUS_INSUFFICIENT_RESOURCES;
  enclaveEmpty(space, enclave);
  space.enclaves -= 1;
  const region = changetype<Region>(enclave);
  release(space, region, pageOf(enclave.start), pageOf(enclave.end));
  return STATUS_SUCCESS;
}

/**
 * VirtualProtect: what is wrong with it, or success. A running enclave only loses rights. The pages
 * are committed.
 */
export function protectInEnclave(
  context: Context,
  space: Space,
  region: Region,
  first: u64,
  end: u64,
  protection: u32,
): u32 {
  const enclave = changetype<Enclave>(region);
  context.decision = rule(10, 0, 15);
  if (enclave.state != ENCLAVE_RUNNING) return STATUS_INVALID_PARAMETER;
  if ((protection & MODIFIERS) != 0) return STATUS_INVALID_PAGE_PROTECTION;
  const rights = attributesOf(protection) & RIGHTS;
  for (let page = first; page < end; page = attributesRunEnd(space, page, end)) {
    if ((rights & ~attributesAt(space, page)) != 0) {
      return STATUS_INVALID_PAGE_PROTECTION;
    }
  }
  return STATUS_SUCCESS;
}

/** The enclave takes a page that was added while it ran (EACCEPT). */
export function enclaveAccept(context: Context, address: u64): u32 {
  const page = pageOf(address);
  const space = contextSpace(context);
  context.decision = rule(17, 2, 13);
  if (
    space === null ||
    enclaveAt(space, address) === null ||
    !extraIs(space, EXTRA_PENDING, page)
  ) {
    return STATUS_INVALID_PARAMETER;
  }
  planeClear(extraAt(space, page) + EXTRA_PENDING, <u32>page & 1023);
  factsTrim(space, page);
  return STATUS_SUCCESS;
}

/**
 * The first committed page at or above `from` of the enclave that `address` lies in. Result 0:
 * address; result 1: protection; result 2: flags. False where there is none.
 */
export function enclavePageNext(context: Context, address: u64, from: u64): bool {
  const space = contextSpace(context);
  if (space === null) return false;
  const enclave = enclaveAt(space, address);
  if (enclave === null) return false;
  const end = pageOf(enclave.end);
  let page = larger(pageOf(from), pageOf(enclave.start));
  if (page < end && attributesAt(space, page) == 0) page = attributesRunEnd(space, page, end);
  if (page >= end) return false;
  let flags: u64 = 0;
  if (!extraIs(space, EXTRA_UNMEASURED, page)) flags |= PAGE_MEASURED;
  if (extraIs(space, EXTRA_PENDING, page)) flags |= PAGE_PENDING;
  resultSet(context, 0, addressOf(page));
  resultSet(context, 1, protectionOf(attributesAt(space, page)));
  resultSet(context, 2, flags);
  return true;
}
