import { MediumFile } from "../medium.ts";
import { AccessHandle, type SyncAccessHandle } from "./medium.ts";

/**
 * A file of the origin private file system. What it holds stays. Workers only.
 *
 * @example
 * const folder = await navigator.storage.getDirectory();
 * const entry = await folder.getFileHandle("data.bin", { create: true });
 * const file = new OpfsFile(await entry.createSyncAccessHandle());
 */
export class OpfsFile extends MediumFile {
  /** The file closes the handle when it is closed itself. */
  constructor(handle: SyncAccessHandle) {
    super(new AccessHandle(handle));
  }
}
