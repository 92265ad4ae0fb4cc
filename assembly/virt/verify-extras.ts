import { valueAt } from "../base/planes";
import { addressOf } from "../base/range";
import { extraOf, slotsOf } from "../page/extra";
import { attributesAt } from "../page/table";
import { ENCLAVE_RUNNING, ENCLAVE_SGX2, Enclave, enclaveAt } from "./enclave";
import { regionAfter } from "./index";
import { REGION_ENCLAVE, regionIs } from "./region";
import { Space } from "./space";

/** The planes of page/extra, as the bits of a value. */
const SAID_PENDING: u32 = 1;
const SAID_ENCLAVE: u32 = 3;
const SAID_MIXED: u32 = 8;
const SAID_TARGETS: u32 = 12;
const EXTRA_SAID: u32 = 15;

/** Rule 10 of a space: its enclaves are counted, and its thread runs in one that has threads. */
export function verifyEnclaves(space: Space): bool {
  let count: u32 = 0;
  let isInside = space.enclave == 0;
  for (let region = regionAfter(space, 0); region !== null; ) {
    if (regionIs(region, REGION_ENCLAVE)) {
      const enclave = changetype<Enclave>(region);
      count += 1;
      if (enclave.state != ENCLAVE_RUNNING && enclave.threads != 0) return false;
      if (space.enclave == enclave.start && enclave.threads != 0) isInside = true;
    }
    region = regionAfter(space, region.start);
  }
  return (
    count == space.enclaves && isInside && (space.inside == 0 || space.inside == space.enclave)
  );
}

/**
 * Rule 10 of a page: pending and unmeasured pages lie committed in enclaves, call targets are those
 * of committed pages, and a page has a record of its slots where it is mixed, and only there.
 */
export function verifyExtra(space: Space, chunk: u32, page: u64): bool {
  const extra = extraOf(chunk);
  if (extra == 0) return true;
  const said = valueAt(extra, <u32>page & 1023) & EXTRA_SAID;
  if (((said & SAID_MIXED) != 0) != (slotsOf(extra, <u32>page & 1023) != 0)) return false;
  if (said == 0) return true;
  if (attributesAt(space, page) == 0) return false;
  if ((said & SAID_TARGETS) != 0) {
    if (space.guardsFlow == 0 || (said & SAID_TARGETS) == SAID_TARGETS) return false;
  }
  if ((said & SAID_ENCLAVE) == 0) return true;
  const enclave = enclaveAt(space, addressOf(page));
  if (enclave === null) return false;
  if ((said & SAID_PENDING) == 0) return true;
  const isDynamic = enclave.state == ENCLAVE_RUNNING && enclave.type == ENCLAVE_SGX2;
  return isDynamic && (said & SAID_ENCLAVE) == SAID_ENCLAVE;
}
