import type { SharedThread } from "guardpage";

/** What a worker of the tests does, with a thread of the guest that is handed to it. */
export interface Job {
  /** Name of a function of roles.ts or stress.ts. */
  readonly role: string;
  readonly thread: SharedThread;
  /** Words that the workers of a test see alike, by `Word`. */
  readonly words: SharedArrayBuffer;
  /** First address, and bytes, that the job is about. */
  readonly base: number;
  readonly sizeBytes: number;
  /** Rounds, steps, or milliseconds. */
  readonly count: number;
  /** Number of the worker, from 0. */
  readonly index: number;
  readonly seed: number;
}

/** Places in the words of a job. */
export const Word = { ready: 0, stop: 1, phase: 2, round: 3, done: 4, faults: 5 } as const;
export const WORDS_BYTES = 64;

export const PAGE_BYTES = 0x1000;

/** Blocks until the word is at least so much. Whether it was before the test was stopped. */
export function awaitWord(words: Int32Array, word: number, least: number): boolean {
  for (;;) {
    const now = Atomics.load(words, word);
    if (now >= least) return true;
    if (Atomics.load(words, Word.stop) !== 0) return false;
    Atomics.wait(words, word, now, 50);
  }
}

export function setWord(words: Int32Array, word: number, value: number): void {
  Atomics.store(words, word, value);
  Atomics.notify(words, word);
}

export function addWord(words: Int32Array, word: number, value: number): void {
  Atomics.add(words, word, value);
  Atomics.notify(words, word);
}

export const isStopped = (words: Int32Array) => Atomics.load(words, Word.stop) !== 0;

/** Marsaglia's xorshift: numbers from 0 to `below` - 1. */
export function randomOf(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
