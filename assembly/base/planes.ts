/**
 * Bit planes: a chunk of up to eight planes of 1,024 bits, bit i of plane k at
 *
 *     chunk + k * 128 + (i / 64) * 8,  bit i % 64
 *
 * so that 64 pages of one plane are one word, and 128 are two where there is SIMD. A *value* of
 * page i is the byte made of its bits in planes 0..7.
 */
export const CHUNK_PAGES: u32 = 1024;
export const PLANE_BYTES: u32 = 128;
/** Eight planes, or fewer and what else belongs to the pages. */
export const CHUNK_BYTES: u32 = 1024;
const PLANES_END: u32 = 8 * PLANE_BYTES;
const WORDS: u32 = 16;

/** Whether words `word` and the next begin at a multiple of 16 bytes and lie in [from, to). */
function isPair(word: u32, from: u32, to: u32): bool {
  return (word & 1) == 0 && word << 6 >= from && (word << 6) + 128 <= to;
}

/** The bits of word `word` that lie in [from, to). */
export function wordMask(word: u32, from: u32, to: u32): u64 {
  const first = word << 6;
  let mask: u64 = u64.MAX_VALUE;
  if (from > first) mask &= u64.MAX_VALUE << u64(from - first);
  if (to < first + 64) mask &= ((<u64>1) << u64(to - first)) - 1;
  return mask;
}

export function planeTest(plane: u32, i: u32): bool {
  return ((load<u64>(plane + ((i >>> 6) << 3)) >> <u64>(i & 63)) & 1) != 0;
}

export function planeSet(plane: u32, i: u32): void {
  const word = plane + ((i >>> 6) << 3);
  store<u64>(word, load<u64>(word) | ((<u64>1) << u64(i & 63)));
}

export function planeClear(plane: u32, i: u32): void {
  const word = plane + ((i >>> 6) << 3);
  store<u64>(word, load<u64>(word) & ~((<u64>1) << u64(i & 63)));
}

export function planeSetRange(plane: u32, from: u32, to: u32): void {
  for (let word = from >>> 6; word <= (to - 1) >>> 6; word++) {
    const at = plane + (word << 3);
    store<u64>(at, load<u64>(at) | wordMask(word, from, to));
  }
}

export function planeClearRange(plane: u32, from: u32, to: u32): void {
  for (let word = from >>> 6; word <= (to - 1) >>> 6; word++) {
    const at = plane + (word << 3);
    store<u64>(at, load<u64>(at) & ~wordMask(word, from, to));
  }
}

export function planeCount(plane: u32, from: u32, to: u32): u32 {
  let count: u64 = 0;
  for (let word = from >>> 6; word <= (to - 1) >>> 6; word++) {
    count += popcnt<u64>(load<u64>(plane + (word << 3)) & wordMask(word, from, to));
  }
  return <u32>count;
}

/** First set bit of [from, to), or `to`. */
export function planeNext(plane: u32, from: u32, to: u32): u32 {
  for (let word = from >>> 6; from < to && word <= (to - 1) >>> 6; word++) {
    if (ASC_FEATURE_SIMD && isPair(word, from, to) && pairEmpty(plane + (word << 3))) {
      word += 1;
      continue;
    }
    const bits = load<u64>(plane + (word << 3)) & wordMask(word, from, to);
    if (bits != 0) return (word << 6) + <u32>ctz<u64>(bits);
  }
  return to;
}

export function planeEmpty(plane: u32): bool {
  for (let word: u32 = 0; word < WORDS; word++) {
    if (ASC_FEATURE_SIMD) {
      if (!pairEmpty(plane + (word << 3))) return false;
      word += 1;
    } else if (load<u64>(plane + (word << 3)) != 0) {
      return false;
    }
  }
  return true;
}

export function valueAt(chunk: u32, i: u32): u32 {
  const at = chunk + ((i >>> 6) << 3);
  const bit = <u64>(i & 63);
  return <u32>(
    (((load<u64>(at) >> bit) & 1) |
      (((load<u64>(at, 128) >> bit) & 1) << 1) |
      (((load<u64>(at, 256) >> bit) & 1) << 2) |
      (((load<u64>(at, 384) >> bit) & 1) << 3) |
      (((load<u64>(at, 512) >> bit) & 1) << 4) |
      (((load<u64>(at, 640) >> bit) & 1) << 5) |
      (((load<u64>(at, 768) >> bit) & 1) << 6) |
      (((load<u64>(at, 896) >> bit) & 1) << 7))
  );
}

/** Give pages [from, to) of the chunk the value. */
export function valueFill(chunk: u32, from: u32, to: u32, value: u32): void {
  for (let word = from >>> 6; word <= (to - 1) >>> 6; word++) {
    const at = chunk + (word << 3);
    if (ASC_FEATURE_SIMD && isPair(word, from, to)) {
      pairFill(at, value);
      word += 1;
      continue;
    }
    const mask = wordMask(word, from, to);
    for (let slot = at, rest = value; slot < at + PLANES_END; slot += PLANE_BYTES) {
      const bits = load<u64>(slot);
      const filled = <u64>0 - (rest & 1);
      store<u64>(slot, bits ^ ((bits ^ filled) & mask));
      rest >>>= 1;
    }
  }
}

/** First page of [from, to) whose value is another than `value`, or `to`. */
export function valueRunEnd(chunk: u32, from: u32, to: u32, value: u32): u32 {
  for (let word = from >>> 6; word <= (to - 1) >>> 6; word++) {
    const at = chunk + (word << 3);
    if (ASC_FEATURE_SIMD && isPair(word, from, to) && pairHas(at, value)) {
      word += 1;
      continue;
    }
    let different: u64 = 0;
    for (let plane: u32 = 0; plane < 8; plane++) {
      const same = <u64>0 - ((value >>> plane) & 1);
      different |= load<u64>(at + plane * PLANE_BYTES) ^ same;
    }
    different &= wordMask(word, from, to);
    if (different != 0) return (word << 6) + <u32>ctz<u64>(different);
  }
  return to;
}

/**
 * Whether all 128 pages have the value. `at` is the address of the first of two words in plane 0, a
 * multiple of 16.
 */
function pairHas(at: u32, value: u32): bool {
  let different = i64x2.splat(0);
  for (let plane: u32 = 0; plane < PLANES_END; plane += PLANE_BYTES) {
    const same = i64x2.splat(0 - <i64>(value & 1));
    different = v128.or(different, v128.xor(v128.load(at + plane), same));
    value >>>= 1;
  }
  return !v128.any_true(different);
}

/** Give all 128 pages the value. */
function pairFill(at: u32, value: u32): void {
  for (let plane: u32 = 0; plane < PLANES_END; plane += PLANE_BYTES) {
    v128.store(at + plane, i64x2.splat(0 - <i64>(value & 1)));
    value >>>= 1;
  }
}

/** Whether no bit of the 128 is set, in this one plane. */
function pairEmpty(at: u32): bool {
  return !v128.any_true(v128.load(at));
}
