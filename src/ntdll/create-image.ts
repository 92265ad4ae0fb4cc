import type { OpenFile } from "../files.ts";
import type { Image } from "../image.ts";
import type { Process } from "../process.ts";
import { succeeded } from "../status.ts";
import type { SectionRequest } from "./create-section.ts";

/** NtCreateSection with SEC_IMAGE: its status, and the program where there is one. */
export function createOverImage(
  caller: Process,
  { size, protection, attributes }: SectionRequest,
  file: OpenFile,
): { status: number; image?: Image } {
  const { images, view } = caller.enter();
  const found = file.openImage();
  const asked = { fileAccess: file.access, sizeBytes: Number(size), protection, attributes };
  if (typeof found === "number") return { status: images.sectionCreate(found, asked) };
  const { number, content, executable } = found;
  const status = images.sectionCreate({ ...executable, number, content }, asked);
  if (succeeded(status)) found.content = view.result(1);
  else caller.machine.files.settle();
  return { status, image: found };
}
