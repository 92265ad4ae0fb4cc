import { CFG_CALL_TARGET_VALID } from "../constants/enclave.ts";
import { PAGE_EXECUTE } from "../constants/memory.ts";
import { TO_RESULTS } from "../out.ts";
import type { PortableExecutable } from "../portable-executable.ts";
import type { Process } from "../process.ts";
import { succeeded } from "../status.ts";
import { CALL_TARGET_BYTES } from "../wasm/enclaves-exports.ts";
import { PAGE_BYTES, TRANSFER_BYTES } from "../wasm/exports.ts";

const SLOT_BYTES = 16;
const FLAGS_AT = 8;
const PAGES_A_CALL = Math.floor(TRANSFER_BYTES / CALL_TARGET_BYTES / (PAGE_BYTES / SLOT_BYTES));

/** A view of a program, and the space that it lies in. */
export interface ImageView {
  readonly space: number;
  readonly base: number;
  readonly sizeBytes: number;
  /** From the base of the image. */
  readonly offset: number;
}

/**
 * In a process with Control Flow Guard, the executable pages of the view let calls through to the
 * functions of the program's table alone (17.15). Without a table, and without the guard, every
 * address stays valid.
 */
export function guardImage(
  caller: Process,
  { runs, guardTargets }: PortableExecutable,
  { space, base, sizeBytes, offset }: ImageView,
): void {
  if (guardTargets === undefined) return;
  const valid = new Set(guardTargets);
  const end = offset + sizeBytes;
  let start = 0;
  for (const { pages, protect } of runs) {
    const stop = start + pages * PAGE_BYTES;
    const step = PAGES_A_CALL * PAGE_BYTES;
    for (let at = Math.max(start, offset); at < Math.min(stop, end); at += step) {
      const bytes = Math.min(step, stop - at, end - at);
      if (protect < PAGE_EXECUTE) continue;
      if (!setSlots(caller, space, base - offset, at, bytes, valid)) return;
    }
    start = stop;
  }
}

/** Whether the process has Control Flow Guard, and took it. */
function setSlots(
  caller: Process,
  space: number,
  imageBase: number,
  from: number,
  sizeBytes: number,
  valid: ReadonlySet<number>,
): boolean {
  const { enclaves, view } = caller.enter();
  const area = view.transferView;
  const count = sizeBytes / SLOT_BYTES;
  for (let slot = 0; slot < count; slot++) {
    const flags = valid.has(from + slot * SLOT_BYTES) ? CFG_CALL_TARGET_VALID : 0;
    area.setBigUint64(slot * CALL_TARGET_BYTES, BigInt(slot * SLOT_BYTES), true);
    area.setBigUint64(slot * CALL_TARGET_BYTES + FLAGS_AT, BigInt(flags), true);
  }
  const address = imageBase + from;
  return succeeded(enclaves.setTargets(space, space, address, sizeBytes, count, TO_RESULTS, 0));
}
