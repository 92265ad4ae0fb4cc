import { CFG_CALL_TARGET_PROCESSED } from "../constants/enclave.ts";
import { PROCESS_SET_INFORMATION, PROCESS_VM_OPERATION } from "../constants/process.ts";
import { type Address, shown } from "../door.ts";
import { TO_RESULTS } from "../out.ts";
import type { Process } from "../process.ts";
import { succeeded } from "../status.ts";
import { CALL_TARGET_BYTES } from "../wasm/enclaves-exports.ts";
import { TRANSFER_BYTES } from "../wasm/exports.ts";
import type { CfgCallTargetInfo } from "./enclaves-interface.ts";

const RIGHTS = PROCESS_VM_OPERATION | PROCESS_SET_INFORMATION;
const ENTRIES_A_CALL = Math.floor(TRANSFER_BYTES / CALL_TARGET_BYTES);
const FIELD_BYTES = 8;

/** SetProcessValidCallTargets: NTSTATUS. An array of the host goes in pieces. */
export function setTargets(
  caller: Process,
  handle: number,
  address: number,
  size: number,
  count: number,
  targets: readonly CfgCallTargetInfo[] | Address | null,
): number {
  const { door, handles } = caller;
  const holder = handles.target(handle, 0);
  const target = handles.target(handle, RIGHTS);
  if (!isList(targets)) {
    const at = door.nullablePointer(targets, "targets");
    const { enclaves } = caller.enter();
    return enclaves.setTargets(holder, target, address, size, count, at, 0);
  }
  if (count > targets.length) {
    throw new RangeError(`count must be 0 to ${targets.length} for these targets, not ${count}`);
  }
  const entries = targets.slice(0, count).map((entry, index) => {
    if (typeof entry !== "object" || entry === null) {
      throw new TypeError(`targets[${index}] must be an object, not ${shown(entry)}`);
    }
    return {
      entry,
      offset: door.pointer(entry.Offset, `targets[${index}].Offset`),
      flags: door.pointer(entry.Flags, `targets[${index}].Flags`),
    };
  });
  const { enclaves, view } = caller.enter();
  let least = 0;
  let done = 0;
  for (;;) {
    const piece = entries.slice(done, done + ENTRIES_A_CALL);
    const area = view.transferView;
    for (const [index, { offset, flags }] of piece.entries()) {
      area.setBigUint64(index * CALL_TARGET_BYTES, BigInt(offset), true);
      area.setBigUint64(index * CALL_TARGET_BYTES + FIELD_BYTES, BigInt(flags), true);
    }
    const length = piece.length;
    const status = enclaves.setTargets(holder, target, address, size, length, TO_RESULTS, least);
    const applied = piece.slice(0, view.result(0));
    for (const { entry, offset, flags } of applied) {
      entry.Flags = flags | CFG_CALL_TARGET_PROCESSED;
      least = offset + 1;
    }
    done += length;
    if (!succeeded(status) || done >= count) return status;
  }
}

function isList(targets: unknown): targets is readonly CfgCallTargetInfo[] {
  return Array.isArray(targets);
}
