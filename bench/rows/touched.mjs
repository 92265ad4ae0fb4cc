/** Linear memory that is in use: pages of 4 KB with a byte that is not 0. */
import { generatedCode } from "guardpage/emitter";

const PAGE_BYTES = 0x1000;
const PAGE_WORDS = PAGE_BYTES / 4;
/** Engines are slow at indices from 2^31 on. */
const VIEW_BYTES = 0x1000_0000;
const GRANULARITY = 0x1_0000;

/**
 * @param {ArrayBuffer} buffer
 * @param {number} from
 * @param {number} to
 * @returns bytes, in whole pages
 */
function touchedBytes(buffer, from, to) {
  let pages = 0;
  for (let start = from; start < to; start += VIEW_BYTES) {
    const words = Math.min(VIEW_BYTES, to - start) / 4;
    const view = new Int32Array(buffer, start, words);
    for (let page = 0; page < words; page += PAGE_WORDS) {
      for (let word = page; word < page + PAGE_WORDS; word += 1) {
        if (view[word] === 0) continue;
        pages += 1;
        break;
      }
    }
  }
  return pages * PAGE_BYTES;
}

/** Bytes outside of the window: tables, records, contexts, and the frames of translated spaces. */
export function outsideBytes(/** @type {import("guardpage").Process} */ process) {
  const { imports, space, windowBase } = generatedCode(process);
  const { buffer } = imports.memory;
  if (space === "translated") return touchedBytes(buffer, 0, buffer.byteLength);
  const end = windowEnd(process);
  return touchedBytes(buffer, 0, windowBase) + touchedBytes(buffer, end, buffer.byteLength);
}

/** Bytes inside of the window of a windowed process. */
export function insideBytes(/** @type {import("guardpage").Process} */ process) {
  const { imports, windowBase } = generatedCode(process);
  return touchedBytes(imports.memory.buffer, windowBase, windowEnd(process));
}

function windowEnd(/** @type {import("guardpage").Process} */ process) {
  const user = process.machine.highestUserAddress + 1;
  return generatedCode(process).windowBase + Math.ceil(user / GRANULARITY) * GRANULARITY;
}
