import {
  ADDEND,
  ENTRY_MASK,
  ENTRY_SHIFT,
  READ_TAG,
  TAG_SPACE_SHIFT,
  TWO_TO_32,
  WRITE_TAG,
} from "./access-numbers.ts";
import type { ContextView } from "./context.ts";
import type { WindowPlace } from "./core.ts";
import { AccessBit, PAGE_BYTES } from "./exports.ts";

const IN_FOUR_BYTES = 0x0101_0101;
const NO_WORDS = new Uint32Array(0);
const TRANSLATIONS = ENTRY_MASK + 1;

/**
 * What the maps say about the pages of a range whose bytes lie together in linear memory. The maps
 * may be emptied at any time: what was granted may have to be asked for again.
 */
export interface Grant {
  /** Linear address of the first byte of the range. */
  readonly linear: number;
  /** Whether every page may be read, or read and written, without asking, where it was. */
  holds(right: "read" | "write"): boolean;
}

/** Pages at home in the window: one byte of the access map each. */
class WindowGrant implements Grant {
  readonly linear: number;
  readonly #bytes: Uint8Array;
  /** The same bytes, but for those before and behind whole words. */
  readonly #words: Uint32Array;
  readonly #head: number;

  constructor(view: ContextView, window: WindowPlace, address: number, pages: number) {
    const first = window.accessMap + Math.floor(address / PAGE_BYTES);
    this.linear = window.base + address;
    this.#bytes = view.bytes(first, pages);
    this.#head = Math.min(-first & 3, pages);
    const whole = (pages - this.#head) >>> 2;
    this.#words = whole === 0 ? NO_WORDS : view.words(first + this.#head, whole);
  }

  holds(right: "read" | "write"): boolean {
    const bits = right === "read" ? AccessBit.R : AccessBit.R | AccessBit.W;
    const bytes = this.#bytes;
    const words = this.#words;
    const head = this.#head;
    for (let i = 0; i < head; i++) {
      if (((bytes[i] as number) & bits) !== bits) return false;
    }
    const inFour = bits * IN_FOUR_BYTES;
    for (let i = 0; i < words.length; i++) {
      if (((words[i] as number) & inFour) !== inFour) return false;
    }
    for (let i = head + words.length * 4; i < bytes.length; i++) {
      if (((bytes[i] as number) & bits) !== bits) return false;
    }
    return bytes.length > 0;
  }
}

/** Pages elsewhere: an entry of the translations each. */
class TranslationGrant implements Grant {
  readonly linear: number;
  readonly #words: Int32Array;
  readonly #page: number;
  readonly #pages: number;
  readonly #spaceTag: number;
  readonly #addend: number;

  constructor(view: ContextView, space: number, address: number, pages: number) {
    this.#words = view.translations;
    this.#page = Math.floor(address / PAGE_BYTES);
    this.#pages = pages;
    this.#spaceTag = space << TAG_SPACE_SHIFT;
    this.#addend = this.#words[entryOf(this.#page) + ADDEND] as number;
    this.linear = (this.#addend + (address >>> 0)) >>> 0;
  }

  holds(right: "read" | "write"): boolean {
    const words = this.#words;
    const end = this.#page + this.#pages;
    for (let page = this.#page; page < end; page++) {
      const entry = entryOf(page);
      if (words[entry + ADDEND] !== this.#addend) return false;
      if (!this.#speaksOf(entry + READ_TAG, page)) return false;
      if (right === "write" && !this.#speaksOf(entry + WRITE_TAG, page)) return false;
    }
    return true;
  }

  #speaksOf(tag: number, page: number): boolean {
    const high = this.#spaceTag | Math.floor(page / TWO_TO_32);
    return this.#words[tag] === (page | 0) && this.#words[tag + 1] === high;
  }
}

function entryOf(page: number): number {
  return (page & ENTRY_MASK) << ENTRY_SHIFT;
}

/**
 * The grant of a range of at least one byte that can be read without asking; undefined where one of
 * its pages cannot, or its bytes do not lie together.
 */
export function grantOf(
  view: ContextView,
  window: WindowPlace | undefined,
  space: number,
  address: number,
  length: number,
): Grant | undefined {
  const last = Math.floor((address + length - 1) / PAGE_BYTES);
  const pages = last - Math.floor(address / PAGE_BYTES) + 1;
  if (window !== undefined && address + length <= window.bytes) {
    const home = new WindowGrant(view, window, address, pages);
    if (home.holds("read")) return home;
  }
  if (pages > TRANSLATIONS) return undefined;
  const translated = new TranslationGrant(view, space, address, pages);
  return translated.holds("read") ? translated : undefined;
}
