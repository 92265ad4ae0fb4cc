import { planeTest } from "../base/planes";
import { addressOf } from "../base/range";
import {
  EXTRA_MIXED,
  EXTRA_PENDING,
  EXTRA_UNMEASURED,
  EXTRA_VALID,
  extraOf,
  slotsOf,
} from "../page/extra";
import { attributesAt } from "../page/table";
import { ENCLAVE_RUNNING, ENCLAVE_SGX2, Enclave, enclaveAt } from "./enclave";
import { regionAfter } from "./index";
import { REGION_ENCLAVE, regionIs } from "./region";
import { Space } from "./space";

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
  const i = <u32>page & 1023;
  const isPending = planeTest(extra + EXTRA_PENDING, i);
  const isUnmeasured = planeTest(extra + EXTRA_UNMEASURED, i);
  const isValid = planeTest(extra + EXTRA_VALID, i);
  const isMixed = planeTest(extra + EXTRA_MIXED, i);
  if (isMixed != (slotsOf(extra, i) != 0) || (isMixed && isValid)) return false;
  if (!(isPending || isUnmeasured || isValid || isMixed)) return true;
  if (attributesAt(space, page) == 0) return false;
  if ((isValid || isMixed) && space.guardsFlow == 0) return false;
  if (!isPending && !isUnmeasured) return true;
  const enclave = enclaveAt(space, addressOf(page));
  if (enclave === null || (isPending && !isUnmeasured)) return false;
  return !isPending || (enclave.state == ENCLAVE_RUNNING && enclave.type == ENCLAVE_SGX2);
}
