import { expect } from "vitest";
import { type GeneratedCode, generatedCode } from "../../src/emitter.ts";
import type { Process } from "../../src/index.ts";

const PAGE = 0x1000;

/** One page that a test watches, and what the naive model knows of it. */
export interface Page {
  readonly guest: Process;
  readonly address: number;
}

/** What a page shows to a debugger; nothing where it is not committed. */
export function shown({ guest, address }: Page): Uint8Array {
  return guest.debugView.read(address, PAGE).bytes;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false;
  return true;
}

/**
 * The model: a mark goes with the first change of its page, and somebody is told once. It knows
 * nothing of frames, views or services: it compares all bytes of all pages around each step.
 */
export class Marked {
  readonly #pages: readonly Page[];
  readonly #codes = new Map<Process, GeneratedCode>();
  readonly #marks = new Set<Page>();
  #before = new Map<Page, Uint8Array>();
  #told: Page[] = [];
  #isAccess = false;

  constructor(pages: readonly Page[]) {
    this.#pages = pages;
    for (const guest of new Set(pages.map((page) => page.guest))) {
      const code = generatedCode(guest);
      this.#codes.set(guest, code);
      code.onCodeWritten((address) => this.#hear(guest, address));
    }
  }

  get count(): number {
    return this.#marks.size;
  }

  #hear(guest: Process, address: number): void {
    const page = this.#pages.find((each) => each.guest === guest && each.address === address);
    expect(page, `a page at ${address.toString(16)}`).toBeDefined();
    this.#told.push(page as Page);
    // An access has not happened yet; a service has.
    if (this.#isAccess) expect(isSame(shown(page as Page), this.#bytes(page as Page))).toBe(true);
  }

  #bytes(page: Page): Uint8Array {
    return this.#before.get(page) as Uint8Array;
  }

  /** Mark a page that is committed. */
  mark(page: Page): void {
    this.#codes.get(page.guest)?.markCode(page.address + 7, 1);
    this.#marks.add(page);
  }

  forget(page: Page): void {
    this.#codes.get(page.guest)?.forgetCode(page.address, PAGE);
    this.#marks.delete(page);
  }

  /**
   * Do something, and compare: what was marked and has changed was told of once, and nothing else.
   *
   * @param who "access": each notice comes before the change of its page
   * @param bytes "equal": it may write what is there, which is a change too
   */
  step(who: "access" | "service", bytes: "other" | "equal", act: () => void): void {
    this.#before = new Map(this.#pages.map((page) => [page, shown(page)]));
    this.#told = [];
    this.#isAccess = who === "access";
    act();
    for (const code of this.#codes.values()) code.enter();
    const changed = this.#pages.filter((page) => !isSame(shown(page), this.#bytes(page)));
    const lost = changed.filter((page) => this.#marks.has(page));
    const told = new Set(this.#told);
    expect(this.#told.length, "told once each").toBe(told.size);
    for (const page of lost) expect(told, `change at ${page.address.toString(16)}`).toContain(page);
    for (const page of told) {
      expect(this.#marks, `told of ${page.address.toString(16)}`).toContain(page);
      if (bytes === "other") expect(changed).toContain(page);
      this.#marks.delete(page);
    }
  }
}
