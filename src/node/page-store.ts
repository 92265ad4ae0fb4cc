import { openSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { FilePageStore } from "../file-page-store.ts";
import { MediumFile } from "../medium.ts";
import { Descriptor } from "./medium.ts";

/** It holds what guests hold in memory. */
const OWNER_ONLY = 0o600;

/** A page store in a file on disk, which lives as long as the store. */
export class NodePageStore extends FilePageStore {
  #path: string | URL | undefined;

  private constructor(path: string | URL) {
    super(new MediumFile(new Descriptor(openSync(path, "w+", OWNER_ONLY))));
    // The working directory may be another one by the time the file is removed.
    this.#path = typeof path === "string" ? resolve(path) : path;
  }

  /**
   * Make the file, or empty the one that is there.
   *
   * @throws what `node:fs` throws
   */
  static create(path: string | URL): NodePageStore {
    return new NodePageStore(path);
  }

  /** Close the file and remove it: without the machine its pages mean nothing. */
  override close(): void {
    super.close();
    const path = this.#path;
    this.#path = undefined;
    if (path !== undefined) rmSync(path, { force: true });
  }
}
