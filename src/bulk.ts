import { Attempts, accessFarAbove } from "./attempts.ts";
import type { Address } from "./door.ts";
import type { Process } from "./process.ts";
import { Access } from "./wasm/exports.ts";
import { type Progress, progressOf } from "./when-ready.ts";

/**
 * Bulk operations by 17.5: ascending, as sequences of single accesses. On a fault the bytes below
 * are done; when a handler has resolved it, the operation goes on there, and so it does when a page
 * store has brought a page that was missing. Of length 0 they look at nothing.
 */

export function readBytes(process: Process, address: Address, bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  if (typeof address === "bigint") accessFarAbove(process, address, 1, Access.Read);
  const progress = progressOf(process.id, "read", address, bytes.length);
  progress.readsTo(bytes);
  inRuns(process, progress, address, bytes.length, Access.Read, (guest, done) => {
    bytes.set(guest, done);
  });
}

export function writeBytes(process: Process, address: Address, bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  if (typeof address === "bigint") accessFarAbove(process, address, 1, Access.Write);
  const progress = progressOf(process.id, "write", address, bytes.length);
  inRuns(process, progress, address, bytes.length, Access.Write, (guest, done) => {
    guest.set(bytes.subarray(done, done + guest.length));
  });
}

/** Hands over as much of the range at a time as lies together in linear memory. */
function inRuns(
  process: Process,
  progress: Progress,
  address: number,
  length: number,
  access: number,
  take: (guest: Uint8Array, done: number) => void,
): void {
  const { accesses, view, agent } = process.enter();
  let attempts: Attempts | undefined;
  while (progress.done < length) {
    const { done } = progress;
    const ran = agent?.begin();
    const linear = accesses.probeRange(address + done, length - done, access);
    if (view.failed()) {
      agent?.end(ran);
      attempts ??= new Attempts(process);
      attempts.failed();
      continue;
    }
    const count = view.result(0);
    take(view.bytes(linear, count), done);
    agent?.end(ran);
    progress.done += count;
  }
}

export function copyBytes(
  process: Process,
  target: Address,
  source: Address,
  length: number,
): void {
  if (length === 0) return;
  if (typeof source === "bigint") accessFarAbove(process, source, 1, Access.Read);
  if (typeof target === "bigint") {
    readBytes(process, source, new Uint8Array(1));
    accessFarAbove(process, target, 1, Access.Write);
  }
  const { accesses } = process.enter();
  const progress = progressOf(process.id, "copy", target, source, length);
  inParts(process, progress, () => {
    const { done, doneAbove } = progress;
    accesses.copy(target + done, source + done, length - done - doneAbove);
  });
  finish(progress, length);
}

export function fillBytes(process: Process, address: Address, value: number, length: number): void {
  if (length === 0) return;
  if (typeof address === "bigint") accessFarAbove(process, address, 1, Access.Write);
  const { accesses } = process.enter();
  const progress = progressOf(process.id, "fill", address, value, length);
  inParts(process, progress, () => {
    accesses.fill(address + progress.done, value, length - progress.done);
  });
  finish(progress, length);
}

export function compareBytes(
  process: Process,
  left: Address,
  right: Address,
  length: number,
): -1 | 0 | 1 {
  if (length === 0) return 0;
  if (typeof left === "bigint") accessFarAbove(process, left, 1, Access.Read);
  if (typeof right === "bigint") {
    readBytes(process, left, new Uint8Array(1));
    accessFarAbove(process, right, 1, Access.Read);
  }
  const { accesses, view } = process.enter();
  const progress = progressOf(process.id, "compare", left, right, length);
  inParts(process, progress, () => {
    const { done } = progress;
    accesses.compare(left + done, right + done, length - done);
  });
  return view.resultSign(1);
}

/**
 * Repeats an operation of the core for what is not done yet, until it comes to its end without a
 * fault.
 */
function inParts(process: Process, progress: Progress, operate: () => void): void {
  const { view } = process.enter();
  let attempts: Attempts | undefined;
  for (;;) {
    operate();
    if (!view.failed()) return;
    progress.done += view.result(0);
    progress.doneAbove += view.result(1);
    attempts ??= new Attempts(process);
    attempts.failed();
  }
}

/** An attempt that comes by once more finds nothing to do. */
function finish(progress: Progress, length: number): void {
  progress.done = length;
  progress.doneAbove = 0;
}

/** Instruction fetch. `length` is 1 to 15. */
export function fetchBytes(process: Process, address: Address, length: number): Uint8Array {
  if (typeof address === "bigint") accessFarAbove(process, address, length, Access.Execute);
  const { accesses, view } = process.enter();
  let attempts: Attempts | undefined;
  for (;;) {
    accesses.fetch(address, length);
    if (!view.failed()) return view.transfer.slice(0, length);
    attempts ??= new Attempts(process, address);
    attempts.failed();
  }
}
