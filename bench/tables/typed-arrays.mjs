/**
 * A page table as an emulator writes it first: a byte of rights for each page, and all of memory in
 * one flat buffer. It knows no regions, guards or watches.
 */
const PAGE_SHIFT = 12;
const PAGE_MASK = 0xfff;

export const READ = 1;
export const WRITE = 2;

export class TypedArrays {
  /** @param {number} sizeBytes of the address space */
  constructor(sizeBytes) {
    this.rights = new Uint8Array(sizeBytes >>> PAGE_SHIFT);
    this.view = new DataView(new ArrayBuffer(sizeBytes));
  }

  /** @param {number} address @param {number} sizeBytes @param {number} rights */
  protect(address, sizeBytes, rights) {
    const last = (address + sizeBytes - 1) >>> PAGE_SHIFT;
    this.rights.fill(rights, address >>> PAGE_SHIFT, last + 1);
  }

  /** @param {number} address @returns {number} */
  getUint32(address) {
    const isAllowed = ((this.rights[address >>> PAGE_SHIFT] ?? 0) & READ) !== 0;
    if (isAllowed && (address & PAGE_MASK) <= 0xffc) return this.view.getUint32(address, true);
    return this.#straddle(address, READ).getUint32(address, true);
  }

  /** @param {number} address @param {number} value */
  setUint32(address, value) {
    const isAllowed = ((this.rights[address >>> PAGE_SHIFT] ?? 0) & WRITE) !== 0;
    if (isAllowed && (address & PAGE_MASK) <= 0xffc) this.view.setUint32(address, value, true);
    else this.#straddle(address, WRITE).setUint32(address, value, true);
  }

  /** @param {number} address @param {number} right */
  #straddle(address, right) {
    const [first, last] = [
      this.rights[address >>> PAGE_SHIFT],
      this.rights[(address + 3) >>> PAGE_SHIFT],
    ];
    if (((first ?? 0) & (last ?? 0) & right) === 0) throw new Error(`page fault at ${address}`);
    return this.view;
  }
}
