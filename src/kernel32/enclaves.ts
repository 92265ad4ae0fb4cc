import {
  ERROR_CALL_NOT_IMPLEMENTED,
  ERROR_NOACCESS,
  ERROR_NOT_SUPPORTED,
} from "../constants/error.ts";
import { PROCESS_VM_OPERATION } from "../constants/process.ts";
import { STATUS_ENCLAVE_FAILURE } from "../constants/status.ts";
import { packDecision } from "../decision.ts";
import { type Address, dword, truth } from "../door.ts";
import type { Handle } from "../ntdll/interface.ts";
import {
  isServiceWritable,
  numberBytes,
  type Out,
  outAddress,
  setOut,
  TO_RESULTS,
} from "../out.ts";
import type { Process } from "../process.ts";
import { writeAsked } from "../service-bytes.ts";
import { succeeded } from "../status.ts";
import { PAGE_BYTES } from "../wasm/exports.ts";
import type { EnclaveFunctions } from "./enclaves-interface.ts";
import { boolOf, FALSE, refuse, TRUE } from "./last-error.ts";
import { setTargets } from "./targets.ts";

const ERROR_RESULT = 3;
const SUPPORTED = packDecision("10#1");
const CALLED = packDecision("10#9");

export function enclaveFunctions(caller: Process): EnclaveFunctions {
  const { door, handles } = caller;

  function targetOf(process: Handle): number {
    return handles.target(door.handle(process, "process"), PROCESS_VM_OPERATION);
  }

  /** Where the core looks at bytes that come in: TO_RESULTS where they are the host's. */
  function bytesAt(bytes: unknown, length: number, name: string): number {
    if (bytes === null) return 0;
    if (!(bytes instanceof Uint8Array)) return door.pointer(bytes as Address, name);
    if (length > bytes.length) {
      throw new RangeError(`${name} must have ${length} bytes, not ${bytes.length}`);
    }
    return TO_RESULTS;
  }

  /** BOOL, and what the processor says about a failure. */
  function finish(status: number, enclaveError: Out<number>): number {
    const { view } = caller.enter();
    const hasError = succeeded(status) || status === STATUS_ENCLAVE_FAILURE;
    if (hasError) setOut(enclaveError, view.result(ERROR_RESULT));
    return boolOf(caller, status);
  }

  return {
    IsEnclaveTypeSupported(type) {
      const asked = dword(type, "type");
      const { enclaves, view } = caller.enter();
      if (!enclaves.isSupported(asked)) return refuse(caller, SUPPORTED, ERROR_NOT_SUPPORTED);
      view.decision = SUPPORTED;
      return TRUE;
    },

    CreateEnclave(
      process,
      address,
      size,
      initialCommitment,
      type,
      information,
      informationLength,
      enclaveError,
    ) {
      const length = dword(informationLength, "informationLength");
      const target = targetOf(process);
      const base = door.nullablePointer(address, "address");
      const bytes = door.pointer(size, "size");
      const initial = door.pointer(initialCommitment, "initialCommitment");
      const kind = dword(type, "type");
      const at = bytesAt(information, length, "information");
      const errorAt = outAddress(enclaveError, door, "enclaveError");
      const { enclaves, view } = caller.enter();
      const status = enclaves.create(target, base, bytes, initial, kind, at, length, errorAt);
      return finish(status, enclaveError) === FALSE ? 0 : view.result(0);
    },

    LoadEnclaveData(
      process,
      address,
      buffer,
      size,
      protect,
      _pageInformation,
      informationLength,
      bytesWritten,
      enclaveError,
    ) {
      const length = dword(informationLength, "informationLength");
      const target = targetOf(process);
      const at = door.pointer(address, "address");
      const bytes = door.pointer(size, "size");
      const flags = dword(protect, "protect");
      const bufferAt = bytesAt(buffer, bytes, "buffer");
      const doneAt = outAddress(bytesWritten, door, "bytesWritten");
      const errorAt = outAddress(enclaveError, door, "enclaveError");
      const { enclaves } = caller.enter();
      const status = enclaves.load(target, at, bufferAt, bytes, flags, length, doneAt, errorAt);
      if (succeeded(status)) {
        if (buffer instanceof Uint8Array) fill(target, at, buffer.subarray(0, bytes));
        setOut(bytesWritten, bytes);
      }
      return finish(status, enclaveError);
    },

    InitializeEnclave(process, address, information, informationLength, enclaveError) {
      const length = dword(informationLength, "informationLength");
      const target = targetOf(process);
      const at = door.pointer(address, "address");
      const informationAt = bytesAt(information, length, "information");
      const errorAt = outAddress(enclaveError, door, "enclaveError");
      const { enclaves } = caller.enter();
      const status = enclaves.initialize(target, at, informationAt, length, errorAt);
      return finish(status, enclaveError);
    },

    DeleteEnclave(address) {
      const base = door.pointer(address, "address");
      return boolOf(caller, caller.enter().enclaves.delete(base));
    },

    TerminateEnclave(address, wait) {
      const base = door.pointer(address, "address");
      boolean(wait);
      return boolOf(caller, caller.enter().enclaves.terminate(base));
    },

    CallEnclave(routine, parameter, wait, returnValue) {
      const at = door.pointer(routine, "routine");
      const argument = door.exactPointer(parameter, "parameter");
      boolean(wait);
      const returnAt = outAddress(returnValue, door, "returnValue");
      const { enclaves, view } = caller.enter();
      const status = enclaves.call(at);
      if (!succeeded(status)) return boolOf(caller, status);
      const base = view.result(0);
      const run = caller.enclaveRoutine;
      if (run === undefined) return refuse(caller, CALLED, ERROR_CALL_NOT_IMPLEMENTED);
      if (returnAt > 0 && !isServiceWritable(caller, returnAt, door.pointerBytes)) {
        return refuse(caller, CALLED, ERROR_NOACCESS);
      }
      const value = caller.currentThread.runInEnclave(base, () => run(at, argument));
      const returned = door.exactPointer(value, "what enclaveRoutine returns");
      if (typeof returnValue === "object" && returnValue !== null) returnValue.value = returned;
      else if (returnAt > 0) writeAsked(caller, returnAt, numberBytes(returned, door.pointerBytes));
      caller.enter().view.decision = CALLED;
      return TRUE;
    },

    SetProcessValidCallTargets(process, address, size, count, targets) {
      const handle = door.handle(process, "process");
      const at = door.pointer(address, "address");
      const bytes = door.pointer(size, "size");
      const entries = dword(count, "count");
      return boolOf(caller, setTargets(caller, handle, at, bytes, entries, targets));
    },
  };

  /** The content of pages that the core has given frames to. */
  function fill(space: number, address: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; done += PAGE_BYTES) {
      const linear = caller.core.poke(space, address + done);
      const page = caller.core.view.bytes(linear, PAGE_BYTES);
      page.set(bytes.subarray(done, done + PAGE_BYTES));
    }
  }
}

function boolean(wait: unknown): void {
  if (typeof wait === "number") dword(wait, "wait");
  else truth(wait, "wait");
}
