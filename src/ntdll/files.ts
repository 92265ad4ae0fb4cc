import { SECTION_EXTEND_SIZE } from "../constants/section.ts";
import { STATUS_ACCESS_VIOLATION, STATUS_SUCCESS } from "../constants/status.ts";
import { packDecision } from "../decision.ts";
import { OpenFile } from "../files.ts";
import {
  deliver,
  isServiceWritable,
  largeInteger,
  outAddress,
  readLargeInteger,
  TO_RESULTS,
} from "../out.ts";
import { statusOf } from "../pager.ts";
import type { Process } from "../process.ts";
import { Section } from "../section.ts";
import { succeeded } from "../status.ts";
import { STATUS_ASKS } from "../wasm/requests-exports.ts";
import { grow } from "./create-section.ts";
import type { NtdllFiles } from "./file-interface.ts";

const EXTEND = packDecision("17.12");
const FLUSH = packDecision("7.11");
const LARGE_INTEGER_BYTES = 8;

export function fileServices(process: Process): NtdllFiles {
  const { door, handles } = process;

  /** The order of 17.12: what the handle leads to is judged after the pointer. */
  function extend(target: number, section: Section | undefined, size: bigint): number {
    const { services, view } = process.enter();
    for (;;) {
      const fileBytes = section?.file?.backing.sizeBytes ?? 0;
      const status = services.sectionExtend(target, fileBytes, Number(size));
      if (status !== STATUS_ASKS || section?.file === undefined) return status;
      const refusal = grow(section.file, view.result(0));
      if (refusal !== 0) return refusal;
    }
  }

  return {
    NtExtendSection(SectionHandle, NewSectionSize) {
      const handle = door.handle(SectionHandle, "SectionHandle");
      const sizeAt = outAddress(NewSectionSize, door, "NewSectionSize");
      const given = largeInteger(NewSectionSize, "NewSectionSize");
      const { view } = process.enter();
      view.decision = EXTEND;
      const size = sizeAt === TO_RESULTS ? given : readSize(process, sizeAt);
      if (size === null) return STATUS_ACCESS_VIOLATION;
      const section = handles.section(handle, SECTION_EXTEND_SIZE);
      const status =
        section instanceof Section
          ? extend(section.number, section, size)
          : extend(section, undefined, size);
      if (!succeeded(status)) return status;
      deliver(process, NewSectionSize, sizeAt, view.result(0), LARGE_INTEGER_BYTES);
      view.decision = EXTEND;
      return status;
    },

    NtFlushBuffersFile(FileHandle) {
      const file = handles.file(door.handle(FileHandle, "FileHandle"));
      process.enter().view.decision = FLUSH;
      if (!(file instanceof OpenFile)) return file;
      try {
        file.backing.flush();
        return STATUS_SUCCESS;
      } catch (error) {
        return statusOf(error);
      }
    },
  };
}

function readSize(process: Process, address: number): bigint | null {
  if (address === 0 || !isServiceWritable(process, address, LARGE_INTEGER_BYTES)) return null;
  return readLargeInteger(process, address);
}
