import { allocate as ntAllocate } from "../nt/allocate";
import { allocateEx as ntAllocateEx } from "../nt/allocate-ex";
import { known, running } from "../nt/answer";
import { free as ntFree } from "../nt/free";
import { lock as ntLock, unlock as ntUnlock } from "../nt/lock";
import { protect as ntProtect } from "../nt/protect";
import { query as ntQuery } from "../nt/query";
import { serviceAsk as ntServiceAsk } from "../nt/service";
import {
  readVirtual as ntReadVirtual,
  writeProcess as ntWriteProcess,
  writeVirtual as ntWriteVirtual,
} from "../nt/transfer";
import {
  getWriteWatch as ntGetWriteWatch,
  resetWriteWatch as ntResetWriteWatch,
} from "../nt/watch";
import { Context } from "../virt/context";

/**
 * The Nt services. `target` is the number of a space, or the NTSTATUS that looking up a handle
 * ended with; `...At` is a guest address of the calling process, or all ones: the value is in the
 * arguments, or goes to the result block.
 */

export function allocate(
  context: u32,
  target: u32,
  baseAt: u64,
  base: u64,
  zeroBits: u64,
  sizeAt: u64,
  size: u64,
  type: u32,
  protect: u32,
): u32 {
  const c = changetype<Context>(context);
  return ntAllocate(c, known(target), baseAt, base, zeroBits, sizeAt, size, type, protect);
}

export function allocateEx(
  context: u32,
  target: u32,
  baseAt: u64,
  base: u64,
  sizeAt: u64,
  size: u64,
  type: u32,
  protect: u32,
  lowest: u64,
  highest: u64,
  alignment: u64,
): u32 {
  return ntAllocateEx(
    changetype<Context>(context),
    known(target),
    baseAt,
    base,
    sizeAt,
    size,
    type,
    protect,
    lowest,
    highest,
    alignment,
  );
}

export function free(
  context: u32,
  target: u32,
  baseAt: u64,
  base: u64,
  sizeAt: u64,
  size: u64,
  type: u32,
): u32 {
  return ntFree(changetype<Context>(context), running(target), baseAt, base, sizeAt, size, type);
}

export function protect(
  context: u32,
  target: u32,
  baseAt: u64,
  base: u64,
  sizeAt: u64,
  size: u64,
  protection: u32,
  oldAt: u64,
): u32 {
  const c = changetype<Context>(context);
  return ntProtect(c, running(target), baseAt, base, sizeAt, size, protection, oldAt);
}

export function query(
  context: u32,
  target: u32,
  address: u64,
  informationClass: u32,
  bufferAt: u64,
  length: u64,
  returnLengthAt: u64,
): u32 {
  const c = changetype<Context>(context);
  return ntQuery(c, running(target), address, informationClass, bufferAt, length, returnLengthAt);
}

export function lock(
  context: u32,
  target: u32,
  baseAt: u64,
  base: u64,
  sizeAt: u64,
  size: u64,
  mapType: u32,
): u32 {
  return ntLock(changetype<Context>(context), running(target), baseAt, base, sizeAt, size, mapType);
}

export function unlock(
  context: u32,
  target: u32,
  baseAt: u64,
  base: u64,
  sizeAt: u64,
  size: u64,
  mapType: u32,
): u32 {
  return ntUnlock(
    changetype<Context>(context),
    running(target),
    baseAt,
    base,
    sizeAt,
    size,
    mapType,
  );
}

export function readVirtual(
  context: u32,
  target: u32,
  address: u64,
  bufferAt: u64,
  size: u64,
  doneAt: u64,
): u32 {
  const c = changetype<Context>(context);
  return ntReadVirtual(c, running(target), address, bufferAt, size, doneAt);
}

export function writeVirtual(
  context: u32,
  target: u32,
  address: u64,
  bufferAt: u64,
  size: u64,
  doneAt: u64,
): u32 {
  const c = changetype<Context>(context);
  return ntWriteVirtual(c, running(target), address, bufferAt, size, doneAt);
}

export function writeProcess(
  context: u32,
  target: u32,
  address: u64,
  bufferAt: u64,
  size: u64,
  doneAt: u64,
): u32 {
  const c = changetype<Context>(context);
  return ntWriteProcess(c, known(target), address, bufferAt, size, doneAt);
}

export function getWriteWatch(
  context: u32,
  target: u32,
  flags: u32,
  base: u64,
  size: u64,
  arrayAt: u64,
  countAt: u64,
  count: u64,
  granularityAt: u64,
): u32 {
  const c = changetype<Context>(context);
  const t = running(target);
  return ntGetWriteWatch(c, t, flags, base, size, arrayAt, countAt, count, granularityAt);
}

export function resetWriteWatch(context: u32, target: u32, base: u64, size: u64): u32 {
  return ntResetWriteWatch(changetype<Context>(context), running(target), base, size);
}

/** A system service is about to touch a buffer of the calling process. */
export function serviceAsk(context: u32, address: u64, length: u64, access: u32): u32 {
  return ntServiceAsk(changetype<Context>(context), address, length, access);
}
