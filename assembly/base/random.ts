/**
 * Marsaglia's xorshift with the triple 13, 17, 5: the next state, which is also the number drawn.
 */
export function randomNext(state: u32): u32 {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state;
}

/** A state of zero would stay zero. */
export function randomSeed(seed: u32): u32 {
  return seed == 0 ? 0x9e3779b9 : seed;
}
