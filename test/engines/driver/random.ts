/** The numbers that a program is made of: xorshift64*, the same on every engine. */
let state: u64 = 0;

export function randomBegin(seed: u32): void {
  state = (<u64>seed + 1) * 0x9e3779b97f4a7c15;
}

export function randomBits(): u64 {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 0x2545f4914f6cdd1d;
}

/** A number from 0 to `end` - 1. */
export function below(end: u32): u32 {
  return <u32>((randomBits() >> 33) % end);
}

/** One of `count` times. */
export function oneIn(count: u32): bool {
  return below(count) == 0;
}
