import { GRANULARITY, pageUp } from "../base/range";
import { rule } from "../base/rule";
import {
  STATUS_ACCESS_DENIED,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_IMAGE_FORMAT,
  STATUS_INVALID_PAGE_PROTECTION,
  STATUS_INVALID_PARAMETER_6,
  STATUS_SECTION_TOO_BIG,
  STATUS_SUCCESS,
} from "../base/status";
import { contentEnd, contentKnown, contentMake, Section } from "../object/section";
import { pagesMost } from "../page/pages";
import { attributesFill } from "../page/table";
import { Context, resultSet, TRANSFER_BYTES, transferOf } from "../virt/context";
import { machine } from "../virt/machine";
import { REGION_IMAGE } from "../virt/region";
import { operationBegin } from "../virt/request";
import { roomEnsure } from "../virt/room";
import { checkRuns, RUN_BYTES, runPages, runProtect } from "./adopt";
import { answer } from "./answer";
import { attributesOf } from "./protection";
import { isSectionAttributes, isSectionProtection } from "./section";
import { makeOver, neededAccess } from "./section-file";
import { PAGE_EXECUTE_WRITECOPY, PAGE_WRITECOPY, SEC_FILE, SEC_IMAGE, SEC_NOCACHE } from "./types";

/**
 * NtCreateSection with SEC_IMAGE: the rows of 7.1 from #4 on. The host has read the headers:
 * `status` is what it found wrong with them, or 0; `imageBytes` and `imageBase` are the size of the
 * image and the address that it wants; runs of equal pages, together as long as the image, lie in
 * the transfer area as for regions that are adopted (nt/adopt). `file` is the host's number of the
 * image, `content` the section that an earlier call made for it, or 0: then the runs are not read.
 * Result 0: number of the section, which has one handle; result 1: the content.
 */
export function sectionCreateImage(
  context: Context,
  status: u32,
  file: u32,
  content: u32,
  imageBytes: u64,
  imageBase: u64,
  runs: u32,
  fileAccess: u32,
  sizeBytes: u64,
  protection: u32,
  attributes: u32,
): u32 {
  // Nothing here asks; whoever asked before has gone away.
  operationBegin();
  if ((attributes & SEC_IMAGE) == 0 || !isSectionAttributes(attributes)) {
    return fail(context, 4, STATUS_INVALID_PARAMETER_6);
  }
  if (!isSectionProtection(protection)) return fail(context, 5, STATUS_INVALID_PAGE_PROTECTION);
  if ((neededAccess(protection) & ~fileAccess) != 0) return fail(context, 9, STATUS_ACCESS_DENIED);
  if (status != STATUS_SUCCESS) return fail(context, 13, status);
  let found = contentKnown(file, content, true);
  const pages = found === null ? pageUp(imageBytes) >> 12 : found.sizePages;
  if (found === null && !isSound(context, file, pages, imageBase, runs)) {
    return fail(context, 13, STATUS_INVALID_IMAGE_FORMAT);
  }
  if (sizeBytes > pages << 12) return fail(context, 11, STATUS_SECTION_TOO_BIG);
  if (found === null) found = contentFor(context, file, pages, imageBase, runs);
  const section = makeOver(found, pages << 12, SEC_FILE | SEC_IMAGE, protection);
  if (section === null) return fail(context, 15, STATUS_INSUFFICIENT_RESOURCES);
  // SEC_IMAGE_NO_EXECUTE has this bit too, where it says nothing of caching.
  const isNoExecute = (attributes & SEC_NOCACHE) != 0;
  section.imageProtection = isNoExecute ? PAGE_WRITECOPY : PAGE_EXECUTE_WRITECOPY;
  resultSet(context, 0, section.number);
  resultSet(context, 1, section.content);
  return answer(context, rule(7, 1, 0), STATUS_SUCCESS);
}

function isSound(context: Context, file: u32, pages: u64, imageBase: u64, runs: u32): bool {
  if (file == 0 || (imageBase & (GRANULARITY - 1)) != 0) return false;
  if (pages == 0 || pages > pagesMost(machine().levels)) return false;
  if (runs == 0 || runs > TRANSFER_BYTES / RUN_BYTES) return false;
  return checkRuns(REGION_IMAGE, pages, transferOf(context), runs) == STATUS_SUCCESS;
}

/** The image's memory, of which each page says what a view shows at first; or null. */
function contentFor(
  context: Context,
  file: u32,
  pages: u64,
  imageBase: u64,
  runs: u32,
): Section | null {
  const content = contentMake(file, pages, SEC_FILE | SEC_IMAGE);
  if (content === null) return null;
  content.imageBase = imageBase;
  content.imageProtection = PAGE_EXECUTE_WRITECOPY;
  const list = transferOf(context);
  let page: u64 = 0;
  for (let i: u32 = 0; i < runs; i++) {
    if (!roomEnsure(content)) {
      contentEnd(content);
      return null;
    }
    const next = page + runPages(list, i);
    const protect = runProtect(list, i);
    if (protect != 0) attributesFill(content, page, next, attributesOf(protect));
    page = next;
  }
  return content;
}

function fail(context: Context, row: u32, status: u32): u32 {
  return answer(context, rule(7, 1, row), status);
}
