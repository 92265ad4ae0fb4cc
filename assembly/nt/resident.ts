import { SPACES_MAX } from "../base/layout";
import { pageOf } from "../base/range";
import { COMMITTED, READABLE, WRITABLE } from "../page/attributes";
import { commit, reserve } from "../virt/change";
import { FEATURE_9X, FEATURE_CE, FEATURE_SLOTS, featureIs, machine } from "../virt/machine";
import { REGION_AUTO_COMMIT, REGION_PRIVATE, REGION_RESIDENT } from "../virt/region";
import { SPACE_TRANSLATED, Space, spaceFreeNumber, spaceOf } from "../virt/space";
import { spaceMake } from "../virt/spaces";
import { attributesOf } from "./protection";
import { PAGE_READONLY, PAGE_READWRITE } from "./types";

/** Regions that every process has from the start (1.2), and what processes have in common. */

/** KUSER_SHARED_DATA: one read-only page; on x86 the rest of its 64 KB is reserved. */
const SHARED_DATA: u64 = 0x7ffe0000;
const SHARED_DATA_PAGES: u64 = 1;
const SHARED_DATA_PAGES_X86: u64 = 16;
/** The slots of CE 5; the number of a space is that of its slot. */
export const SLOTS: u32 = 33;
/** The space that stands for physical memory in CE has the last number that a space can have. */
export const PHYSICAL_SPACE: u32 = SPACES_MAX - 2;

/** A space with its residents, or null (`spaceMake`). */
export function processSpaceMake(kind: u32, minPages: u32, maxPages: u32): Space | null {
  if (!commonMake()) return null;
  const number = spaceFreeNumber();
  if (featureIs(FEATURE_SLOTS) && number >= SLOTS) return null;
  const space = spaceMake(kind, number);
  if (space === null) return null;
  space.workingSetMinPages = minPages;
  space.workingSetMaxPages = maxPages;
  if (featureIs(FEATURE_9X | FEATURE_CE)) return space;
  const pages = machine().pointerBytes == 8 ? SHARED_DATA_PAGES : SHARED_DATA_PAGES_X86;
  const end = SHARED_DATA + (pages << 12);
  const region = reserve(space, SHARED_DATA, end, REGION_PRIVATE, PAGE_READONLY, REGION_RESIDENT);
  const first = pageOf(SHARED_DATA);
  commit(space, region, first, first + SHARED_DATA_PAGES, attributesOf(PAGE_READONLY));
  return space;
}

/** The space that stands for physical memory. Requires: Windows CE. */
export function physicalSpace(): Space {
  return spaceOf(PHYSICAL_SPACE)!;
}

/** Where it has a physical address: the lowest pages of a space are in no region. */
export function physicalAt(address: u64): u64 {
  return address + machine().lowestAddress;
}

/** With the first process: the space that keeps what all of them see, and physical memory. */
function commonMake(): bool {
  const m = machine();
  if (m.commonLowest != 0 && m.commonSpace == 0) {
    const common = spaceMake(SPACE_TRANSLATED, spaceFreeNumber());
    if (common === null) return false;
    m.commonSpace = common.number;
  }
  if (!featureIs(FEATURE_CE) || spaceOf(PHYSICAL_SPACE) !== null) return true;
  const space = spaceMake(SPACE_TRANSLATED, PHYSICAL_SPACE);
  if (space === null) return false;
  const flags = REGION_RESIDENT | REGION_AUTO_COMMIT;
  const end = m.highestAddress + 1;
  const region = reserve(space, m.lowestAddress, end, REGION_PRIVATE, PAGE_READWRITE, flags);
  region.attributes = <u16>(COMMITTED | READABLE | WRITABLE);
  return true;
}
