/**
 * @typedef {object} Words
 * @property {number} base address of the first
 * @property {Uint32Array} order in which they are read
 * @property {number} sum of all
 */

/**
 * Reads words of a guest. A module of its own, so that each kind of space can load it again: then
 * each call site sees one kind of memory, as in a program that has one process.
 *
 * @param {import("guardpage").GuestMemory} memory
 * @param {Words} words
 */
export function reader(memory, { base, order, sum }) {
  return (/** @type {number} */ iterations) => {
    for (; iterations > 0; iterations -= 1) {
      let total = 0;
      for (let index = 0; index < order.length; index += 1) {
        total += memory.getUint32(base + (order[index] ?? 0) * 4);
      }
      if (total !== sum) throw new Error("wrong result: sum of the words");
    }
  };
}
