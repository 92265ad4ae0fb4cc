import {
  MEM_COMMIT,
  MemoryBasicInformation,
  PAGE_NOACCESS,
  PAGE_READONLY,
} from "./constants/memory.ts";
import {
  STATUS_ACCESS_VIOLATION,
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_NOT_COMMITTED,
  STATUS_PARTIAL_COPY,
} from "./constants/status.ts";
import { packDecision } from "./decision.ts";
import { type Address, byteArray, shown } from "./door.ts";
import {
  numberBytes,
  type Out,
  optionalOutAddress,
  outAddress,
  serviceWrite,
  setOut,
  TO_RESULTS,
} from "./out.ts";
import type { Process } from "./process.ts";
import { succeeded } from "./status.ts";
import { TRANSFER_BYTES } from "./wasm/exports.ts";
import { STATUS_ASKS } from "./wasm/requests-exports.ts";
import { progressOf } from "./when-ready.ts";

/**
 * Copies between processes (12.2, 12.3): a call of the core for each piece that fits into its
 * transfer area, and one more where a page had to come first.
 */
export interface Transfer {
  /** Number of a space, or the NTSTATUS of looking up the handle. */
  readonly target: number;
  /** In the target. */
  readonly address: number;
  /** An array of the host, or a guest address in the calling process. */
  readonly buffer: Uint8Array | Address | null;
  readonly size: number;
  readonly done: Out<number>;
}

type Service = (
  target: number,
  address: number,
  bufferAt: number,
  size: number,
  doneAt: number,
) => number;

const NOT_ALL_PROTECTABLE = packDecision("12.3#1");
const NOT_WRITABLE = packDecision("12.3#3");

export function readVirtual(process: Process, transfer: Transfer): number {
  const { services, view } = checked(process, transfer).enter();
  const status = inPieces(process, transfer, services.readVirtual, {
    after(array, from, count) {
      array.set(view.transfer.subarray(0, count), from);
    },
  });
  // A read that fails has read nothing, and says so (12.2).
  if (!hasCount(status)) setOut(transfer.done, 0);
  return status;
}

export function writeVirtual(process: Process, transfer: Transfer): number {
  const { services, view } = checked(process, transfer).enter();
  return inPieces(process, transfer, services.writeVirtual, {
    before(array, from, count) {
      view.transfer.set(array.subarray(from, from + count));
    },
  });
}

/** WriteProcessMemory: as a whole or not at all, as far as protections go (12.3). */
export function writeProcess(process: Process, transfer: Transfer): number {
  const { services, view } = checked(process, transfer).enter();
  if (transfer.buffer instanceof Uint8Array && transfer.size > TRANSFER_BYTES) {
    const status = askWritable(process, transfer);
    if (!succeeded(status)) return status;
  }
  return inPieces(process, transfer, services.writeProcess, {
    before(array, from, count) {
      view.transfer.set(array.subarray(from, from + count));
    },
  });
}

function checked(process: Process, { buffer, size }: Transfer): Process {
  if (typeof buffer === "object" && buffer !== null) {
    byteArray(buffer, "buffer");
    if (size > buffer.length) {
      throw new RangeError(
        `size must be 0 to ${buffer.length} for this buffer, not ${shown(size)}`,
      );
    }
  }
  return process;
}

/** What is done about the transfer area around each call. */
interface Steps {
  before?(array: Uint8Array, from: number, count: number): void;
  after?(array: Uint8Array, from: number, count: number): void;
}

function inPieces(process: Process, transfer: Transfer, service: Service, steps: Steps): number {
  const { target, address, buffer, size, done } = transfer;
  const { view } = process.enter();
  const doneAt = optionalOutAddress(done, process.door, "done");
  const array = buffer instanceof Uint8Array ? buffer : undefined;
  const bufferAt = outAddress(buffer, process.door, "buffer");
  if (array && size > TRANSFER_BYTES && address + size - 1 > process.machine.highestUserAddress) {
    return service(target, address + size - 1, TO_RESULTS, 1, doneAt);
  }
  const progress = progressOf(process.id, "transfer", target, address, bufferAt, size);
  if (array && steps.after) progress.readsTo(array);
  for (;;) {
    const { done: before } = progress;
    const count = array ? Math.min(size - before, TRANSFER_BYTES) : size - before;
    if (array) steps.before?.(array, before, count);
    const at = array ? TO_RESULTS : bufferAt + before;
    const status = service(target, address + before, at, count, doneAt);
    if (status !== STATUS_ASKS && !hasCount(status)) return status;
    const moved = view.result(0);
    if (array) steps.after?.(array, before, moved);
    progress.done += moved;
    const total = progress.done;
    if (status === STATUS_ASKS) {
      process.machine.pager.serve();
      process.enter();
      continue;
    }
    if (succeeded(status) && total < size) continue;
    setOut(done, total);
    // Each call has left the count of its own piece there.
    if (doneAt > 0 && total > moved) {
      serviceWrite(process, doneAt, numberBytes(total, process.machine.pointerBytes));
    }
    return total > 0 && total < size ? STATUS_PARTIAL_COPY : status;
  }
}

/** 12.2: the count is known after success and after a partial copy. */
function hasCount(status: number): boolean {
  return succeeded(status) || status === STATUS_PARTIAL_COPY;
}

/** Steps 1 and 3 of 12.3 for a range that takes more than one call. */
function askWritable(process: Process, { target, address, size }: Transfer): number {
  const { services, view } = process.enter();
  const end = address + size;
  const enough = 0x100;
  let region: number | undefined;
  let isReadOnly = false;
  let at = address;
  while (at < end) {
    const status = services.query(
      target,
      at,
      MemoryBasicInformation,
      TO_RESULTS,
      enough,
      TO_RESULTS,
    );
    if (!succeeded(status)) return status;
    region ??= view.result(1);
    const isElsewhere = view.result(1) !== region;
    if (isElsewhere || view.result(4) !== MEM_COMMIT) {
      view.decision = NOT_ALL_PROTECTABLE;
      return isElsewhere ? STATUS_CONFLICTING_ADDRESSES : STATUS_NOT_COMMITTED;
    }
    if ((view.result(5) & (PAGE_NOACCESS | PAGE_READONLY)) !== 0) isReadOnly = true;
    at = view.result(0) + view.result(3);
  }
  if (!isReadOnly) return 0;
  view.decision = NOT_WRITABLE;
  return STATUS_ACCESS_VIOLATION;
}
