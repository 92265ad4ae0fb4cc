import { knownSection, running } from "../nt/answer";
import { viewMapEx as ntViewMapEx } from "../nt/view-ex";
import { viewUnmap as ntViewUnmap } from "../nt/view-unmap";
import { Context } from "../virt/context";

/** Views that may take the place of a placeholder, and leave one behind. */

export function viewMapEx(
  context: u32,
  target: u32,
  section: u32,
  rights: u32,
  baseAt: u64,
  base: u64,
  offsetAt: u64,
  offset: u64,
  sizeAt: u64,
  size: u64,
  type: u32,
  protection: u32,
  lowest: u64,
  highest: u64,
  alignment: u64,
): u32 {
  return ntViewMapEx(
    changetype<Context>(context),
    running(target),
    knownSection(section),
    rights,
    baseAt,
    base,
    offsetAt,
    offset,
    sizeAt,
    size,
    type,
    protection,
    lowest,
    highest,
    alignment,
  );
}

export function viewUnmapEx(context: u32, target: u32, address: u64, flags: u32): u32 {
  return ntViewUnmap(changetype<Context>(context), running(target), address, flags);
}
