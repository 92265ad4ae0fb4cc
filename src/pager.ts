import {
  STATUS_DISK_FULL,
  STATUS_END_OF_FILE,
  STATUS_IO_DEVICE_ERROR,
} from "./constants/status.ts";
import { DiskFull, type FileBacking } from "./file-backing.ts";
import type { PageStore } from "./page-store.ts";
import type { Core } from "./wasm/core.ts";
import { PAGE_BYTES } from "./wasm/exports.ts";
import type { PageRequest } from "./wasm/requests.ts";
import { PageNotReady, Turns } from "./when-ready.ts";

const SUCCESS = 0;

/** Where the pages of a file or of an image come from; pages of an image go nowhere. */
export type PageSource = Pick<FileBacking, "sizeBytes" | "read"> &
  Partial<Pick<FileBacking, "write">>;

/** What a promise was rejected with. */
export interface Failure {
  readonly error: unknown;
}

/** Does what the core asks for: stores pages that leave memory, and brings pages back. */
export class Pager {
  readonly #core: Core;
  #store: PageStore | undefined;
  #lookIn: PageStore | undefined;
  #answersLater = false;
  readonly #files = new Map<number, PageSource>();
  readonly #turns = new Turns();
  /** Hears of a promise of the page store before what it says is passed on. */
  onSettled: ((promise: Promise<unknown>, failure: Failure | undefined) => void) | undefined;
  #serves = false;
  /** Settles when the page store has answered; undefined while it is asked for nothing. */
  #answered: Promise<void> | undefined;

  constructor(core: Core, store: PageStore | undefined) {
    this.#core = core;
    this.#store = store;
    if (store !== undefined) this.#serve();
  }

  get store(): PageStore | undefined {
    return this.#store;
  }

  /**
   * From now on this one, which keeps the same pages, is asked instead of the other.
   *
   * @param lookIn where to look what is kept, without anybody hearing of it
   */
  replaceStore(store: PageStore, lookIn: PageStore): void {
    this.#store = store;
    this.#lookIn = lookIn;
  }

  /** Whether the page store has answered by a promise. */
  get answersLater(): boolean {
    return this.#answersLater;
  }

  get hasStore(): boolean {
    return this.#store !== undefined;
  }

  /**
   * What is in a slot of the page store.
   *
   * @throws Error where the store answers by a promise, or cannot read
   */
  stored(slot: number): Uint8Array {
    const bytes = new Uint8Array(PAGE_BYTES);
    const store = this.#lookIn ?? this.#pageStore();
    if (store.read(slot, bytes) instanceof Promise) {
      throw new Error("the page store answers by promises: use the ...Async form");
    }
    return bytes;
  }

  /** The same, from any store. */
  async storedLater(slot: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(PAGE_BYTES);
    await (this.#lookIn ?? this.#pageStore()).read(slot, bytes);
    return bytes;
  }

  /** Put a page into a slot. */
  async storeLater(slot: number, bytes: Uint8Array): Promise<void> {
    await this.#pageStore().write(slot, bytes);
  }

  /** From now on the core may ask for this file. */
  addFile(number: number, file: PageSource): void {
    this.#files.set(number, file);
    this.#serve();
  }

  removeFile(number: number): void {
    this.#files.delete(number);
  }

  /** What makes the files those that there are now. */
  keep(): () => void {
    const files = [...this.#files];
    return () => {
      this.#files.clear();
      for (const [number, file] of files) this.#files.set(number, file);
    };
  }

  #serve(): void {
    if (this.#serves) return;
    this.#serves = true;
    this.#core.requests.serveWith(() => this.serve());
  }

  /** Whether what is asked for is a page of a file, to be brought. */
  get isFileAsked(): boolean {
    return this.#core.requests.pending().kind === "read";
  }

  /** That page, which stays out of memory; undefined where it cannot be read. */
  look(): Uint8Array | undefined {
    const { number, page } = this.#core.requests.pending();
    const bytes = new Uint8Array(PAGE_BYTES);
    this.#core.nesting++;
    try {
      this.#read(number, page, bytes);
      return bytes;
    } catch {
      return undefined;
    } finally {
      this.#core.nesting--;
    }
  }

  /**
   * Do what is asked for, and say so to the core. NTSTATUS of what came of it.
   *
   * @throws PageNotReady where the page store answers later
   */
  serve(): number {
    const request = this.#core.requests.pending();
    const isFile = request.kind === "read" || request.kind === "write";
    if (!isFile && this.#answered !== undefined) {
      throw new PageNotReady(this.#answered, this.#turns);
    }
    let later: Promise<void> | undefined;
    this.#core.nesting++;
    try {
      later = this.#begin(request);
    } catch (error) {
      return this.#answer(request, statusOf(error));
    } finally {
      this.#core.nesting--;
    }
    if (later === undefined) return SUCCESS;
    this.#answered = later.finally(() => {
      this.#answered = undefined;
    });
    throw new PageNotReady(this.#answered, this.#turns);
  }

  /** Undefined where it is done, and answered. */
  #begin(request: PageRequest): Promise<void> | undefined {
    const { kind, number, page } = request;
    const bytes = kind === "load" || kind === "read" ? new Uint8Array(PAGE_BYTES) : undefined;
    let later: unknown;
    if (kind === "store") later = this.#pageStore().write(number, request.bytes().slice());
    else if (kind === "load") later = this.#pageStore().read(number, bytes as Uint8Array);
    else if (kind === "write") this.#write(number, page, request.bytes().slice());
    else this.#read(number, page, bytes as Uint8Array);
    if (later instanceof Promise) {
      this.#answersLater = true;
      return later.then(
        () => {
          this.onSettled?.(later, undefined);
          this.#answer(request, SUCCESS, bytes);
        },
        (error) => {
          this.onSettled?.(later, { error });
          this.#answer(request, statusOf(error));
        },
      );
    }
    this.#answer(request, SUCCESS, bytes);
    return undefined;
  }

  #pageStore(): PageStore {
    if (this.#store === undefined) throw new Error("this machine has no page store");
    return this.#store;
  }

  /** The last page of a file is filled up with zeros; a page behind the end is none (17.12). */
  #read(number: number, page: number, bytes: Uint8Array): void {
    const file = this.#file(number);
    if (page * PAGE_BYTES >= file.sizeBytes) throw new EndOfFile();
    file.read(page * PAGE_BYTES, bytes);
  }

  /** What lies behind the end of the file is not stored (7.2). */
  #write(number: number, page: number, bytes: Uint8Array): void {
    const file = this.#file(number);
    const left = file.sizeBytes - page * PAGE_BYTES;
    if (left > 0) file.write?.(page * PAGE_BYTES, bytes.subarray(0, Math.min(left, PAGE_BYTES)));
  }

  #file(number: number): PageSource {
    const file = this.#files.get(number);
    if (file === undefined) throw new Error(`file ${number} is not known`);
    return file;
  }

  #answer({ ticket, bytes }: PageRequest, status: number, brought?: Uint8Array): number {
    if (brought !== undefined) bytes().set(brought);
    this.#core.requests.answer(ticket, status);
    return status;
  }
}

/** The file has nothing of the page that it was asked for. */
export class EndOfFile extends Error {}

/** The NTSTATUS that a failure of a file or a page store stands for. */
export function statusOf(error: unknown): number {
  if (error instanceof DiskFull) return STATUS_DISK_FULL;
  return error instanceof EndOfFile ? STATUS_END_OF_FILE : STATUS_IO_DEVICE_ERROR;
}
