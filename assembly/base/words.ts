/**
 * Short runs of bytes, by words of 8: an engine calls out for `memory.fill` and `memory.copy`,
 * which costs as much as 20 to 40 words (15 ns in V8). Long runs go there.
 */
const SHORT_BYTES: u32 = 256;

/** Requires: a multiple of 8 bytes. */
export function zero(at: u32, bytes: u32): void {
  if (bytes > SHORT_BYTES) {
    memory.fill(at, 0, bytes);
    return;
  }
  for (const end = at + bytes; at < end; at += 8) store<u64>(at, 0);
}
