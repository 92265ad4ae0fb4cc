/** A page table as a Map: by number of the page, its rights and its own bytes. */
import { READ, WRITE } from "./typed-arrays.mjs";

const PAGE_SHIFT = 12;
const PAGE_BYTES = 0x1000;
const PAGE_MASK = 0xfff;

/** @typedef {{ rights: number, view: DataView }} Page */

export class MapOfPages {
  constructor() {
    /** @type {Map<number, Page>} */
    this.pages = new Map();
  }

  /**
   * Pages that are not there come into being.
   *
   * @param {number} address
   * @param {number} sizeBytes
   * @param {number} rights
   */
  protect(address, sizeBytes, rights) {
    const last = (address + sizeBytes - 1) >>> PAGE_SHIFT;
    for (let number = address >>> PAGE_SHIFT; number <= last; number += 1) {
      const page = this.pages.get(number);
      if (page !== undefined) page.rights = rights;
      else this.pages.set(number, { rights, view: new DataView(new ArrayBuffer(PAGE_BYTES)) });
    }
  }

  /** @param {number} address @param {number} sizeBytes */
  release(address, sizeBytes) {
    const last = (address + sizeBytes - 1) >>> PAGE_SHIFT;
    for (let number = address >>> PAGE_SHIFT; number <= last; number += 1)
      this.pages.delete(number);
  }

  /** @param {number} address @returns {number} */
  getUint32(address) {
    const page = this.pages.get(address >>> PAGE_SHIFT);
    const offset = address & PAGE_MASK;
    if (page !== undefined && (page.rights & READ) !== 0 && offset <= 0xffc) {
      return page.view.getUint32(offset, true);
    }
    let value = 0;
    for (let byte = 3; byte >= 0; byte -= 1) {
      const at = address + byte;
      value = value * 0x100 + this.#page(at, READ).view.getUint8(at & PAGE_MASK);
    }
    return value;
  }

  /** @param {number} address @param {number} value */
  setUint32(address, value) {
    const page = this.pages.get(address >>> PAGE_SHIFT);
    const offset = address & PAGE_MASK;
    if (page !== undefined && (page.rights & WRITE) !== 0 && offset <= 0xffc) {
      page.view.setUint32(offset, value, true);
      return;
    }
    for (const at of [address, address + 3]) this.#page(at, WRITE);
    for (let byte = 0; byte < 4; byte += 1) {
      const at = address + byte;
      this.#page(at, WRITE).view.setUint8(at & PAGE_MASK, (value >>> (byte * 8)) & 0xff);
    }
  }

  /** @param {number} address @param {number} right */
  #page(address, right) {
    const page = this.pages.get(address >>> PAGE_SHIFT);
    if (page === undefined || (page.rights & right) === 0) {
      throw new Error(`page fault at ${address}`);
    }
    return page;
  }
}
