import { FilePageStore } from "../file-page-store.ts";
import { OpfsFile } from "./file.ts";
import type { SyncAccessHandle } from "./medium.ts";

/** A page store in a file of the origin private file system. Workers only. */
export class OpfsPageStore extends FilePageStore {
  /** What the file held is lost. The store closes the handle when it is closed itself. */
  constructor(handle: SyncAccessHandle) {
    handle.truncate(0);
    super(new OpfsFile(handle));
  }
}
