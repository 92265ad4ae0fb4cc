/** What the tests have in common that change files at random. */
import { expect } from "vitest";
import type { Machine } from "../../src/index.ts";
import type { Random } from "../model/random.ts";

export type Bytes = Uint8Array<ArrayBuffer>;

const BYTES_MAXIMUM = 64;

/** Changes that know nothing of what they change. */
const BLIND: readonly ((bytes: Uint8Array, random: Random) => Bytes)[] = [
  (bytes, random) => {
    const changed = bytes.slice();
    const at = random.below(bytes.length);
    changed[at] = (bytes[at] as number) ^ (1 << random.below(8));
    return changed;
  },
  (bytes, random) => bytes.slice(0, random.below(bytes.length)),
  (bytes, random) => {
    const from = random.below(bytes.length);
    const to = from + random.below(BYTES_MAXIMUM);
    return joined([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  (bytes, random) => {
    const at = random.below(bytes.length + 1);
    const more = Array.from({ length: 1 + random.below(8) }, () => random.below(256));
    return joined([bytes.subarray(0, at), Uint8Array.from(more), bytes.subarray(at)]);
  },
];

/** A file with one change that knows nothing of it. */
export function changedBlindly(bytes: Uint8Array, random: Random): Bytes {
  return random.pick(BLIND)(bytes, random);
}

export function joined(pieces: readonly Uint8Array[]): Bytes {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Whatever a file made of the machine, its maps agree. */
export function expectSound(machine: Machine): void {
  for (const process of machine.processes) process.verifySpace();
  expect(machine.poisoned).toBe(false);
}
