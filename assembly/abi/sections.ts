import { knownSection, running } from "../nt/answer";
import { sectionCreate as ntSectionCreate } from "../nt/section";
import {
  sectionCreateFile as ntSectionCreateFile,
  sectionExtend as ntSectionExtend,
} from "../nt/section-file";
import { viewMap as ntViewMap } from "../nt/view";
import { viewFlush as ntViewFlush } from "../nt/view-flush";
import { viewUnmap as ntViewUnmap } from "../nt/view-unmap";
import {
  sectionClose as close,
  contentEnd as end,
  sectionOpen as open,
  sectionDirty,
  sectionIsUnused,
  sectionOf,
} from "../object/section";
import { Context } from "../virt/context";
import { contentClean } from "../virt/pager";
import { operationBegin } from "../virt/request";

/** Sections by number, and their views. */

export function sectionCreate(context: u32, size: u64, protection: u32, attributes: u32): u32 {
  return ntSectionCreate(changetype<Context>(context), size, protection, attributes);
}

/** One handle more, or less; the last handle and the last view end the section. */
export function sectionOpen(section: u32): void {
  const found = sectionOf(section);
  if (found !== null && found.file == 0) open(found);
}

export function sectionClose(section: u32): void {
  const found = sectionOf(section);
  if (found !== null && found.file == 0 && found.handles != 0) close(found);
}

/** Figures by number: size in bytes, attributes, protection, committed pages. */
export function sectionCounter(section: u32, counter: u32): u64 {
  const found = sectionOf(section);
  if (found === null) return 0;
  switch (counter) {
    case 0:
      return found.sizeBytes;
    case 1:
      return found.attributes;
    case 2:
      return found.protection;
    case 3:
      return found.committedPages;
    default:
      return 0;
  }
}

export function sectionCreateFile(
  context: u32,
  file: u32,
  content: u32,
  fileBytes: u64,
  fileAccess: u32,
  sizeBytes: u64,
  protection: u32,
  attributes: u32,
): u32 {
  return ntSectionCreateFile(
    changetype<Context>(context),
    file,
    content,
    fileBytes,
    fileAccess,
    sizeBytes,
    protection,
    attributes,
  );
}

export function sectionExtend(context: u32, section: u32, fileBytes: u64, sizeBytes: u64): u32 {
  return ntSectionExtend(changetype<Context>(context), knownSection(section), fileBytes, sizeBytes);
}

/**
 * End the memory of a file that nobody needs any more: 0 done, 1 somebody needs it, 2 a page has to
 * be written first, which is the request.
 */
export function contentEnd(content: u32): u32 {
  const found = sectionOf(content);
  if (found === null || found.file == 0) return 0;
  if (!sectionIsUnused(found)) return 1;
  if (sectionDirty(found, 0, found.sizePages) < found.sizePages) {
    contentClean(found, 0, found.sizePages);
    operationBegin();
    return 2;
  }
  end(found);
  return 0;
}

export function viewMap(
  context: u32,
  target: u32,
  section: u32,
  rights: u32,
  baseAt: u64,
  base: u64,
  zeroBits: u64,
  commitSize: u64,
  offsetAt: u64,
  offset: u64,
  sizeAt: u64,
  size: u64,
  inherit: u32,
  type: u32,
  protection: u32,
): u32 {
  return ntViewMap(
    changetype<Context>(context),
    running(target),
    knownSection(section),
    rights,
    baseAt,
    base,
    zeroBits,
    commitSize,
    offsetAt,
    offset,
    sizeAt,
    size,
    inherit,
    type,
    protection,
  );
}

export function viewUnmap(context: u32, target: u32, address: u64): u32 {
  return ntViewUnmap(changetype<Context>(context), running(target), address, 0);
}

export function viewFlush(context: u32, target: u32, address: u64, size: u64): u32 {
  return ntViewFlush(changetype<Context>(context), running(target), address, size);
}
