import { pageOf } from "../base/range";
import { commit, reserve } from "../virt/change";
import { machine } from "../virt/machine";
import { REGION_PRIVATE, REGION_RESIDENT } from "../virt/region";
import { Space } from "../virt/space";
import { spaceMake } from "../virt/spaces";
import { attributesOf } from "./protection";
import { PAGE_READONLY } from "./types";

/** Regions that every process has from the start (1.2). */

/** KUSER_SHARED_DATA: one read-only page; on x86 the rest of its 64 KB is reserved. */
const SHARED_DATA: u64 = 0x7ffe0000;
const SHARED_DATA_PAGES: u64 = 1;
const SHARED_DATA_PAGES_X86: u64 = 16;

/** A space with its residents, or null (`spaceMake`). */
export function processSpaceMake(kind: u32, minPages: u32, maxPages: u32): Space | null {
  const space = spaceMake(kind);
  if (space === null) return null;
  space.workingSetMinPages = minPages;
  space.workingSetMaxPages = maxPages;
  const pages = machine().pointerBytes == 8 ? SHARED_DATA_PAGES : SHARED_DATA_PAGES_X86;
  const end = SHARED_DATA + (pages << 12);
  const region = reserve(space, SHARED_DATA, end, REGION_PRIVATE, PAGE_READONLY, REGION_RESIDENT);
  const first = pageOf(SHARED_DATA);
  commit(space, region, first, first + SHARED_DATA_PAGES, attributesOf(PAGE_READONLY));
  return space;
}
