/**
 * Loops over words of any memory. A module of its own, so that each kind of memory can load it
 * again: then each call site sees one kind, as in a program that has one.
 */
import { verify } from "../harness.mjs";

/**
 * @typedef {object} Memory
 * @property {(address: number) => number} getUint32
 * @property {(address: number, value: number) => void} setUint32
 */

/**
 * @typedef {object} Words
 * @property {number} base address of the first
 * @property {Uint32Array} order in which they are taken
 * @property {(index: number) => number} wordAt what each holds
 */

/** @param {Memory} memory @param {Words} words */
export function loops(memory, { base, order, wordAt }) {
  const count = order.length;
  let sum = 0;
  for (let word = 0; word < count; word += 1) {
    memory.setUint32(base + word * 4, wordAt(word));
    sum += wordAt(word);
  }
  let salt = 0;
  return {
    loadRandom(/** @type {number} */ iterations) {
      for (; iterations > 0; iterations -= 1) {
        let total = 0;
        for (let index = 0; index < count; index += 1) {
          total += memory.getUint32(base + (order[index] ?? 0) * 4);
        }
        verify(total === sum, "sum of the words");
      }
    },
    loadSequential(/** @type {number} */ iterations) {
      const end = base + count * 4;
      for (; iterations > 0; iterations -= 1) {
        let total = 0;
        for (let address = base; address < end; address += 4) total += memory.getUint32(address);
        verify(total === sum, "sum of the words");
      }
    },
    storeRandom(/** @type {number} */ iterations) {
      for (; iterations > 0; iterations -= 1) {
        salt = (salt + 1) & 0xff_ffff;
        for (let index = 0; index < count; index += 1) {
          memory.setUint32(base + (order[index] ?? 0) * 4, index + salt);
        }
        const last = base + (order[count - 1] ?? 0) * 4;
        verify(memory.getUint32(last) === count - 1 + salt, "the word that was stored last");
      }
    },
    storeSequential(/** @type {number} */ iterations) {
      const end = base + count * 4;
      for (; iterations > 0; iterations -= 1) {
        salt = (salt + 1) & 0xff_ffff;
        for (let address = base; address < end; address += 4) memory.setUint32(address, salt);
        verify(memory.getUint32(end - 4) === salt, "the word that was stored last");
      }
    },
  };
}

/** @typedef {keyof ReturnType<typeof loops>} LoopName */
