/**
 * Files and page stores in the origin private file system of a browser. Its synchronous handles
 * exist in dedicated workers only.
 *
 * @module guardpage/opfs
 */
export { OpfsFile } from "./opfs/file.ts";
export type { SyncAccessHandle } from "./opfs/medium.ts";
export { OpfsPageStore } from "./opfs/page-store.ts";
