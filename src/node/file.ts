import { constants, openSync } from "node:fs";
import { optionBag, truth } from "../door.ts";
import { MediumFile } from "../medium.ts";
import { Descriptor, ReadOnlyDescriptor } from "./medium.ts";

/** How a file on disk is opened. */
export interface NodeFileOptions {
  /** Make an empty file where there is none. Default false. */
  create?: boolean | undefined;
  /** Refuse what would change the file. Default false. */
  readOnly?: boolean | undefined;
}

/** A file on disk, through the synchronous calls of `node:fs`. */
export class NodeFile extends MediumFile {
  /**
   * Open a file for reading and writing. What it holds stays.
   *
   * @throws what `node:fs` throws: ENOENT where there is no file, and so on
   */
  static open(path: string | URL, options: NodeFileOptions = {}): NodeFile {
    optionBag(options, "options", ["create", "readOnly"]);
    const { create = false, readOnly = false } = options;
    truth(create, "create");
    truth(readOnly, "readOnly");
    if (create && readOnly) throw new RangeError("create does not go with readOnly");
    if (readOnly) return new NodeFile(new ReadOnlyDescriptor(openSync(path, constants.O_RDONLY)));
    const flags = constants.O_RDWR | (create ? constants.O_CREAT : 0);
    return new NodeFile(new Descriptor(openSync(path, flags)));
  }
}
