import { PAGE_BYTES, pageOf } from "../session/session.ts";

/** Bytes of a page; fewer, or none, where it is not committed. */
export type PageRead = (page: number) => Uint8Array;

/** The bytes of the pages that were looked at, at one moment, and which of them are new. */
export class Picture {
  readonly #read: PageRead;
  readonly #pages = new Map<number, Uint8Array>();
  readonly #before: ReadonlyMap<number, Uint8Array>;

  /** @param before the picture before; where nobody has looked at it, the one before that */
  constructor(read: PageRead, before?: Picture) {
    this.#read = read;
    this.#before = before === undefined ? new Map() : before.#seen;
  }

  get #seen(): ReadonlyMap<number, Uint8Array> {
    return this.#pages.size > 0 ? this.#pages : this.#before;
  }

  /** Undefined where no page is committed. */
  byte(address: number): number | undefined {
    return this.#page(pageOf(address))[address % PAGE_BYTES];
  }

  /** Up to so many bytes, as far as pages are committed. */
  bytes(address: number, count: number): Uint8Array {
    const bytes: number[] = [];
    for (let offset = 0; offset < count; offset += 1) {
      const byte = this.byte(address + offset);
      if (byte === undefined) break;
      bytes.push(byte);
    }
    return Uint8Array.from(bytes);
  }

  /** Whether a byte that was looked at was another, or none, in the picture before. */
  hasChanged(address: number): boolean {
    const before = this.#before.get(pageOf(address));
    return before !== undefined && before[address % PAGE_BYTES] !== this.byte(address);
  }

  #page(page: number): Uint8Array {
    const known = this.#pages.get(page);
    if (known !== undefined) return known;
    const bytes = this.#read(page);
    this.#pages.set(page, bytes);
    return bytes;
  }
}
