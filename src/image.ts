import type { FileBacking } from "./file-backing.ts";
import { EndOfFile, type PageSource } from "./pager.ts";
import type { PortableExecutable } from "./portable-executable.ts";

/** The memory of a program in a file: one for all of its image sections, apart from its data's. */
export class Image implements PageSource {
  /** What the core asks for its pages by. */
  readonly number: number;
  readonly executable: PortableExecutable;
  /** The core's section that has the pages; 0 while there is none. */
  content = 0;
  readonly #file: FileBacking;

  constructor(number: number, executable: PortableExecutable, file: FileBacking) {
    this.number = number;
    this.executable = executable;
    this.#file = file;
  }

  get sizeBytes(): number {
    return this.executable.sizeBytes;
  }

  /**
   * Compose bytes of the image, in a target of zeros.
   *
   * @throws EndOfFile where the file was cut, and has none of them any more (17.12)
   */
  read(position: number, target: Uint8Array): number {
    const end = position + target.length;
    let wanted = 0;
    let done = 0;
    for (const extent of this.executable.extents) {
      const from = Math.max(position, extent.offset);
      const to = Math.min(end, extent.offset + extent.sizeBytes);
      if (from >= to) continue;
      const part = target.subarray(from - position, to - position);
      wanted += part.length;
      done += this.#file.read(extent.position + from - extent.offset, part);
    }
    if (wanted > 0 && done === 0) throw new EndOfFile();
    return target.length;
  }
}
