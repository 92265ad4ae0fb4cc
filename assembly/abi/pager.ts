import { STATUS_INVALID_HANDLE } from "../base/status";
import { isTarget } from "../nt/answer";
import {
  sectionCreateFile as ntSectionCreateFile,
  sectionExtend as ntSectionExtend,
} from "../nt/section-file";
import { contentEnd as end, sectionDirty, sectionIsUnused, sectionOf } from "../object/section";
import { Context } from "../virt/context";
import { pagerAnswer as answered, contentClean, pagerRequest as requested } from "../virt/pager";

/** What the core asks of the host: pages that leave or come, and files. */

/** Field of the request by number: kind, ticket, file or slot, page, linear address. */
export function pagerRequest(field: u32): u64 {
  return requested(field);
}

/** The request with this ticket is done (0) or has failed (NTSTATUS); 0 where it is too late. */
export function pagerAnswer(ticket: u32, status: u32): u32 {
  return answered(ticket, status) ? 1 : 0;
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
  return ntSectionExtend(
    changetype<Context>(context),
    isTarget(section) && sectionOf(section) === null ? STATUS_INVALID_HANDLE : section,
    fileBytes,
    sizeBytes,
  );
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
    return 2;
  }
  end(found);
  return 0;
}
