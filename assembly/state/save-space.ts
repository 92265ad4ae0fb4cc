import { PAGE_BYTES } from "../base/layout";
import { AWE_END, aweAt, aweNext } from "../object/awe";
import { FACT_VALID, factIs } from "../page/facts";
import { aweOf } from "../virt/awe";
import { Enclave } from "../virt/enclave";
import { REGION_COPY, REGION_ENCLAVE, REGION_PRIVATE, Region, regionIs } from "../virt/region";
import { Space, spaceOf } from "../virt/space";
import { Thread } from "../virt/thread";
import { viewSection } from "../virt/view";
import { recentNext, recentPage } from "../virt/working-set";
import {
  put32,
  put64,
  putBytes,
  RECORD_AWE,
  RECORD_RECENT,
  RECORD_REGION,
  RECORD_SPACE,
  RECORD_THREAD,
  recordBegin,
  recordEnd,
} from "./record";
import { isZero } from "./save-pages";

/** Save the space itself. */
export function spaceSave(space: Space): void {
  recordBegin(RECORD_SPACE);
  put32(space.number);
  put32(space.state);
  put64(space.quotaPages);
  put32(space.workingSetMinPages);
  put32(space.workingSetMaxPages);
  put32(space.workingSetFlags);
  put32(space.guardsFlow);
  put64(space.faultCount);
  put64(space.residentPeakPages);
  put64(space.chargePeakPages);
  recordEnd();
}

/** Save the thread with the lowest number above the last one's. False where there is none. */
export function threadSave(space: Space, last: u32): u32 {
  let found: Thread | null = null;
  for (let link = space.firstThread; link != 0; link = changetype<Thread>(link).next) {
    const thread = changetype<Thread>(link);
    if (thread.number <= last) continue;
    if (found === null || thread.number < found.number) found = thread;
  }
  if (found === null) return 0;
  recordBegin(RECORD_THREAD);
  put32(found.number);
  put32(found.guaranteeBytes);
  put64(found.stackBase);
  put64(found.stackLimit);
  put64(found.deallocationStack);
  recordEnd();
  return found.number;
}

/** Save the region. */
export function regionSave(region: Region): void {
  const section = viewSection(region);
  recordBegin(RECORD_REGION);
  put64(region.start);
  put64(region.end);
  put64(region.offsetPages);
  put32(<u32>region.kind | ((<u32>region.attributes) << 16));
  put32(region.protection);
  put32(region.flags);
  put32(section === null ? 0 : section.rank);
  put32(sourceOf(region));
  put32(ownerOf(region));
  put32(regionIs(region, REGION_ENCLAVE) ? changetype<Enclave>(region).state : 0);
  put32(0);
  recordEnd();
}

/** The space whose pages a region of VirtualCopy shows; 0 where they are not to be had any more. */
function sourceOf(region: Region): u32 {
  if (!regionIs(region, REGION_COPY)) return 0;
  const source = spaceOf(region.space);
  return source !== null && source.serial == region.chargedPages ? region.space : 0;
}

/** The space that reserved private memory which all processes see, or 0. */
function ownerOf(region: Region): u32 {
  if (region.kind != REGION_PRIVATE || regionIs(region, REGION_ENCLAVE)) return 0;
  return region.nextView == 0 ? 0 : changetype<Space>(region.nextView).number;
}

/** Save the frame of AWE with the lowest index from `from` on. Its index, or AWE_END. */
export function aweSave(space: Space, from: u32): u32 {
  const set = aweOf(space);
  if (set === null) return AWE_END;
  const index = aweNext(set, from);
  if (index == AWE_END) return AWE_END;
  const frame = aweAt(set, index)!;
  recordBegin(RECORD_AWE);
  put64(index);
  put64(frame.place);
  if (!isZero(frame.location)) putBytes(frame.location, PAGE_BYTES);
  recordEnd();
  return index;
}

/** Save the next recent page behind `link`, the most recent one first. Its link, or 0. */
export function recentSave(space: Space, link: u32): u32 {
  link = recentNext(space, link);
  // One that has left the working set stays in the list for a while; nobody can tell.
  while (link != 0 && !factIs(space, FACT_VALID, recentPage(link))) link = recentNext(space, link);
  if (link == 0) return 0;
  recordBegin(RECORD_RECENT);
  put64(recentPage(link));
  recordEnd();
  return link;
}
