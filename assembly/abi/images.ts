import { sectionCreateImage as ntSectionCreateImage } from "../nt/section-image";
import { Context } from "../virt/context";

/** Sections of programs, whose headers the host has read. */

export function sectionCreateImage(
  context: u32,
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
  return ntSectionCreateImage(
    changetype<Context>(context),
    status,
    file,
    content,
    imageBytes,
    imageBase,
    runs,
    fileAccess,
    sizeBytes,
    protection,
    attributes,
  );
}
