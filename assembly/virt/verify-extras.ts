import { WINDOW } from "../base/layout";
import { valueAt } from "../base/planes";
import { addressOf } from "../base/range";
import { extraOf, slotsOf } from "../page/extra";
import { attributesAt } from "../page/table";
import { Frame } from "../phys/frame";
import { frameAt } from "./backing";
import { Context, TRANSLATIONS } from "./context";
import { ENCLAVE_RUNNING, ENCLAVE_SGX2, Enclave, enclaveAt } from "./enclave";
import { regionAfter } from "./index";
import { machine } from "./machine";
import { ACCESS_WRITE, accessByte, TRANSLATION_ADDEND, TRANSLATION_WRITE } from "./maps";
import { REGION_ENCLAVE, regionIs } from "./region";
import { Space } from "./space";

/** The planes of page/extra, as the bits of a value. */
const SAID_PENDING: u32 = 1;
const SAID_ENCLAVE: u32 = 3;
const SAID_MIXED: u32 = 8;
const SAID_TARGETS: u32 = 12;
const SAID_CODE: u32 = 16;
const EXTRA_SAID: u32 = 31;

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
 * of committed pages, and a page has a record of its slots where it is mixed, and only there; no
 * page may be written at once whose bytes are those of a page with a mark of code.
 */
export function verifyExtra(space: Space, chunk: u32, page: u64): bool {
  const extra = extraOf(chunk);
  if (extra == 0) return true;
  const said = valueAt(extra, <u32>page & 1023) & EXTRA_SAID;
  if (((said & SAID_MIXED) != 0) != (slotsOf(extra, <u32>page & 1023) != 0)) return false;
  if (said == 0) return true;
  if (attributesAt(space, page) == 0) return false;
  if ((said & SAID_CODE) != 0 && !verifyCode(space, page)) return false;
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

/** Whether no right to write, of any space, leads to the bytes of the page. */
function verifyCode(space: Space, page: u64): bool {
  if (machine().codeMarks == 0) return false;
  const frame = changetype<Frame | null>(frameAt(space, page));
  if (frame === null || frame.location == 0) return true;
  const location = frame.location;
  if (location >= WINDOW && <u64>(location - WINDOW) < machine().windowBytes) {
    if ((accessByte((location - WINDOW) >>> 12) & ACCESS_WRITE) != 0) return false;
  }
  for (let context = machine().firstContext; context != 0; ) {
    for (let i: u32 = 0; i < 1024; i++) {
      const entry = context + TRANSLATIONS + (i << 5);
      const tag = load<u64>(entry, TRANSLATION_WRITE);
      const leadsTo = load<u32>(entry, TRANSLATION_ADDEND) + ((<u32>tag) << 12);
      if (tag != 0 && leadsTo == location) return false;
    }
    context = changetype<Context>(context).next;
  }
  return true;
}
