import { pageUp } from "../base/range";
import { rule } from "../base/rule";
import {
  STATUS_ACCESS_DENIED,
  STATUS_ASKS,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_HANDLE,
  STATUS_INVALID_PAGE_PROTECTION,
  STATUS_INVALID_PARAMETER_6,
  STATUS_MAPPED_FILE_SIZE_ZERO,
  STATUS_SECTION_NOT_EXTENDED,
  STATUS_SECTION_TOO_BIG,
  STATUS_SUCCESS,
} from "../base/status";
import {
  contentEnd,
  contentKnown,
  contentMake,
  contentOf,
  Section,
  sectionIsFile,
  sectionIsImage,
  sectionIsUnused,
  sectionMakeOver,
  sectionOf,
} from "../object/section";
import { COMMITTED } from "../page/attributes";
import { pagesMost } from "../page/pages";
import { attributesFill } from "../page/table";
import { Context, resultSet } from "../virt/context";
import { machine } from "../virt/machine";
import { roomEnsure, roomEnsureSplits } from "../virt/room";
import { viewCommitSplits, viewGrow } from "../virt/view";
import { answer, isTarget } from "./answer";
import { isExecutableProtection, isSharedWritable } from "./protection";
import { isSectionAttributes, isSectionProtection } from "./section";
import { SEC_FILE, SEC_LARGE_PAGES, SEC_NO_CHANGE, SEC_NOCACHE, SEC_WRITECOMBINE } from "./types";

/** What the handle of the file allows. */
const FILE_READ: u32 = 1;
const FILE_WRITE: u32 = 2;
const FILE_EXECUTE: u32 = 4;

/** More than any file. */
const SIZE_MOST: u64 = i64.MAX_VALUE;

/**
 * NtCreateSection over a data file: the rows of 7.1 from #4 on. `file` is the host's number of the
 * file, not 0, `content` the section that an earlier call made for it, or 0. Where the file has to
 * grow first, the answer is STATUS_ASKS, result 0 the bytes, and the call is made again.
 * Result 0: number of the section, which has one handle; result 1: the content.
 */
export function sectionCreateFile(
  context: Context,
  file: u32,
  content: u32,
  fileBytes: u64,
  fileAccess: u32,
  sizeBytes: u64,
  protection: u32,
  attributes: u32,
): u32 {
  if (!isSectionAttributes(attributes) || (attributes & SEC_LARGE_PAGES) != 0) {
    return fail(context, 4, STATUS_INVALID_PARAMETER_6);
  }
  if (!isSectionProtection(protection)) return fail(context, 5, STATUS_INVALID_PAGE_PROTECTION);
  if (file == 0) return fail(context, 9, STATUS_INVALID_HANDLE);
  if ((neededAccess(protection) & ~fileAccess) != 0) return fail(context, 9, STATUS_ACCESS_DENIED);
  if (sizeBytes == 0) {
    if (fileBytes == 0) return fail(context, 10, STATUS_MAPPED_FILE_SIZE_ZERO);
    sizeBytes = fileBytes;
  }
  if (isTooBig(sizeBytes)) return fail(context, 15, STATUS_SECTION_TOO_BIG);
  if (sizeBytes > fileBytes) {
    if (!isSharedWritable(protection)) return fail(context, 11, STATUS_SECTION_TOO_BIG);
    resultSet(context, 0, sizeBytes);
    return fail(context, 12, STATUS_ASKS);
  }
  const kept = SEC_FILE | (attributes & (SEC_NOCACHE | SEC_WRITECOMBINE | SEC_NO_CHANGE));
  const section = makeOver(contentFor(file, content), sizeBytes, kept, protection);
  if (section === null) return fail(context, 15, STATUS_INSUFFICIENT_RESOURCES);
  resultSet(context, 0, section.number);
  resultSet(context, 1, section.content);
  return answer(context, rule(7, 1, 0), STATUS_SUCCESS);
}

/**
 * NtExtendSection (17.12). `section` is a number or an NTSTATUS; where the file has to grow first,
 * the answer is as `sectionCreateFile`'s. Result 0: size in bytes.
 */
export function sectionExtend(context: Context, section: u32, fileBytes: u64, sizeBytes: u64): u32 {
  if (!isTarget(section)) return extended(context, section);
  const found = sectionOf(section)!;
  if ((found.attributes & SEC_FILE) == 0 || !sectionIsFile(found) || sectionIsImage(found)) {
    return extended(context, STATUS_SECTION_NOT_EXTENDED);
  }
  resultSet(context, 0, found.sizeBytes);
  if (sizeBytes <= found.sizeBytes) return extended(context, STATUS_SUCCESS);
  if (isTooBig(sizeBytes)) return extended(context, STATUS_SECTION_TOO_BIG);
  resultSet(context, 0, sizeBytes);
  if (sizeBytes > fileBytes) return extended(context, STATUS_ASKS);
  const pages = pageUp(sizeBytes) >> 12;
  const content = contentOf(found);
  if (!roomEnsureSplits(content, viewCommitSplits(content, found.sizePages, pages))) {
    return extended(context, STATUS_INSUFFICIENT_RESOURCES);
  }
  viewGrow(content, found.sizePages, pages);
  found.sizeBytes = sizeBytes;
  found.sizePages = pages;
  return extended(context, STATUS_SUCCESS);
}

function isTooBig(sizeBytes: u64): bool {
  return sizeBytes > SIZE_MOST || pageUp(sizeBytes) >> 12 > pagesMost(machine().levels);
}

/** The file's content, made where it is missing; or null. */
function contentFor(file: u32, number: u32): Section | null {
  const known = contentKnown(file, number, false);
  if (known !== null) return known;
  const pages = pagesMost(machine().levels);
  const content = contentMake(file, pages, SEC_FILE);
  if (content === null) return null;
  if (!roomEnsure(content)) {
    contentEnd(content);
    return null;
  }
  attributesFill(content, 0, pages, COMMITTED);
  return content;
}

/** A section over the content, which belongs to its sections alone; or null. */
export function makeOver(
  content: Section | null,
  sizeBytes: u64,
  attributes: u32,
  protection: u32,
): Section | null {
  if (content === null) return null;
  const section = sectionMakeOver(content, sizeBytes, attributes, protection);
  if (section === null && sectionIsUnused(content)) contentEnd(content);
  return section;
}

/** Row 9. */
export function neededAccess(protection: u32): u32 {
  const data = isSharedWritable(protection) ? FILE_READ | FILE_WRITE : FILE_READ;
  return isExecutableProtection(protection) ? data | FILE_EXECUTE : data;
}

function extended(context: Context, status: u32): u32 {
  return answer(context, rule(17, 12, 0), status);
}

function fail(context: Context, row: u32, status: u32): u32 {
  return answer(context, rule(7, 1, row), status);
}
