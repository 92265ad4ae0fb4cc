import { kernel32 } from "../kernel32.ts";
import type { Process } from "../process.ts";
import { inCe } from "./errors.ts";
import type { Coredll } from "./interface.ts";
import { dwordSize } from "./sizes.ts";

type SectionFunctions = Pick<
  Coredll,
  | "CreateFileMapping"
  | "CreateFileMappingW"
  | "MapViewOfFile"
  | "UnmapViewOfFile"
  | "FlushViewOfFile"
>;

export function sectionFunctions(caller: Process): SectionFunctions {
  const calls = kernel32(caller);
  const CreateFileMapping: Coredll["CreateFileMapping"] = (...section) =>
    inCe(caller, calls.CreateFileMapping(...section));

  return {
    CreateFileMapping,
    CreateFileMappingW: CreateFileMapping,

    MapViewOfFile(handle, access, offsetHigh, offsetLow, size) {
      const bytes = dwordSize(size);
      return inCe(caller, calls.MapViewOfFile(handle, access, offsetHigh, offsetLow, bytes));
    },

    UnmapViewOfFile: calls.UnmapViewOfFile,

    FlushViewOfFile(address, size) {
      return calls.FlushViewOfFile(address, dwordSize(size));
    },
  };
}
