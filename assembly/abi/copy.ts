import { known } from "../nt/answer";
import { pagesCopy as copy } from "../nt/copy";
import { Context } from "../virt/context";

/** VirtualCopy of Windows CE. `source` is a physical address >> 8 with PAGE_PHYSICAL. */
export function pagesCopy(
  context: u32,
  target: u32,
  destination: u64,
  source: u64,
  size: u64,
  protection: u32,
): u32 {
  return copy(changetype<Context>(context), known(target), destination, source, size, protection);
}
