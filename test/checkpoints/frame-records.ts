import type { Machine } from "../../src/index.ts";

/** The pool of frame records, and who has each 64 KB (assembly/base/pool.ts, units.ts). */
const POOL_FRAME = 3;
const POOL = 0x400 + POOL_FRAME * 32;
const UNITS = 0xa0000;
const UNIT_BYTES = 0x10000;
const OWNER_MASK = 0xffff;
const PAGE_BYTES = 0x1000;
const RECORD_BYTES = 32;

function wordsOf({ core }: Machine, linear: number, count: number): Uint32Array {
  return core.view.words(linear, count);
}

/**
 * The next frames get records in one page each in turn: a page that is kept for one frame is not
 * kept for all the others that a small program has.
 */
export function scatterFrames(machine: Machine): void {
  const pool = wordsOf(machine, POOL, 4);
  const [, fresh = 0, end = 0] = pool;
  const first = Math.ceil(fresh / PAGE_BYTES) * PAGE_BYTES;
  let head = pool[0] ?? 0;
  const push = (record: number) => {
    wordsOf(machine, record, 1)[0] = head;
    head = record;
  };
  for (let record = fresh; record < first; record += RECORD_BYTES) push(record);
  for (let offset = 0; offset < PAGE_BYTES; offset += RECORD_BYTES) {
    for (let page = first; page < end; page += PAGE_BYTES) push(page + offset);
  }
  pool[0] = head;
  pool[1] = end;
}

/** All records of frames as they lie in linear memory, by the addresses of their units. */
export function frameRecords(machine: Machine): Map<number, Uint8Array> {
  const { buffer } = machine.core.memory;
  const units = wordsOf(machine, UNITS, buffer.byteLength / UNIT_BYTES);
  const found = new Map<number, Uint8Array>();
  for (const [unit, entry] of units.entries()) {
    if ((entry & OWNER_MASK) !== POOL_FRAME + 1) continue;
    const at = unit * UNIT_BYTES;
    found.set(at, machine.core.view.bytes(at, UNIT_BYTES).slice());
  }
  return found;
}

/** Where the records differ, or undefined. */
export function changedRecord(
  before: ReadonlyMap<number, Uint8Array>,
  after: ReadonlyMap<number, Uint8Array>,
): string | undefined {
  for (const [unit, bytes] of before) {
    const now = after.get(unit);
    if (now === undefined) return `unit ${unit.toString(16)} is gone`;
    const at = Buffer.compare(bytes, now) === 0 ? -1 : bytes.findIndex((one, i) => one !== now[i]);
    if (at >= 0) return `byte ${(unit + at).toString(16)}: ${bytes[at]} has become ${now[at]}`;
  }
  return undefined;
}
