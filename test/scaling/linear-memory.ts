import type { CountingMachine } from "./counting-machine.ts";
import { PAGE } from "./counting-machine.ts";

/** A copy of linear memory as it is now. */
export function memoryOf(machine: CountingMachine): Uint8Array {
  return new Uint8Array(machine.core.memory.buffer).slice();
}

/** Pages of 4 KB whose bytes differ. Memory grows with zeros. */
export function pagesChanged(before: Uint8Array, after: Uint8Array): number {
  const end = Math.max(before.length, after.length);
  let changed = 0;
  for (let at = 0; at < end; at += PAGE) {
    const old = Buffer.from(
      before.buffer,
      Math.min(at, before.length),
      at < before.length ? PAGE : 0,
    );
    const now = Buffer.from(after.buffer, at, PAGE);
    if (old.length === 0 ? now.some((byte) => byte !== 0) : !old.equals(now)) changed += 1;
  }
  return changed;
}
