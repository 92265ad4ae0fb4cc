/** The limit of `guest.memory`: a DataView, little-endian, and nobody asks. */
export class Bare {
  /** @param {number} sizeBytes */
  constructor(sizeBytes) {
    this.view = new DataView(new ArrayBuffer(sizeBytes));
  }

  /** @param {number} address */
  getUint32(address) {
    return this.view.getUint32(address, true);
  }

  /** @param {number} address @param {number} value */
  setUint32(address, value) {
    this.view.setUint32(address, value, true);
  }
}
