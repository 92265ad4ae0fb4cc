import type { Process } from "./process.ts";
import { STATUS_CODE_WRITTEN } from "./wasm/code-exports.ts";
import { Access } from "./wasm/exports.ts";
import { STATUS_ASKS } from "./wasm/requests-exports.ts";

/**
 * Bytes of guest memory for a system service that has asked about them: as an access of the process
 * finds them, which is not what a debugger sees of an enclave. Both stop where memory has gone in
 * the meantime.
 */
export function readAsked(process: Process, address: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const done = inRuns(process, address, length, Access.Read, (guest, from) => {
    bytes.set(guest, from);
  });
  return bytes.subarray(0, done);
}

/** @returns bytes written */
export function writeAsked(process: Process, address: number, bytes: Uint8Array): number {
  return inRuns(process, address, bytes.length, Access.Write, (guest, from) => {
    guest.set(bytes.subarray(from, from + guest.length));
  });
}

function inRuns(
  process: Process,
  address: number,
  length: number,
  access: number,
  take: (guest: Uint8Array, from: number) => void,
): number {
  const { accesses, view, agent } = process.enter();
  let done = 0;
  while (done < length) {
    const ran = agent?.begin();
    const linear = accesses.probeRange(address + done, length - done, access);
    if (linear === 0) {
      agent?.end(ran);
      const { code } = view.exception;
      accesses.clear();
      if (code === STATUS_ASKS) process.machine.pager.serve();
      else if (code !== STATUS_CODE_WRITTEN) break;
      else process.machine.codeMarks.written();
      process.enter();
      continue;
    }
    const count = view.result(0);
    take(view.bytes(linear, count), done);
    agent?.end(ran);
    done += count;
  }
  return done;
}
