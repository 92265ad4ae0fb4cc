import { GENERIC_EXECUTE, GENERIC_READ, GENERIC_WRITE } from "./constants/file.ts";
import type { FileBacking } from "./file-backing.ts";
import { Image } from "./image.ts";
import { type Pager, statusOf } from "./pager.ts";
import { readPortableExecutable } from "./portable-executable.ts";
import type { Core } from "./wasm/core.ts";
import { ContentEnd, FileAccess } from "./wasm/requests-exports.ts";

/** The memory of a file: one for all sections over the same backing (17.12). */
interface Shared {
  readonly number: number;
  readonly backing: FileBacking;
  /** The core's section that has the pages; 0 while there is none. */
  content: number;
  /** The program in it, while there are image sections. */
  image: Image | undefined;
  /** Handles of the file. */
  handles: number;
}

/** The files of a machine that are open, or mapped. */
export class Files {
  readonly #core: Core;
  readonly #pager: Pager;
  readonly #shared = new Map<FileBacking, Shared>();
  #lastNumber = 0;

  constructor(core: Core, pager: Pager) {
    this.#core = core;
    this.#pager = pager;
  }

  open(backing: FileBacking, access: number): OpenFile {
    // The core asks for one page at a time, and who asked may be another thread.
    if (this.#core.agent !== undefined) throw new Error("openFile: not on a machine with threads");
    return new OpenFile(this, this.#sharedOf(backing), accessOf(access));
  }

  #sharedOf(backing: FileBacking): Shared {
    const known = this.#shared.get(backing);
    if (known !== undefined) return known;
    this.#lastNumber++;
    const shared = {
      number: this.#lastNumber,
      backing,
      content: 0,
      image: undefined,
      handles: 0,
    };
    this.#shared.set(backing, shared);
    this.#pager.addFile(shared.number, backing);
    return shared;
  }

  /**
   * The program in the file, or the NTSTATUS that refuses it. One that is mapped stays what it is,
   * whatever happens to the file; `settle` forgets one that came to nothing.
   */
  openImage(shared: Shared): Image | number {
    if (shared.image !== undefined) return shared.image;
    try {
      const executable = readPortableExecutable(shared.backing);
      if (typeof executable === "number") return executable;
      this.#lastNumber++;
      shared.image = new Image(this.#lastNumber, executable, shared.backing);
      this.#pager.addFile(shared.image.number, shared.image);
      return shared.image;
    } catch (error) {
      return statusOf(error);
    }
  }

  /**
   * Files that nobody maps any more get their last bytes, and those that nobody has open are
   * forgotten. A file that does not take them keeps its memory, until the next time.
   */
  settle(): void {
    for (const shared of this.#shared.values()) {
      if (shared.content !== 0 && this.#isEnded(shared.content)) shared.content = 0;
      this.#settleImage(shared);
      if (shared.content !== 0 || shared.image !== undefined || shared.handles !== 0) continue;
      this.#shared.delete(shared.backing);
      this.#pager.removeFile(shared.number);
    }
  }

  #settleImage(shared: Shared): void {
    const { image } = shared;
    if (image === undefined || (image.content !== 0 && !this.#isEnded(image.content))) return;
    shared.image = undefined;
    this.#pager.removeFile(image.number);
  }

  #isEnded(content: number): boolean {
    for (;;) {
      const end = this.#core.contentEnd(content);
      if (end === ContentEnd.Done) return true;
      if (end === ContentEnd.Needed || this.#pager.serve() !== 0) return false;
    }
  }
}

/** A handle's view of a file. */
export class OpenFile {
  readonly #files: Files;
  readonly #shared: Shared;
  /** Bits of `FileAccess`. */
  readonly access: number;

  constructor(files: Files, shared: Shared, access: number) {
    this.#files = files;
    this.#shared = shared;
    this.access = access;
  }

  get backing(): FileBacking {
    return this.#shared.backing;
  }

  get number(): number {
    return this.#shared.number;
  }

  get content(): number {
    return this.#shared.content;
  }

  set content(content: number) {
    this.#shared.content = content;
  }

  /** As `Files.openImage`. */
  openImage(): Image | number {
    return this.#files.openImage(this.#shared);
  }

  handleOpened(): void {
    this.#shared.handles++;
  }

  handleClosed(): void {
    this.#shared.handles--;
    this.#files.settle();
  }
}

/** GENERIC_* rights as the core wants to be told. */
function accessOf(access: number): number {
  let bits = 0;
  if ((access & GENERIC_READ) !== 0) bits |= FileAccess.Read;
  if ((access & GENERIC_WRITE) !== 0) bits |= FileAccess.Write;
  if ((access & GENERIC_EXECUTE) !== 0) bits |= FileAccess.Execute;
  return bits;
}
