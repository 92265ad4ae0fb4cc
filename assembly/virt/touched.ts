import { addressOf, larger, pageOf, smaller } from "../base/range";
import { Section, sectionFrame } from "../object/section";
import { factsAt, factsChunkEnd, factsNext, frameOf, framesCount } from "../page/facts";
import { regionAfter, regionFloor } from "./index";
import { Region } from "./region";
import { Space } from "./space";
import { viewPage, viewSection } from "./view";

/** Pages of [first, end) whose bytes are in a frame: one of their own, or their section's. */
export function touchedCount(space: Space, first: u64, end: u64): u64 {
  let count = framesCount(space, first, end);
  if (space.views == 0) return count;
  let region: Region | null = regionFloor(space, addressOf(first));
  while (region !== null && pageOf(region.start) < end) {
    const section = viewSection(region);
    const from = larger(first, pageOf(region.start));
    const to = smaller(end, pageOf(region.end));
    if (section !== null && from < to) count += shownCount(space, region, section, from, to);
    region = regionAfter(space, region.start);
  }
  return count;
}

/** Pages of a view that show a frame of the section, and have none of their own. */
function shownCount(space: Space, view: Region, section: Section, first: u64, end: u64): u64 {
  const sectionEnd = smaller(viewPage(view, end), section.sizePages);
  let count = framesCount(section, smaller(viewPage(view, first), sectionEnd), sectionEnd);
  for (let page = factsNext(space, first, end); page < end; page = factsNext(space, page, end)) {
    const chunk = factsAt(space, page);
    for (const chunkEnd = factsChunkEnd(page, end); page < chunkEnd; page++) {
      if (frameOf(chunk, <u32>page & 1023) == 0) continue;
      if (sectionFrame(section, viewPage(view, page)) != 0) count -= 1;
    }
  }
  return count;
}
