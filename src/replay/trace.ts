import type { Quantity } from "./numbers.ts";
import type { Recording } from "./recording/recording.ts";

/**
 * MEMORY_BASIC_INFORMATION: what VirtualQuery says of one run of pages. All numbers, none above
 * 2^53.
 */
export interface MemoryInformation {
  BaseAddress: number;
  AllocationBase: number;
  AllocationProtect: number;
  RegionSize: number;
  State: number;
  Protect: number;
  Type: number;
}

export const MEMORY_INFORMATION_FIELDS = [
  "BaseAddress",
  "AllocationBase",
  "AllocationProtect",
  "RegionSize",
  "State",
  "Protect",
  "Type",
] as const satisfies readonly (keyof MemoryInformation)[];

/** What VirtualQuery answers. */
export type MemoryInformationText = Record<
  | "BaseAddress"
  | "AllocationBase"
  | "AllocationProtect"
  | "RegionSize"
  | "State"
  | "Protect"
  | "Type",
  string
>;

/** A call of a kind that the replayer can make. */
export type TraceCall =
  | {
      readonly name: "VirtualAlloc";
      readonly args: readonly [address: Quantity, size: Quantity, type: number, protect: number];
    }
  | {
      readonly name: "VirtualFree";
      readonly args: readonly [address: Quantity, size: Quantity, type: number];
    }
  | {
      readonly name: "VirtualProtect";
      readonly args: readonly [address: Quantity, size: Quantity, protect: number];
    }
  | { readonly name: "VirtualQuery"; readonly args: readonly [address: Quantity] }
  | { readonly name: "load"; readonly args: readonly [address: Quantity, bytes: AccessBytes] }
  | {
      readonly name: "store";
      readonly args: readonly [address: Quantity, bytes: AccessBytes, value: Quantity];
    }
  | { readonly name: "execute"; readonly args: readonly [address: Quantity] }
  | {
      readonly name: "GetWriteWatch";
      readonly args: readonly [
        flags: number,
        address: Quantity,
        size: Quantity,
        capacity: Quantity,
      ];
    }
  | {
      readonly name: "ResetWriteWatch";
      readonly args: readonly [address: Quantity, size: Quantity];
    }
  | {
      readonly name: "CreateFileMapping";
      readonly args: readonly [size: Quantity, protect: number];
      /**
       * What the handle is called from now on: the number that was recorded. Undefined where the
       * recorded call made none.
       */
      readonly handle?: Quantity | undefined;
    }
  | {
      readonly name: "MapViewOfFileEx";
      readonly args: readonly [
        handle: Quantity,
        access: number,
        offset: Quantity,
        size: Quantity,
        address: Quantity,
      ];
    }
  | { readonly name: "UnmapViewOfFile"; readonly args: readonly [address: Quantity] };

export type CallName = TraceCall["name"];
export type AccessBytes = 1 | 2 | 4 | 8;

/** An exception that an access has raised. */
export interface ExceptionText {
  /** An NTSTATUS. */
  ExceptionCode: string;
  /** Of a page fault: the access, and the address. */
  ExceptionInformation: string[];
}

/**
 * What a call answered, in the form of the file: numbers of the guest as hexadecimal text without
 * leading zeros, BOOL and last error as plain numbers. Two answers are the same when they have the
 * same fields with the same values.
 */
export interface Answer {
  /** What the function returned. */
  return?: string | number | MemoryInformationText;
  /** Of VirtualProtect: what it wrote. */
  oldProtect?: string;
  /** Of a load: the bits. */
  value?: string;
  /** Of an access that failed. */
  exception?: ExceptionText;
  /** Of GetWriteWatch: the addresses. */
  pages?: string[];
  /** Of GetWriteWatch: bytes of a page. */
  granularity?: string;
  /** Of a call that failed: the error. */
  lastError?: number;
}

/** One run of pages that existed before the first call. */
export interface InitialRow {
  readonly line: number;
  readonly information: MemoryInformation;
}

export interface CallRow {
  readonly kind: "call";
  readonly line: number;
  readonly call: TraceCall;
  readonly expected: Answer;
}

/** A call of a kind that the replayer cannot make: it counts, and fails. */
export interface NotBuiltRow {
  readonly kind: "notBuilt";
  readonly line: number;
  readonly name: string;
  readonly args: readonly unknown[];
  readonly expected: Readonly<Record<string, unknown>>;
}

export type AnswerRow = CallRow | NotBuiltRow;

/** One address space: what was in it before, and the calls made in it. */
export interface TraceProcess {
  readonly initial: readonly InitialRow[];
  readonly rows: readonly AnswerRow[];
}

export interface Trace {
  readonly file: string;
  /** The profile asked for, or else the header's. */
  readonly profile: string;
  /** What the header says was recorded. */
  readonly source: string | undefined;
  readonly processes: readonly TraceProcess[];
  /** Rows with an answer, counted before they are understood: passed + failed must come to this. */
  readonly answers: number;
  /** Of version 2, which is no list of calls; there are no `processes` then. */
  readonly recording?: Recording | undefined;
}

/** A file that cannot be replayed: where, and what is wrong. */
export class TraceError extends Error {
  /** Its name, as it was given. */
  readonly file: string;
  /** From 1; undefined where it is no single line. */
  readonly line: number | undefined;

  constructor(file: string, line: number | undefined, message: string) {
    super(line === undefined ? `${file}: ${message}` : `${file}:${line}: ${message}`);
    this.name = "TraceError";
    this.file = file;
    this.line = line;
  }
}
