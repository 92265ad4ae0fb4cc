import { SECTIONS_MAX, SPACES_MAX } from "../base/layout";
import { contentOf, Section, sectionIsFile, sectionOf } from "../object/section";
import { regionAfter } from "../virt/index";
import { SPACE_RUNNING, Space, spaceOf } from "../virt/space";
import { viewSection } from "../virt/view";
import { stream } from "./stream";

/**
 * The numbers that sections have in a saved state. Those of the machine depend on what was closed
 * and made again on the way; ranks go by what leads to a section: handles first, in the order in
 * which the host names them, then views, from the lowest address space and address on, then all
 * others. The content of a file comes before the sections over it.
 */

/** No section has a rank. */
export function ranksBegin(): void {
  for (let number: u32 = 1; number < SECTIONS_MAX; number++) {
    const section = sectionOf(number);
    if (section !== null) section.rank = 0;
  }
  stream().first = 0;
  stream().tail = 0;
}

/** The section has the next rank, if it has none. */
export function rankAdd(section: Section): void {
  if (section.rank != 0) return;
  if (sectionIsFile(section)) rankAdd(contentOf(section));
  const s = stream();
  const before = changetype<Section | null>(s.tail);
  if (before === null) s.first = changetype<u32>(section);
  else before.nextRanked = changetype<u32>(section);
  section.rank = before === null ? 1 : before.rank + 1;
  section.nextRanked = 0;
  s.tail = changetype<u32>(section);
}

/** Every section has a rank from now on. */
export function ranksEnd(): void {
  for (let number: u32 = 1; number < SPACES_MAX; number++) {
    const space = spaceOf(number);
    if (space !== null && space.state == SPACE_RUNNING) rankViews(space);
  }
  for (let number: u32 = 1; number < SECTIONS_MAX; number++) {
    const section = sectionOf(number);
    if (section !== null) rankAdd(section);
  }
}

function rankViews(space: Space): void {
  if (space.views == 0) return;
  for (let region = regionAfter(space, 0); region !== null; ) {
    const section = viewSection(region);
    if (section !== null) rankAdd(section);
    region = regionAfter(space, region.start);
  }
}
