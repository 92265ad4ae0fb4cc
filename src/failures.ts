import {
  STATUS_COMMITMENT_LIMIT,
  STATUS_NO_MEMORY,
  STATUS_WORKING_SET_QUOTA,
} from "./constants/status.ts";
import { integer, optionBag, shown } from "./door.ts";
import { type LackingService, PlannedFailures } from "./wasm/planned-failures.ts";

/** A call that may lack memory. Each counts whatever face makes it, and by whichever form. */
export type FailingCall =
  | "VirtualAlloc"
  | "VirtualAlloc2"
  | "VirtualProtect"
  | "VirtualLock"
  | "CreateFileMapping"
  | "MapViewOfFile"
  | "MapViewOfFile3";

/** One call that fails as if memory were at its end, and changes nothing. */
export interface CallFailure {
  /** Which calls are counted. Default: all that may lack memory, together. */
  readonly call?: FailingCall | undefined;
  /** The call that fails, 1 to 2^31-1; 1 is the first. */
  readonly nth: number;
  /**
   * What it fails with: an NTSTATUS from 0xc0000000 on. Default: what Windows says when memory is
   * at its end.
   */
  readonly error?: number | undefined;
}

const SERVICES: Readonly<Record<FailingCall, LackingService>> = {
  /** VirtualAlloc, VirtualAllocEx, VirtualAllocExNuma, NtAllocateVirtualMemory and the like. */
  VirtualAlloc: {
    exports: ["allocateF64", "allocateNumaF64"],
    status: STATUS_COMMITMENT_LIMIT,
  },
  /** And NtAllocateVirtualMemoryEx. */
  VirtualAlloc2: { exports: ["allocateExF64"], status: STATUS_COMMITMENT_LIMIT },
  VirtualProtect: { exports: ["protectF64"], status: STATUS_COMMITMENT_LIMIT },
  VirtualLock: { exports: ["lockF64"], status: STATUS_WORKING_SET_QUOTA },
  /** NtCreateSection too. */
  CreateFileMapping: {
    exports: ["sectionCreateF64", "sectionCreateFileF64", "sectionCreateImageF64"],
    status: STATUS_COMMITMENT_LIMIT,
  },
  MapViewOfFile: { exports: ["viewMapF64"], status: STATUS_NO_MEMORY },
  MapViewOfFile3: { exports: ["viewMapExF64"], status: STATUS_NO_MEMORY },
};

const NTH_MAXIMUM = 2 ** 31 - 1;
const ERROR_MINIMUM = 0xc000_0000;
const ERROR_MAXIMUM = 0xffff_ffff;

/** @throws TypeError, RangeError that says which one is wrong, and why */
export function checkFailures(failures: unknown): readonly CallFailure[] {
  if (!Array.isArray(failures)) {
    throw new TypeError(`failures must be an array, not ${shown(failures)}`);
  }
  return failures.map((given: unknown, index) => {
    const name = `failures[${index}]`;
    optionBag(given, name, ["call", "nth", "error"]);
    const { call, nth, error } = given as CallFailure;
    integer(nth, `${name}.nth`, 1, NTH_MAXIMUM);
    if (error !== undefined) integer(error, `${name}.error`, ERROR_MINIMUM, ERROR_MAXIMUM);
    if (call !== undefined && !Object.hasOwn(SERVICES, call)) {
      const alternatives = Object.keys(SERVICES).map((word) => `"${word}"`);
      const Kind = typeof call === "string" ? RangeError : TypeError;
      throw new Kind(`${name}.call must be one of ${alternatives.join(", ")}, not ${shown(call)}`);
    }
    return Object.freeze({ ...(given as CallFailure) });
  });
}

export function plannedFailures(failures: readonly CallFailure[]): PlannedFailures {
  const planned = failures.map(({ call, nth, error = 0 }) => {
    return { exports: call === undefined ? [] : SERVICES[call].exports, nth, status: error };
  });
  return new PlannedFailures(planned, Object.values(SERVICES));
}
