import { EXCEPTION_MAXIMUM_PARAMETERS, EXCEPTION_NONCONTINUABLE } from "./constants/exception.ts";
import { type Address, dword, integer, optionBag, shown } from "./door.ts";
import type { ExceptionRecord } from "./exceptions.ts";
import type { Process } from "./process.ts";

/** What `raiseException` raises. */
export interface RaisedException {
  /** Exception code, a DWORD. */
  code: number;
  /** EXCEPTION_NONCONTINUABLE or 0; other bits are dropped. Default 0. */
  flags?: number | undefined;
  /** ExceptionInformation, at most 15 elements. Default none. */
  information?: readonly Address[] | undefined;
  /** ExceptionAddress. Default: the instruction pointer. */
  address?: Address | undefined;
}

/**
 * The record of an exception that the host raises.
 *
 * @throws TypeError, RangeError for a field that is wrong
 */
export function raisedRecord(process: Process, exception: RaisedException): ExceptionRecord {
  optionBag(exception, "exception", ["code", "flags", "information", "address"]);
  const { code, flags = 0, information = [], address } = exception;
  const { door, instructionPointer } = process;
  if (!Array.isArray(information)) {
    throw new TypeError(`information must be an array, not ${shown(information)}`);
  }
  integer(information.length, "information.length", 0, EXCEPTION_MAXIMUM_PARAMETERS);
  return {
    ExceptionCode: dword(code, "code"),
    ExceptionFlags: dword(flags, "flags") & EXCEPTION_NONCONTINUABLE,
    ExceptionRecord: null,
    ExceptionAddress: door.exactPointer(address ?? instructionPointer, "address"),
    NumberParameters: information.length,
    ExceptionInformation: information.map((value: Address, index) =>
      door.exactPointer(value, `information[${index}]`),
    ),
  };
}
