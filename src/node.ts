/**
 * Files and page stores on disk, for Node.js and what is compatible with it.
 *
 * @module guardpage/node
 */
export { NodeFile, type NodeFileOptions } from "./node/file.ts";
export { NodePageStore } from "./node/page-store.ts";
