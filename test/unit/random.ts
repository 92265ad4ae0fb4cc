/** Numbers below a bound, the same for the same seed. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed * 0x9e3779b1 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** One of the values of a list that is not empty. */
export function pick<T>(list: readonly T[], random: (below: number) => number): T {
  return list[random(list.length)] as T;
}
