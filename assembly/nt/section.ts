import { pageUp } from "../base/range";
import { rule } from "../base/rule";
import {
  STATUS_COMMITMENT_LIMIT,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_FILE_FOR_SECTION,
  STATUS_INVALID_PAGE_PROTECTION,
  STATUS_INVALID_PARAMETER_4,
  STATUS_INVALID_PARAMETER_6,
  STATUS_PRIVILEGE_NOT_HELD,
  STATUS_SECTION_TOO_BIG,
  STATUS_SUCCESS,
} from "../base/status";
import { sectionClose, sectionCommit, sectionMake } from "../object/section";
import { pagesMost } from "../page/pages";
import { chargeFits } from "../phys/charge";
import { Context, contextSpace, resultSet } from "../virt/context";
import {
  FEATURE_IMAGE_NO_EXECUTE,
  featureIs,
  machine,
  SWITCH_LOCK_MEMORY_PRIVILEGE,
  switchIs,
} from "../virt/machine";
import { roomEnsureSplits } from "../virt/room";
import { answer } from "./answer";
import { isProtection } from "./protection";
import {
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_NOCACHE,
  PAGE_WRITECOMBINE,
  SEC_COMMIT,
  SEC_IMAGE,
  SEC_LARGE_PAGES,
  SEC_NOCACHE,
  SEC_RESERVE,
  SEC_WRITECOMBINE,
} from "./types";

const BASES: u32 = 0xff;
const CACHING: u32 = SEC_NOCACHE | SEC_WRITECOMBINE;

/**
 * NtCreateSection of memory that the paging file backs: the rows of 7.1 that need no file.
 * Result 0: number of the section, which has one handle.
 */
export function sectionCreate(
  context: Context,
  sizeBytes: u64,
  protection: u32,
  attributes: u32,
): u32 {
  if (!isSectionAttributes(attributes)) return fail(context, 4, STATUS_INVALID_PARAMETER_6);
  if (!isSectionProtection(protection)) {
    return fail(context, 5, STATUS_INVALID_PAGE_PROTECTION);
  }
  if (sizeBytes == 0 || <i64>sizeBytes < 0) return fail(context, 6, STATUS_INVALID_PARAMETER_4);
  if ((attributes & SEC_IMAGE) != 0) return fail(context, 7, STATUS_INVALID_FILE_FOR_SECTION);
  if ((attributes & SEC_LARGE_PAGES) != 0 && !switchIs(SWITCH_LOCK_MEMORY_PRIVILEGE)) {
    return fail(context, 8, STATUS_PRIVILEGE_NOT_HELD);
  }
  const pages = pageUp(sizeBytes) >> 12;
  if (pages > pagesMost(machine().levels)) return fail(context, 15, STATUS_SECTION_TOO_BIG);
  const isCommitted = (attributes & SEC_COMMIT) != 0;
  if (isCommitted && !chargeFits(pages)) return fail(context, 14, STATUS_COMMITMENT_LIMIT);
  const space = contextSpace(context);
  const section = sectionMake(pages, attributes, protection);
  if (section === null) return fail(context, 15, STATUS_INSUFFICIENT_RESOURCES);
  if (isCommitted) {
    if (space === null || !roomEnsureSplits(space, section.levels)) {
      sectionClose(section);
      return fail(context, 15, STATUS_INSUFFICIENT_RESOURCES);
    }
    sectionCommit(section, 0, pages);
  }
  resultSet(context, 0, section.number);
  return answer(context, rule(7, 1, 0), STATUS_SUCCESS);
}

/** Row 5. */
export function isSectionProtection(protection: u32): bool {
  const modifiers = PAGE_GUARD | PAGE_NOCACHE | PAGE_WRITECOMBINE | PAGE_NOACCESS;
  if ((protection & ~(machine().sectionFlags & BASES)) != 0) return false;
  return isProtection(protection) && (protection & modifiers) == 0;
}

/** Row 4, and the table of attributes below it. */
export function isSectionAttributes(attributes: u32): bool {
  if ((attributes & ~machine().sectionFlags) != 0) return false;
  if ((attributes & SEC_IMAGE) != 0) {
    const most = featureIs(FEATURE_IMAGE_NO_EXECUTE) ? SEC_IMAGE | SEC_NOCACHE : SEC_IMAGE;
    return (attributes & ~most) == 0;
  }
  const commits = (attributes & SEC_COMMIT) != 0;
  const reserves = (attributes & SEC_RESERVE) != 0;
  if (commits == reserves) return false;
  if ((attributes & CACHING) == CACHING) return false;
  return (attributes & SEC_LARGE_PAGES) == 0 || commits;
}

function fail(context: Context, row: u32, status: u32): u32 {
  return answer(context, rule(7, 1, row), status);
}
