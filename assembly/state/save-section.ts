import { contentOf, Section } from "../object/section";
import { put32, put64, RECORD_SECTION, recordBegin, recordEnd } from "./record";

/** Save the section itself. Its pages follow, unless they are those of its content. */
export function sectionSave(section: Section): void {
  recordBegin(RECORD_SECTION);
  put32(section.rank);
  put32(contentOf(section).rank);
  put32(section.attributes);
  put32(section.protection);
  // Of the content of a file, they are the sections over it, which follow.
  put32(section.file == 0 ? section.handles : 0);
  put32(section.file == 0 ? 0 : 1);
  put64(section.sizeBytes);
  put64(section.sizePages);
  put64(section.committedPages);
  put64(section.imageBase);
  put32(section.imageProtection);
  put32(0);
  recordEnd();
}
