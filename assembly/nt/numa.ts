import { rule } from "../base/rule";
import { STATUS_INVALID_PARAMETER, STATUS_SUCCESS } from "../base/status";
import { Context, resultGet } from "../virt/context";
import { regionAt } from "../virt/index";
import { machine } from "../virt/machine";
import { Region } from "../virt/region";
import { allocate, flagsRow } from "./allocate";
import { answer, targetAt, targetSpace } from "./answer";
import { NO_POINTER } from "./pointer";
import { MEM_RESERVE, MEM_RESET_UNDO } from "./types";

/**
 * NUMA (17.11). A machine has so many nodes; which of them a region prefers lies in the top byte of
 * its flags, and says where its pages are.
 */
const NO_PREFERENCE: u32 = u32.MAX_VALUE;
export const NODE_SHIFT: u32 = 24;
export const NODES_MOST: u32 = 64;

export function regionNode(region: Region): u32 {
  return region.flags >>> NODE_SHIFT;
}

/** VirtualAllocExNuma: as NtAllocateVirtualMemory, all values in the arguments. */
export function allocateNuma(
  context: Context,
  target: u32,
  base: u64,
  size: u64,
  type: u32,
  protect: u32,
  node: u32,
): u32 {
  const makesRegion = (type & MEM_RESERVE) != 0 || (base == 0 && type != MEM_RESET_UNDO);
  const isNamed = makesRegion && node != NO_PREFERENCE && flagsRow(0, type, protect) == 0;
  if (isNamed && node >= max<u32>(machine().numaNodes, 1)) {
    return answer(context, rule(17, 11, 1), STATUS_INVALID_PARAMETER);
  }
  const status = allocate(context, target, NO_POINTER, base, 0, NO_POINTER, size, type, protect);
  if (status == STATUS_SUCCESS && isNamed) {
    const start = resultGet(context, 0);
    const region = regionAt(targetSpace(targetAt(target, start))!, start)!;
    region.flags |= node << NODE_SHIFT;
  }
  return status;
}
