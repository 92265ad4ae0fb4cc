import { known, running } from "../../nt/answer";
import {
  isEnclaveType,
  enclaveCall as ntEnclaveCall,
  enclaveCreate as ntEnclaveCreate,
  enclaveDelete as ntEnclaveDelete,
  enclaveInitialize as ntEnclaveInitialize,
  enclaveLoad as ntEnclaveLoad,
  enclaveTerminate as ntEnclaveTerminate,
} from "../../nt/enclave";
import {
  enclaveAccept as ntEnclaveAccept,
  enclavePageNext as pageNext,
} from "../../nt/enclave-pages";
import { targetsSet as ntTargetsSet } from "../../nt/targets";
import { Context, contextSpace } from "../../virt/context";
import { enclaveSwitch, enclaveEnter as enter, enclaveLeave as leave } from "../../virt/enclave";
import { spaceOf } from "../../virt/space";
import { targetIs } from "../../virt/targets";

/** Enclaves, and the call targets of Control Flow Guard. */

/** Turn Control Flow Guard on. Before the first page is committed. */
export function spaceGuardFlow(space: u32): void {
  const found = spaceOf(space);
  if (found !== null) found.guardsFlow = 1;
}

/** Where the thread runs that accesses of the context come from: base of an enclave, or 0. */
export function enclaveInside(context: u32, base: u64): void {
  const own = contextSpace(changetype<Context>(context));
  if (own !== null) enclaveSwitch(own, base);
}

export function enclaveSupported(type: u32): u32 {
  return isEnclaveType(type) ? 1 : 0;
}

export function enclaveCreate(
  context: u32,
  target: u32,
  base: u64,
  size: u64,
  initialBytes: u64,
  type: u32,
  informationAt: u64,
  informationBytes: u32,
  errorAt: u64,
): u32 {
  const c = changetype<Context>(context);
  const t = running(target);
  return ntEnclaveCreate(
    c,
    t,
    base,
    size,
    initialBytes,
    type,
    informationAt,
    informationBytes,
    errorAt,
  );
}

export function enclaveLoad(
  context: u32,
  target: u32,
  address: u64,
  bufferAt: u64,
  size: u64,
  protection: u32,
  informationBytes: u32,
  doneAt: u64,
  errorAt: u64,
): u32 {
  const c = changetype<Context>(context);
  const t = running(target);
  return ntEnclaveLoad(
    c,
    t,
    address,
    bufferAt,
    size,
    protection,
    informationBytes,
    doneAt,
    errorAt,
  );
}

export function enclaveInitialize(
  context: u32,
  target: u32,
  address: u64,
  informationAt: u64,
  informationBytes: u32,
  errorAt: u64,
): u32 {
  const c = changetype<Context>(context);
  const t = running(target);
  return ntEnclaveInitialize(c, t, address, informationAt, informationBytes, errorAt);
}

export function enclaveDelete(context: u32, base: u64): u32 {
  return ntEnclaveDelete(changetype<Context>(context), base);
}

export function enclaveTerminate(context: u32, base: u64): u32 {
  return ntEnclaveTerminate(changetype<Context>(context), base);
}

export function enclaveCall(context: u32, routine: u64): u32 {
  return ntEnclaveCall(changetype<Context>(context), routine);
}

/** The calling thread enters the running enclave that begins at `base`: 1, or 0. */
export function enclaveEnter(context: u32, base: u64): u32 {
  const own = contextSpace(changetype<Context>(context));
  return own !== null && enter(own, base) ? 1 : 0;
}

/** A thread that entered leaves. */
export function enclaveLeave(context: u32, base: u64): void {
  const own = contextSpace(changetype<Context>(context));
  if (own !== null) leave(own, base);
}

/** NTSTATUS. */
export function enclaveAccept(context: u32, address: u64): u32 {
  return ntEnclaveAccept(changetype<Context>(context), address);
}

/** 1, and address, protection and flags in results 0..2; or 0: no committed page is left. */
export function enclavePageNext(context: u32, address: u64, from: u64): u32 {
  return pageNext(changetype<Context>(context), address, from) ? 1 : 0;
}

/** SetProcessValidCallTargets. Result 0: entries that were applied. */
export function targetsSet(
  context: u32,
  holder: u32,
  target: u32,
  address: u64,
  size: u64,
  count: u64,
  arrayAt: u64,
  least: u64,
): u32 {
  const c = changetype<Context>(context);
  return ntTargetsSet(c, known(holder), running(target), address, size, count, arrayAt, least);
}

/** 1 where an indirect call to the address is let through. */
export function targetValid(context: u32, address: u64): u32 {
  const own = contextSpace(changetype<Context>(context));
  return own === null || targetIs(own, address) ? 1 : 0;
}
