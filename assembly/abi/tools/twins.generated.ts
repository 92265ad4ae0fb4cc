// Written by scripts/generate-twins.mjs: doubles for the 64-bit integers of the ABI.

import {
  discardPages,
  offerPages,
  reclaimPages,
  userPagesAllocate,
  userPagesFree,
  userPagesMap,
  userPagesScatter,
} from "./awe";
import {
  enclaveAccept,
  enclaveCall,
  enclaveCreate,
  enclaveDelete,
  enclaveEnter,
  enclaveInitialize,
  enclaveLeave,
  enclaveLoad,
  enclavePageNext,
  enclaveTerminate,
  targetsSet,
  targetValid,
} from "./enclaves";
import { regionAdopt } from "./space";

export function userPagesAllocateF64(
  context: u32,
  target: u32,
  countAt: f64,
  count: f64,
  arrayAt: f64,
): u32 {
  return userPagesAllocate(
    context,
    target,
    <u64>(<i64>countAt),
    <u64>(<i64>count),
    <u64>(<i64>arrayAt),
  );
}

export function userPagesFreeF64(
  context: u32,
  target: u32,
  countAt: f64,
  count: f64,
  arrayAt: f64,
): u32 {
  return userPagesFree(
    context,
    target,
    <u64>(<i64>countAt),
    <u64>(<i64>count),
    <u64>(<i64>arrayAt),
  );
}

export function userPagesMapF64(context: u32, address: f64, count: f64, arrayAt: f64): u32 {
  return userPagesMap(context, <u64>(<i64>address), <u64>(<i64>count), <u64>(<i64>arrayAt));
}

export function userPagesScatterF64(context: u32, addressesAt: f64, count: f64, arrayAt: f64): u32 {
  return userPagesScatter(context, <u64>(<i64>addressesAt), <u64>(<i64>count), <u64>(<i64>arrayAt));
}

export function offerPagesF64(context: u32, address: f64, size: f64, priority: u32): u32 {
  return offerPages(context, <u64>(<i64>address), <u64>(<i64>size), priority);
}

export function reclaimPagesF64(context: u32, address: f64, size: f64): u32 {
  return reclaimPages(context, <u64>(<i64>address), <u64>(<i64>size));
}

export function discardPagesF64(context: u32, address: f64, size: f64): u32 {
  return discardPages(context, <u64>(<i64>address), <u64>(<i64>size));
}

export function enclaveCreateF64(
  context: u32,
  target: u32,
  base: f64,
  size: f64,
  initialBytes: f64,
  type: u32,
  informationAt: f64,
  informationBytes: u32,
  errorAt: f64,
): u32 {
  return enclaveCreate(
    context,
    target,
    <u64>(<i64>base),
    <u64>(<i64>size),
    <u64>(<i64>initialBytes),
    type,
    <u64>(<i64>informationAt),
    informationBytes,
    <u64>(<i64>errorAt),
  );
}

export function enclaveLoadF64(
  context: u32,
  target: u32,
  address: f64,
  bufferAt: f64,
  size: f64,
  protection: u32,
  informationBytes: u32,
  doneAt: f64,
  errorAt: f64,
): u32 {
  return enclaveLoad(
    context,
    target,
    <u64>(<i64>address),
    <u64>(<i64>bufferAt),
    <u64>(<i64>size),
    protection,
    informationBytes,
    <u64>(<i64>doneAt),
    <u64>(<i64>errorAt),
  );
}

export function enclaveInitializeF64(
  context: u32,
  target: u32,
  address: f64,
  informationAt: f64,
  informationBytes: u32,
  errorAt: f64,
): u32 {
  return enclaveInitialize(
    context,
    target,
    <u64>(<i64>address),
    <u64>(<i64>informationAt),
    informationBytes,
    <u64>(<i64>errorAt),
  );
}

export function enclaveDeleteF64(context: u32, base: f64): u32 {
  return enclaveDelete(context, <u64>(<i64>base));
}

export function enclaveTerminateF64(context: u32, base: f64): u32 {
  return enclaveTerminate(context, <u64>(<i64>base));
}

export function enclaveCallF64(context: u32, routine: f64): u32 {
  return enclaveCall(context, <u64>(<i64>routine));
}

export function enclaveEnterF64(context: u32, base: f64): u32 {
  return enclaveEnter(context, <u64>(<i64>base));
}

export function enclaveLeaveF64(context: u32, base: f64): void {
  enclaveLeave(context, <u64>(<i64>base));
}

export function enclaveAcceptF64(context: u32, address: f64): u32 {
  return enclaveAccept(context, <u64>(<i64>address));
}

export function enclavePageNextF64(context: u32, address: f64, from: f64): u32 {
  return enclavePageNext(context, <u64>(<i64>address), <u64>(<i64>from));
}

export function targetsSetF64(
  context: u32,
  holder: u32,
  target: u32,
  address: f64,
  size: f64,
  count: f64,
  arrayAt: f64,
  least: f64,
): u32 {
  return targetsSet(
    context,
    holder,
    target,
    <u64>(<i64>address),
    <u64>(<i64>size),
    <u64>(<i64>count),
    <u64>(<i64>arrayAt),
    <u64>(<i64>least),
  );
}

export function targetValidF64(context: u32, address: f64): u32 {
  return targetValid(context, <u64>(<i64>address));
}

export function regionAdoptF64(
  context: u32,
  space: u32,
  base: f64,
  size: f64,
  type: u32,
  allocationProtect: u32,
  backing: u32,
  runs: u32,
): u32 {
  return regionAdopt(
    context,
    space,
    <u64>(<i64>base),
    <u64>(<i64>size),
    type,
    allocationProtect,
    backing,
    runs,
  );
}
