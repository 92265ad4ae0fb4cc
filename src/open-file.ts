import { GENERIC_READ, GENERIC_WRITE } from "./constants/file.ts";
import { dword, optionBag, text } from "./door.ts";
import { checkBacking, type FileBacking } from "./file-backing.ts";
import type { Process } from "./process.ts";

/** How `process.openFile` opens a file. */
export interface OpenFileOptions {
  /** GENERIC_READ, GENERIC_WRITE and GENERIC_EXECUTE. Default: the first two. */
  access?: number | undefined;
  /**
   * What a snapshot calls the file, so that `Machine.restore` can be given it again. Of two handles
   * to one backing the first one's counts. Default "".
   */
  name?: string | undefined;
}

/** What `openFile` of a process does. */
export function openFile(
  { handles, machine }: Process,
  backing: FileBacking,
  options: OpenFileOptions,
): number {
  optionBag(options, "options", ["access", "name"]);
  const access = dword(options.access ?? GENERIC_READ + GENERIC_WRITE, "access");
  const name = text(options.name ?? "", "name");
  checkBacking(backing);
  return handles.open(machine.files.open(backing, access, name), access);
}
