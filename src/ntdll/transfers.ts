import { PROCESS_VM_READ, PROCESS_VM_WRITE } from "../constants/process.ts";
import type { Process } from "../process.ts";
import { readVirtual, writeVirtual } from "../transfer.ts";
import type { Ntdll } from "./interface.ts";

export function transferServices(
  process: Process,
): Pick<Ntdll, "NtReadVirtualMemory" | "NtWriteVirtualMemory"> {
  const { door, handles } = process;

  return {
    NtReadVirtualMemory(ProcessHandle, BaseAddress, Buffer, NumberOfBytesToRead, done) {
      return readVirtual(process, {
        target: handles.target(door.handle(ProcessHandle, "ProcessHandle"), PROCESS_VM_READ),
        address: door.nullablePointer(BaseAddress, "BaseAddress"),
        buffer: Buffer,
        size: door.pointer(NumberOfBytesToRead, "NumberOfBytesToRead"),
        done,
      });
    },

    NtWriteVirtualMemory(ProcessHandle, BaseAddress, Buffer, NumberOfBytesToWrite, done) {
      return writeVirtual(process, {
        target: handles.target(door.handle(ProcessHandle, "ProcessHandle"), PROCESS_VM_WRITE),
        address: door.nullablePointer(BaseAddress, "BaseAddress"),
        buffer: Buffer,
        size: door.pointer(NumberOfBytesToWrite, "NumberOfBytesToWrite"),
        done,
      });
    },
  };
}
