import { HASH, THREADS } from "./layout";

/**
 * XXH64 with the seed 0, of bytes that come in pieces.
 *
 *      0       8       16      24      32      40                      72
 *     +-------+-------+-------+-------+-------+-----------------------+
 *     | lane 1| lane 2| lane 3| lane 4| bytes | stripe                |
 *     +-------+-------+-------+-------+-------+-----------------------+
 *
 *     bytes   so far
 *     stripe  the last bytes % 32 of them, which wait for the rest of their stripe
 */
@unmanaged
@final
class Hash {
  lane1: u64;
  lane2: u64;
  lane3: u64;
  lane4: u64;
  bytes: u64;
}

const STRIPE: u32 = HASH + <u32>offsetof<Hash>();
const STRIPE_BYTES: u32 = 32;

if (STRIPE + STRIPE_BYTES > THREADS) ERROR("HASH runs into THREADS");

const PRIME_1: u64 = 0x9e3779b185ebca87;
const PRIME_2: u64 = 0xc2b2ae3d27d4eb4f;
const PRIME_3: u64 = 0x165667b19e3779f9;
const PRIME_4: u64 = 0x85ebca77c2b2ae63;
const PRIME_5: u64 = 0x27d4eb2f165667c5;

function hash(): Hash {
  return changetype<Hash>(HASH);
}

export function hashBegin(): void {
  const h = hash();
  h.lane1 = PRIME_1 + PRIME_2;
  h.lane2 = PRIME_2;
  h.lane3 = 0;
  h.lane4 = 0 - PRIME_1;
  h.bytes = 0;
}

/** These bytes come next. */
export function hashAdd(at: u32, bytes: u32): void {
  const h = hash();
  const waiting = <u32>h.bytes & (STRIPE_BYTES - 1);
  h.bytes += bytes;
  if (waiting + bytes < STRIPE_BYTES) {
    memory.copy(STRIPE + waiting, at, bytes);
    return;
  }
  const end = at + bytes;
  if (waiting != 0) {
    memory.copy(STRIPE + waiting, at, STRIPE_BYTES - waiting);
    addStripes(STRIPE, STRIPE + STRIPE_BYTES);
    at += STRIPE_BYTES - waiting;
  }
  const rest = (end - at) & (STRIPE_BYTES - 1);
  addStripes(at, end - rest);
  memory.copy(STRIPE, end - rest, rest);
}

function addStripes(at: u32, end: u32): void {
  const h = hash();
  let lane1 = h.lane1;
  let lane2 = h.lane2;
  let lane3 = h.lane3;
  let lane4 = h.lane4;
  for (; at < end; at += STRIPE_BYTES) {
    lane1 = round(lane1, load<u64>(at));
    lane2 = round(lane2, load<u64>(at, 8));
    lane3 = round(lane3, load<u64>(at, 16));
    lane4 = round(lane4, load<u64>(at, 24));
  }
  h.lane1 = lane1;
  h.lane2 = lane2;
  h.lane3 = lane3;
  h.lane4 = lane4;
}

/** The hash of all that came. More may come behind it. */
export function hashValue(): u64 {
  const h = hash();
  let value = PRIME_5;
  if (h.bytes >= STRIPE_BYTES) {
    value = rotl<u64>(h.lane1, 1) + rotl<u64>(h.lane2, 7);
    value += rotl<u64>(h.lane3, 12) + rotl<u64>(h.lane4, 18);
    value = merged(value, h.lane1);
    value = merged(value, h.lane2);
    value = merged(value, h.lane3);
    value = merged(value, h.lane4);
  }
  value += h.bytes;
  let at = STRIPE;
  const end = STRIPE + (<u32>h.bytes & (STRIPE_BYTES - 1));
  for (; at + 8 <= end; at += 8) {
    value = rotl<u64>(value ^ round(0, load<u64>(at)), 27) * PRIME_1 + PRIME_4;
  }
  if (at + 4 <= end) {
    value = rotl<u64>(value ^ (<u64>load<u32>(at) * PRIME_1), 23) * PRIME_2 + PRIME_3;
    at += 4;
  }
  for (; at < end; at++) {
    value = rotl<u64>(value ^ (<u64>load<u8>(at) * PRIME_5), 11) * PRIME_1;
  }
  value = (value ^ (value >> 33)) * PRIME_2;
  value = (value ^ (value >> 29)) * PRIME_3;
  return value ^ (value >> 32);
}

function round(lane: u64, word: u64): u64 {
  return rotl<u64>(lane + word * PRIME_2, 31) * PRIME_1;
}

function merged(value: u64, lane: u64): u64 {
  return (value ^ round(0, lane)) * PRIME_1 + PRIME_4;
}
