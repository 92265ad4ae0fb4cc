import { ABORT, PAGE_BYTES } from "../base/layout";
import { addressOf } from "../base/range";
import { EXTRA_PENDING } from "../page/extra";
import { extraIs } from "./extras";
import { regionAt } from "./index";
import { REGION_ENCLAVE, Region, regionIs } from "./region";
import { Space } from "./space";

/**
 * An enclave: private memory that only the code inside of it reaches. It is a region whose fields
 * for views have another meaning; `flags` has REGION_ENCLAVE, and it never splits.
 *
 *      0          8          16         24         32         40
 *     +----------+----------+----------+----------+----------+
 *     | start    | end      | committed| 0        | 0        |
 *     +-----+----+-----+----+-----+----+-----+----+----------+
 *     |ki|ty|prot|flags| 0  |thrd.|stat|                     64
 *     +-----+----+-----+----+-----+----+
 *
 *     ty     ENCLAVE_TYPE_*
 *     thrd.  threads that run inside;  stat: being built, running, or terminated
 *
 * The maps never grant a page of an enclave, so each access asks, and here it is seen from where it
 * comes. From outside the processor answers instead of memory: all ones are read and writes are
 * dropped, whatever the protection, without an exception (10#16) [unsure].
 */
@unmanaged
@final
export class Enclave {
  start: u64;
  end: u64;
  committedPages: u64;
  none0: u64;
  none1: u64;
  kind: u16;
  type: u16;
  protection: u32;
  flags: u32;
  none2: u32;
  threads: u32;
  state: u32;
}

if (offsetof<Enclave>() != offsetof<Region>()) ERROR("an Enclave is a Region");
if (offsetof<Enclave>("type") != offsetof<Region>("attributes")) ERROR("an Enclave is a Region");
if (offsetof<Enclave>("flags") != offsetof<Region>("flags")) ERROR("an Enclave is a Region");

export const ENCLAVE_SGX: u32 = 0x1;
export const ENCLAVE_SGX2: u32 = 0x2;
export const ENCLAVE_VBS: u32 = 0x10;

export const ENCLAVE_BUILDING: u32 = 0;
export const ENCLAVE_RUNNING: u32 = 1;
export const ENCLAVE_TERMINATED: u32 = 2;

/** How an access to a committed page finds it. */
const ORDINARY: u32 = 0;
const OUTSIDE: u32 = 1;
const PENDING: u32 = 2;

/** The enclave that the address lies in, or null. */
export function enclaveAt(space: Space, address: u64): Enclave | null {
  if (space.enclaves == 0) return null;
  const region = regionAt(space, address);
  if (region === null || !regionIs(region, REGION_ENCLAVE)) return null;
  return changetype<Enclave>(region);
}

export function isEnclavePage(space: Space, page: u64): bool {
  return space.enclaves != 0 && enclaveAt(space, addressOf(page)) !== null;
}

/** Whether an access reaches the page from outside of its enclave. */
export function isOutside(space: Space, page: u64): bool {
  return space.enclaves != 0 && side(space, page) == OUTSIDE;
}

/** Whether the page waits for the enclave to accept it, and the access comes from there. */
export function isPending(space: Space, page: u64): bool {
  return space.enclaves != 0 && side(space, page) == PENDING;
}

function side(space: Space, page: u64): u32 {
  const enclave = enclaveAt(space, addressOf(page));
  if (enclave === null) return ORDINARY;
  if (enclave.start != space.inside) return OUTSIDE;
  return extraIs(space, EXTRA_PENDING, page) ? PENDING : ORDINARY;
}

/**
 * Linear address of what is seen of an enclave from outside. What was written there by the access
 * before is forgotten.
 */
export function abortPage(): u32 {
  memory.fill(ABORT, 0xff, PAGE_BYTES);
  return ABORT;
}

/** The current thread enters. False where there is no running enclave that begins at `base`. */
export function enclaveEnter(space: Space, base: u64): bool {
  const enclave = running(space, base);
  if (enclave === null) return false;
  enclave.threads += 1;
  enclaveSwitch(space, base);
  return true;
}

/** A thread leaves. The enclave may have been terminated in the meantime. */
export function enclaveLeave(space: Space, base: u64): void {
  const enclave = running(space, base);
  if (enclave === null || enclave.threads == 0) return;
  enclave.threads -= 1;
  if (enclave.threads == 0) enclaveEmpty(space, enclave);
}

/** No thread runs there any more. */
export function enclaveEmpty(space: Space, enclave: Enclave): void {
  enclave.threads = 0;
  if (space.enclave == enclave.start) enclaveSwitch(space, 0);
}

/**
 * The current thread is another, which runs inside of this enclave, or outside of all: 0. Requires:
 * a context is in the space, or the thread leaves.
 */
export function enclaveSwitch(space: Space, base: u64): void {
  const enclave = running(space, base);
  space.enclave = enclave === null || enclave.threads == 0 ? 0 : base;
  space.inside = space.enclave;
}

function running(space: Space, base: u64): Enclave | null {
  const enclave = enclaveAt(space, base);
  if (enclave === null || enclave.start != base) return null;
  return enclave.state == ENCLAVE_RUNNING ? enclave : null;
}
