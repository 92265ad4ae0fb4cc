import { known, running } from "../nt/answer";
import { NODES_MOST, allocateNuma as ntAllocateNuma } from "../nt/numa";
import {
  workingSetEmpty as ntEmpty,
  workingSetGetLimits as ntGetLimits,
  memoryCounters as ntMemoryCounters,
  workingSetQuery as ntQuery,
  workingSetQueryEx as ntQueryEx,
  workingSetSetLimits as ntSetLimits,
} from "../nt/working-set";
import { Context } from "../virt/context";
import { machine } from "../virt/machine";

/** Working sets, their limits and counters, and nodes of memory. */

/** How many nodes there are, 1 to 64; before the first process. */
export function machineNuma(nodes: u32): void {
  machine().numaNodes = min<u32>(nodes, NODES_MOST);
}

export function allocateNuma(
  context: u32,
  target: u32,
  base: u64,
  size: u64,
  type: u32,
  protect: u32,
  node: u32,
): u32 {
  const c = changetype<Context>(context);
  return ntAllocateNuma(c, known(target), base, size, type, protect, node);
}

export function workingSetQuery(
  context: u32,
  target: u32,
  bufferAt: u64,
  length: u64,
  from: u64,
): u32 {
  return ntQuery(changetype<Context>(context), running(target), bufferAt, length, from);
}

export function workingSetQueryEx(context: u32, target: u32, bufferAt: u64, length: u64): u32 {
  return ntQueryEx(changetype<Context>(context), running(target), bufferAt, length);
}

export function workingSetEmpty(context: u32, target: u32): u32 {
  return ntEmpty(changetype<Context>(context), running(target));
}

export function workingSetGetLimits(
  context: u32,
  target: u32,
  minimumAt: u64,
  maximumAt: u64,
  flagsAt: u64,
): u32 {
  const c = changetype<Context>(context);
  return ntGetLimits(c, running(target), minimumAt, maximumAt, flagsAt);
}

export function workingSetSetLimits(
  context: u32,
  target: u32,
  minimum: u64,
  maximum: u64,
  flags: u32,
): u32 {
  return ntSetLimits(changetype<Context>(context), running(target), minimum, maximum, flags);
}

export function memoryCounters(context: u32, target: u32): u32 {
  return ntMemoryCounters(changetype<Context>(context), running(target));
}
