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
  /** As the first handle of it was opened, or "". */
  readonly name: string;
  readonly backing: FileBacking;
  /** The core's section that has the pages; 0 while there is none. */
  content: number;
  /** The program in it, while there are image sections. */
  image: Image | undefined;
  /** Handles of the file. */
  handles: number;
}

/** Above the numbers that sections can have. */
const SAVED_NUMBERS = 0x10000;

/** A file of a saved state. */
export interface SavedFile {
  /** As a handle has it, with bits of `FileAccess`. */
  open(access: number): OpenFile;
  readonly image: Image | undefined;
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

  open(backing: FileBacking, access: number, name: string): OpenFile {
    // The core asks for one page at a time, and who asked may be another thread.
    if (this.#core.agent !== undefined) throw new Error("openFile: not on a machine with threads");
    const shared = this.#shared.get(backing) ?? this.#add(this.#nextNumber(), name, backing);
    return new OpenFile(this, shared, accessOf(access));
  }

  #nextNumber(): number {
    this.#lastNumber++;
    return this.#lastNumber;
  }

  #add(number: number, name: string, backing: FileBacking): Shared {
    const shared: Shared = { number, name, backing, content: 0, image: undefined, handles: 0 };
    this.#shared.set(backing, shared);
    this.#pager.addFile(number, backing);
    return shared;
  }

  /** What makes the files those that are open, or mapped, now; what is in them stays. */
  keep(): () => void {
    const known = [...this.#shared.values()].map((shared) => {
      const { content, image, handles } = shared;
      return { shared, content, image, handles, imageContent: image?.content ?? 0 };
    });
    const lastNumber = this.#lastNumber;
    return () => {
      this.#shared.clear();
      for (const { shared, content, image, handles, imageContent } of known) {
        Object.assign(shared, { content, image, handles });
        if (image !== undefined) image.content = imageContent;
        this.#shared.set(shared.backing, shared);
      }
      this.#lastNumber = lastNumber;
    };
  }

  /** The numbers of all that are open, or mapped. */
  numbers(): number[] {
    return [...this.#shared.values()].map(({ number }) => number);
  }

  /** What a saved state says of a file. */
  state(number: number): {
    readonly name: string;
    readonly backing: FileBacking;
    /** The core's sections of its memory, and of the program in it; or 0. */
    readonly content: number;
    readonly image: number;
  } {
    for (const shared of this.#shared.values()) {
      const { name, backing, content, image } = shared;
      if (shared.number === number) return { name, backing, content, image: image?.content ?? 0 };
    }
    throw new Error(`file ${number} is not known`);
  }

  /**
   * A file of a saved state, in which the core knows the memory of files by the number of the
   * section that has it.
   *
   * @throws Error where the backing is taken, or has no program any more
   */
  restore(name: string, backing: FileBacking, content: number, image: number): SavedFile {
    if (this.#shared.has(backing)) throw new Error("two files cannot have the same backing");
    this.#lastNumber = Math.max(this.#lastNumber, SAVED_NUMBERS);
    const shared = this.#add(content === 0 ? this.#nextNumber() : content, name, backing);
    shared.content = content;
    if (image !== 0) {
      const executable = readPortableExecutable(backing);
      if (typeof executable === "number") throw new Error("the file is not that program");
      shared.image = new Image(image, executable, backing);
      shared.image.content = image;
      this.#pager.addFile(image, shared.image);
    }
    return { open: (access) => new OpenFile(this, shared, access), image: shared.image };
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
      shared.image = new Image(this.#nextNumber(), executable, shared.backing);
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

  /** What is to keep of it, `Files` keeps. */
  keep(): () => void {
    return () => {};
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
