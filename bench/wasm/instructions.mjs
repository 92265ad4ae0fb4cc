/** The instructions of WebAssembly that the loops of the benchmarks are made of, as bytes. */

/** A number from 0 to 2^32-1, in LEB128. @returns {number[]} */
export function unsigned(/** @type {number} */ value) {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(Math.floor(value / 0x80))];
}

/** A number from -2^63 to 2^64-1, in signed LEB128; from 2^63 on they are those below 0. */
function signed(/** @type {bigint} */ value) {
  const bytes = [];
  for (let rest = BigInt.asIntN(64, value); ; rest >>= 7n) {
    const low = Number(rest & 0x7fn);
    const isLast = rest >> 6n === 0n || rest >> 6n === -1n;
    bytes.push(isLast ? low : low | 0x80);
    if (isLast) return bytes;
  }
}

export const Type = { i32: 0x7f, i64: 0x7e };

export const block = [0x02, 0x40];
export const loop = [0x03, 0x40];
export const end = [0x0b];
export const drop = [0x1a];
export const branchIf = (/** @type {number} */ depth) => [0x0d, ...unsigned(depth)];
export const call = (/** @type {number} */ index) => [0x10, ...unsigned(index)];
export const get = (/** @type {number} */ local) => [0x20, ...unsigned(local)];
export const set = (/** @type {number} */ local) => [0x21, ...unsigned(local)];
export const tee = (/** @type {number} */ local) => [0x22, ...unsigned(local)];
export const setGlobal = (/** @type {number} */ global) => [0x24, ...unsigned(global)];
export const i32 = (/** @type {number} */ value) => [0x41, ...signed(BigInt(value | 0))];
export const i64 = (/** @type {number | bigint} */ value) => [0x42, ...signed(BigInt(value))];

export const i32Add = [0x6a];
export const i32Mul = [0x6c];
export const i32Or = [0x72];
export const i32Xor = [0x73];
export const i32Shl = [0x74];
export const i32ShrU = [0x76];
/** From an i32 without a sign to an i64. */
export const extend = [0xad];

/** Loads and stores of no alignment that could be relied on. */
export const i32Load = (/** @type {number} */ offset) => [0x28, 0, ...unsigned(offset)];
export const i32Store = (/** @type {number} */ offset) => [0x36, 0, ...unsigned(offset)];
export const memoryCopy = [0xfc, 10, 0, 0];
export const memoryFill = [0xfc, 11, 0];

/** local = local + amount */
export function increase(/** @type {number} */ local, /** @type {number} */ amount) {
  return [...get(local), ...i32(amount), ...i32Add, ...set(local)];
}
