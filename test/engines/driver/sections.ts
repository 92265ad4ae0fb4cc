import { STATUS_INVALID_HANDLE } from "../../../assembly/base/status";
import {
  PAGE_EXECUTE_READWRITE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
  SEC_COMMIT,
  SEC_RESERVE,
} from "../../../assembly/nt/types";
import { answered, asks, result } from "./answers";
import {
  sectionClose,
  sectionCreate,
  sectionCreateFile,
  viewFlush,
  viewMap,
  viewUnmap,
} from "./guardpage";
import { FILE_COUNT, FILE_PAGES } from "./host";
import { below, oneIn } from "./random";
import { fold } from "./tally";
import { stateRoot } from "./tools";
import { base, context, GRANULE, NONE, PAGE, page, placed, size, target } from "./world";

/** Sections of the paging file and of files, and their views. */

const sections: StaticArray<u32> = [0, 0, 0, 0, 0, 0];
/** What the core knows of each file, from its first section on. */
const contents: StaticArray<u32> = [0, 0, 0];

const RIGHTS: u32 = 0x2f;
const FILE_ACCESS: u32 = 7;
const VIEW_UNMAP: u32 = 2;

/** Where a new section's number goes; what was there is closed. */
function keep(place: u32): void {
  if (sections[place] != 0) sectionClose(sections[place]);
  sections[place] = <u32>result(0);
}

/** The sections that the driver has open, as saving a state wants to hear of them. */
export function rootsName(): void {
  for (let place = 0; place < sections.length; place++) {
    if (sections[place] != 0) stateRoot(sections[place]);
  }
}

function section(): u32 {
  return oneIn(24) ? STATUS_INVALID_HANDLE : sections[below(sections.length)];
}

export function sectionCreateAny(): void {
  const place = below(sections.length);
  const attributes = oneIn(3) ? SEC_RESERVE : SEC_COMMIT;
  const protection = oneIn(4) ? PAGE_EXECUTE_READWRITE : oneIn(6) ? PAGE_READONLY : PAGE_READWRITE;
  const bytes = oneIn(8) ? 3 * GRANULE : size();
  if (answered(sectionCreate(context, bytes, protection, attributes), 1) == 0) keep(place);
}

export function sectionFileAny(): void {
  const place = below(sections.length);
  const file = 1 + below(FILE_COUNT);
  const fileBytes = <u64>FILE_PAGES * PAGE;
  const bytes = oneIn(2) ? 0 : PAGE * <u64>(1 + below(FILE_PAGES));
  const protection = oneIn(3) ? PAGE_WRITECOPY : PAGE_READWRITE;
  const known = contents[file];
  const c = context;
  let status: u32 = 0;
  do {
    status = sectionCreateFile(
      c,
      file,
      known,
      fileBytes,
      FILE_ACCESS,
      bytes,
      protection,
      SEC_COMMIT,
    );
  } while (asks(status));
  if (answered(status, 2) != 0) return;
  contents[file] = <u32>result(1);
  keep(place);
}

export function sectionCloseAny(): void {
  const place = below(sections.length);
  fold(sections[place]);
  if (sections[place] != 0) sectionClose(sections[place]);
  sections[place] = 0;
}

function mapAny(protection: u32): void {
  const to = target();
  const source = section();
  const at = oneIn(4) ? 0 : base();
  const offset = oneIn(6) ? GRANULE : 0;
  const bytes = oneIn(2) ? 0 : size();
  const c = context;
  let status: u32 = 0;
  do {
    status = viewMap(
      c,
      to,
      source,
      RIGHTS,
      NONE,
      at,
      0,
      0,
      NONE,
      offset,
      NONE,
      bytes,
      VIEW_UNMAP,
      0,
      protection,
    );
  } while (asks(status));
  if (answered(status, 2) == 0) placed(result(0));
}

export function viewMapAny(): void {
  mapAny(oneIn(4) ? PAGE_READONLY : PAGE_READWRITE);
}

/** The pages are the section's until they are written. */
export function viewCopyAny(): void {
  mapAny(PAGE_WRITECOPY);
}

export function viewUnmapAny(): void {
  const from = target();
  const at = page();
  let status: u32 = 0;
  do status = viewUnmap(context, from, at);
  while (asks(status));
  answered(status, 0);
}

export function viewFlushAny(): void {
  const whose = target();
  const at = page();
  const bytes = oneIn(2) ? 0 : size();
  let status: u32 = 0;
  do status = viewFlush(context, whose, at, bytes);
  while (asks(status));
  answered(status, 2);
}
