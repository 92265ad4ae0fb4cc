import { PageFault, type Process, type Thread } from "guardpage";
import {
  EXCEPTION_GUARD_PAGE,
  MEM_DECOMMIT,
  MEM_RELEASE,
  MEM_RESET,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "guardpage/constants";
import { generatedCode } from "guardpage/emitter";
import { kernel32 } from "guardpage/kernel32";
import { addWord, awaitWord, isStopped, type Job, PAGE_BYTES, setWord, Word } from "./job.ts";
import { storingModule } from "./storing-module.ts";

/** What the workers do, each with a thread of its own. What they answer is JSON. */

const WRITE_WATCH_FLAG_RESET = 1;
const MILLISECONDS_ASLEEP = 100;

/** The pages that were written, which are forgotten. */
function harvested(process: Process, base: number, sizeBytes: number): number[] {
  const { GetWriteWatch } = kernel32(process);
  const addresses = { value: [] as number[] };
  const count = { value: sizeBytes / PAGE_BYTES };
  GetWriteWatch(WRITE_WATCH_FLAG_RESET, base, sizeBytes, addresses, count, { value: 0 });
  return addresses.value;
}

/** Why an access failed: the code of the fault, or 0 where it did not. */
function codeOf(access: () => void): number {
  try {
    access();
    return 0;
  } catch (error) {
    if (error instanceof PageFault) return error.code;
    throw error;
  }
}

function asleep(words: Int32Array, milliseconds: number): void {
  Atomics.wait(words, Word.stop, 0, milliseconds);
}

/** Some accesses of others long, without sleeping. */
function linger(words: Int32Array): void {
  for (let turn = 0; turn < 500; turn++) Atomics.load(words, Word.phase);
}

/** Where the page may be written at once, by the maps of this thread; 0 where it may not. */
function writablePlace(process: Process, base: number): number {
  const { accessMap, context, imports, windowBase } = generatedCode(process);
  const { buffer } = imports.memory;
  const page = base / PAGE_BYTES;
  if (accessMap !== 0) {
    return (new Uint8Array(buffer, accessMap + page, 1)[0] ?? 0) & 2 ? windowBase + base : 0;
  }
  const entry = new Uint32Array(buffer, context + 0x8000 + (page % 1024) * 32, 8);
  return entry[2] === page ? ((entry[6] ?? 0) + base) >>> 0 : 0;
}

/**
 * Runs, has looked at the maps, and takes its time before it makes the access. Sleeps after that,
 * parked, so that nobody may wait for it.
 */
export function dawdle({ process }: Thread, words: Int32Array, { base }: Job): boolean {
  const code = generatedCode(process);
  process.memory.setUint32(base, 1);
  code.enter();
  const place = writablePlace(process, base);
  setWord(words, Word.ready, 1);
  awaitWord(words, Word.round, 1);
  asleep(words, MILLISECONDS_ASLEEP);
  if (place !== 0) new DataView(code.imports.memory.buffer, place).setUint32(0, 2, true);
  setWord(words, Word.done, 1);
  code.leave();
  asleep(words, MILLISECONDS_ASLEEP);
  return place !== 0;
}

/** Ways to take from a page that it may be written at once. Each answers whether it has. */
const TAKES: Readonly<Record<string, (process: Process, base: number) => boolean>> = {
  VirtualProtect: (process, base) =>
    kernel32(process).VirtualProtect(base, 1, PAGE_READONLY, { value: 0 }) === 1,
  "VirtualFree, MEM_DECOMMIT": (process, base) =>
    kernel32(process).VirtualFree(base, 1, MEM_DECOMMIT) === 1,
  "VirtualFree, MEM_RELEASE": (process, base) =>
    kernel32(process).VirtualFree(base, 0, MEM_RELEASE) === 1,
  "VirtualAlloc, MEM_RESET": (process, base) =>
    kernel32(process).VirtualAlloc(base, PAGE_BYTES, MEM_RESET, PAGE_READWRITE) === base,
  ResetWriteWatch: (process, base) => kernel32(process).ResetWriteWatch(base, 1) === 0,
  GetWriteWatch: (process, base) => harvested(process, base, PAGE_BYTES).length === 1,
};

export const takes: readonly string[] = Object.keys(TAKES);

/** Takes the right once. Whether it did, and whether the dawdler was done then. */
export function takeOnce({ process }: Thread, words: Int32Array, { base, count }: Job) {
  awaitWord(words, Word.ready, 1);
  setWord(words, Word.round, 1);
  const isTaken = TAKES[takes[count] ?? ""]?.(process, base);
  return [isTaken, Atomics.load(words, Word.done)];
}

/** Touches a page, and stores to it again when it is told to. */
export function storeOnce({ process }: Thread, words: Int32Array, { base }: Job): void {
  process.memory.setUint32(base, 1);
  setWord(words, Word.ready, 1);
  awaitWord(words, Word.round, 1);
  process.memory.setUint32(base, 2);
  setWord(words, Word.done, 1);
  awaitWord(words, Word.phase, 1);
}

/** Runs code that does nothing but poll, until it is stopped. */
export function pollOnly({ process }: Thread, words: Int32Array): number {
  const code = generatedCode(process);
  const word = new Int32Array(code.imports.memory.buffer, code.context + 0x30, 1);
  let polls = 0;
  code.enter();
  addWord(words, Word.ready, 1);
  while (!isStopped(words)) {
    if (Atomics.load(word, 0) === 0) continue;
    code.imports.poll();
    polls++;
  }
  code.leave();
  return polls;
}

/**
 * Takes access away and gives it back, again and again. The phase is odd while there is none:
 * raised after the call has returned, and before the next begins.
 */
export function protect({ process }: Thread, words: Int32Array, { base, count }: Job): void {
  const { VirtualProtect } = kernel32(process);
  const old = { value: 0 };
  awaitWord(words, Word.ready, 3);
  for (let round = 0; round < count; round++) {
    VirtualProtect(base, 1, PAGE_NOACCESS, old);
    addWord(words, Word.phase, 1);
    linger(words);
    addWord(words, Word.phase, 1);
    VirtualProtect(base, 1, PAGE_READWRITE, old);
    addWord(words, Word.phase, 2);
    linger(words);
    addWord(words, Word.phase, 2);
  }
  setWord(words, Word.stop, 1);
}

/**
 * Reads and writes a page until it is stopped. How many accesses got through that had none, how
 * many failed that had, and how many were made.
 */
export function access({ process }: Thread, words: Int32Array, { base, index }: Job): number[] {
  const { memory } = process;
  let [through, failed, made] = [0, 0, 0];
  addWord(words, Word.ready, 1);
  while (!isStopped(words)) {
    const before = Atomics.load(words, Word.phase);
    const code = codeOf(() => {
      if (made % 2 === 0) memory.getUint32(base + 8 * index);
      else memory.setUint32(base + 8 * index, made);
    });
    made++;
    if (Atomics.load(words, Word.phase) !== before) continue;
    // 1 modulo 6: access was taken, and is not being given back. 4: given, and not being taken.
    if (before % 6 === 1 && code === 0) through++;
    if (before % 6 === 4 && code !== 0) failed++;
  }
  return [through, failed, made];
}

/** Stores to a page in generated code until it is stopped. How many stores, and how many faults. */
export function storeInLine({ process }: Thread, words: Int32Array, { base, index }: Job) {
  const code = generatedCode(process);
  const { store } = storingModule(code);
  const address = base + 8 * index;
  let [next, faults] = [1, 0];
  addWord(words, Word.ready, 1);
  while (!isStopped(words)) {
    code.enter();
    try {
      next = store(address, next, 10_000);
      code.imports.poll();
    } finally {
      code.leave();
    }
    // What stopped it was a poll, or the store, which is made here.
    if (codeOf(() => process.memory.setUint32(address, next)) !== 0) faults++;
  }
  return [next, faults];
}

/** Makes a page read-only, and looks whether it is at rest then. How often it was not. */
export function freeze({ process }: Thread, words: Int32Array, { base, count }: Job): number {
  const { VirtualProtect } = kernel32(process);
  const old = { value: 0 };
  const bytes = () => process.memory.read(base, PAGE_BYTES);
  let changes = 0;
  awaitWord(words, Word.ready, 3);
  for (let round = 0; round < count; round++) {
    VirtualProtect(base, 1, PAGE_READONLY, old);
    const before = bytes();
    for (let turn = 0; turn < 5; turn++) {
      if (bytes().some((byte, at) => byte !== before[at])) changes++;
    }
    VirtualProtect(base, 1, PAGE_READWRITE, old);
    asleep(words, 0.1);
  }
  setWord(words, Word.stop, 1);
  return changes;
}

/** Arms a guard page for each round, once all have met the last. How many met each. */
export function arm({ process }: Thread, words: Int32Array, { base, count }: Job): number[] {
  const { VirtualProtect } = kernel32(process);
  const met: number[] = [];
  for (let round = 1; round <= count; round++) {
    VirtualProtect(base, 1, PAGE_READWRITE | PAGE_GUARD, { value: 0 });
    setWord(words, Word.faults, 0);
    setWord(words, Word.round, round);
    if (!awaitWord(words, Word.done, 4 * round)) break;
    met.push(Atomics.load(words, Word.faults));
  }
  setWord(words, Word.stop, 1);
  return met;
}

/** Touches the page once in each round. */
export function meet({ process }: Thread, words: Int32Array, { base, count, index }: Job): void {
  for (let round = 1; round <= count; round++) {
    linger(words);
    if (!awaitWord(words, Word.round, round)) return;
    const code = codeOf(() => process.memory.getUint8(base + index));
    if (code === EXCEPTION_GUARD_PAGE) addWord(words, Word.faults, 1);
    addWord(words, Word.done, 1);
  }
}

/** Writes to pages of a watched region, every word its own. The pages, in ascending order. */
export function write({ process }: Thread, words: Int32Array, job: Job): number[] {
  const { base, sizeBytes, count, index } = job;
  const written = new Set<number>();
  const pages = sizeBytes / PAGE_BYTES;
  addWord(words, Word.ready, 1);
  awaitWord(words, Word.ready, 4);
  for (let step = 1; step <= count; step++) {
    const page = base + ((step * 7 + index * 5) % pages) * PAGE_BYTES;
    process.memory.setUint32(page + 4 * index, step);
    written.add(page);
  }
  addWord(words, Word.done, 1);
  return [...written].sort((left, right) => left - right);
}

/**
 * Harvests and resets while others write, copies each page that is reported, and looks in the end
 * whether the copies are what memory holds. The pages that are not, and all that were reported.
 */
export function harvest({ process }: Thread, words: Int32Array, { base, sizeBytes }: Job) {
  const copies = new Map<number, Uint8Array>();
  let harvests = 0;
  const round = () => {
    for (const page of harvested(process, base, sizeBytes)) {
      copies.set(page, process.memory.read(page, PAGE_BYTES));
    }
    harvests++;
  };
  addWord(words, Word.ready, 1);
  awaitWord(words, Word.ready, 4);
  while (Atomics.load(words, Word.done) < 3 && !isStopped(words)) round();
  round();
  const stale = [...copies].filter(([page, copy]) => {
    return process.memory.read(page, PAGE_BYTES).some((byte, at) => byte !== copy[at]);
  });
  const reported = [...copies.keys()].sort((left, right) => left - right);
  return { stale: stale.map(([page]) => page), reported, harvests };
}
