import { PROCESS_QUERY_INFORMATION, PROCESS_VM_READ } from "../constants/process.ts";
import {
  STATUS_ACCESS_VIOLATION,
  STATUS_INFO_LENGTH_MISMATCH,
  STATUS_INVALID_PARAMETER,
  STATUS_INVALID_PARAMETER_2,
  STATUS_INVALID_PARAMETER_3,
  STATUS_INVALID_PARAMETER_4,
  STATUS_INVALID_PARAMETER_5,
  STATUS_INVALID_PARAMETER_6,
  STATUS_SUCCESS,
} from "../constants/status.ts";
import {
  MemoryWorkingSetExInformation,
  MemoryWorkingSetInformation,
  VmPrefetchInformation,
} from "../constants/working-set.ts";
import { packDecision } from "../decision.ts";
import { dword, shown } from "../door.ts";
import {
  deliver,
  isServiceWritable,
  type Out,
  outAddress,
  type StructureOut,
  serviceRead,
  setStructure,
  TO_RESULTS,
} from "../out.ts";
import type { Process } from "../process.ts";
import { succeeded } from "../status.ts";
import { WORKING_SET_PAIRS } from "../wasm/working-set-services.ts";
import type { WorkingSetExInformation, WorkingSetInformation } from "../working-set-structs.ts";
import type { Handle } from "./interface.ts";
import type { RangesIn, WorkingSetServiceFunctions } from "./working-set-interface.ts";

const FLAGS_BYTES = 4;
const ENTRY_BYTES = 8;
const PAIR_BYTES = 16;
/** An answer about prefetching: no part of it depends on the address space. */
const NOTHING_TO_DO = packDecision("9#12");

/** Pairs of address and attributes: of the host, or at a guest address. */
export type WorkingSetExInOut = WorkingSetExInformation[] | number | bigint | null;

/** Parameters of NtQueryVirtualMemory, as they came. */
export interface WorkingSetQuery {
  readonly handle: Handle;
  readonly informationClass: number;
  readonly buffer: unknown;
  readonly length: number;
  readonly returnLength: Out<number>;
}

export function isWorkingSetClass(informationClass: number): boolean {
  return (
    informationClass === MemoryWorkingSetInformation ||
    informationClass === MemoryWorkingSetExInformation
  );
}

/** NtQueryVirtualMemory with one of the two classes. */
export function queryWorkingSetClass(process: Process, query: WorkingSetQuery): number {
  const { handle, informationClass, buffer, length, returnLength } = query;
  const { door } = process;
  const returnLengthAt = outAddress(returnLength, door, "ReturnLength");
  if (returnLengthAt > 0 && !isServiceWritable(process, returnLengthAt, door.pointerBytes)) {
    return STATUS_ACCESS_VIOLATION;
  }
  const isList = informationClass === MemoryWorkingSetInformation;
  const status = isList
    ? queryWorkingSet(process, handle, buffer as StructureOut<WorkingSetInformation>, length)
    : queryWorkingSetEx(process, handle, buffer as WorkingSetExInOut, length);
  if (!succeeded(status)) return status;
  const { view } = process.enter();
  const bytes = isList ? (view.result(0) + 1) * door.pointerBytes : length;
  deliver(process, returnLength, returnLengthAt, bytes, door.pointerBytes);
  return status;
}

/** MemoryWorkingSetInformation: what QueryWorkingSet asks. */
export function queryWorkingSet(
  process: Process,
  handle: Handle,
  buffer: StructureOut<WorkingSetInformation>,
  length: number,
): number {
  const { door } = process;
  const target = targetOf(process, handle);
  const bufferAt = outAddress(buffer, door, "buffer");
  const { workingSet, view } = process.enter();
  const entries: number[] = [];
  let page = 0;
  do {
    const status = workingSet.query(target, bufferAt, length, page);
    const count = view.result(0);
    if (!succeeded(status)) {
      // The count is known where only the room is missing.
      const isShort = status === STATUS_INFO_LENGTH_MISMATCH && count > 0;
      if (isShort) setStructure(buffer, { NumberOfEntries: count });
      return status;
    }
    if (bufferAt !== TO_RESULTS) return status;
    const area = view.transferView;
    for (let i = 0; i < view.result(1); i++) {
      entries.push(Number(area.getBigUint64(i * ENTRY_BYTES, true)));
    }
    page = view.result(2);
  } while (page !== 0);
  setStructure(buffer, { NumberOfEntries: entries.length, WorkingSetInfo: entries });
  return STATUS_SUCCESS;
}

/** MemoryWorkingSetExInformation: what QueryWorkingSetEx asks. */
export function queryWorkingSetEx(
  process: Process,
  handle: Handle,
  buffer: WorkingSetExInOut,
  length: number,
): number {
  const { door } = process;
  const target = targetOf(process, handle);
  const entryBytes = 2 * door.pointerBytes;
  if (!Array.isArray(buffer)) {
    const bufferAt = pairsAddress(process, buffer);
    return process.enter().workingSet.queryEx(target, bufferAt, length);
  }
  if (length > buffer.length * entryBytes) {
    throw new RangeError(
      `length must be 0 to ${buffer.length * entryBytes} for this buffer, not ${shown(length)}`,
    );
  }
  const pairs = buffer.slice(0, Math.floor(length / entryBytes));
  const addresses = pairs.map(({ VirtualAddress }, index) =>
    BigInt(door.nullablePointer(VirtualAddress, `buffer[${index}].VirtualAddress`)),
  );
  const { workingSet, view } = process.enter();
  if (length === 0 || length % entryBytes !== 0) {
    return workingSet.queryEx(target, TO_RESULTS, length);
  }
  for (let done = 0; done < pairs.length; done += WORKING_SET_PAIRS) {
    const part = pairs.slice(done, done + WORKING_SET_PAIRS);
    const area = view.transferView;
    for (const i of part.keys()) area.setBigUint64(i * PAIR_BYTES, addresses[done + i] ?? 0n, true);
    const status = workingSet.queryEx(target, TO_RESULTS, part.length * entryBytes);
    if (!succeeded(status)) return status;
    const answers = view.transferView;
    for (const [i, pair] of part.entries()) {
      pair.VirtualAttributes = answers.getUint32(i * PAIR_BYTES + ENTRY_BYTES, true);
    }
  }
  return STATUS_SUCCESS;
}

export function workingSetServices(process: Process): WorkingSetServiceFunctions {
  const { door, handles, machine } = process;

  /** Whether one of the ranges is empty; null where they cannot be read. */
  function hasEmptyRange(ranges: RangesIn, count: number): boolean | null {
    if (Array.isArray(ranges)) {
      return ranges.slice(0, count).some(({ NumberOfBytes }) => Number(NumberOfBytes) === 0);
    }
    const at = outAddress(ranges, door, "VirtualAddresses");
    const bytes = door.pointerBytes;
    for (let i = 0; i < count; i++) {
      const size = serviceRead(process, at + (2 * i + 1) * bytes, bytes);
      if (size === null) return null;
      if (size.every((byte) => byte === 0)) return true;
    }
    return false;
  }

  return {
    NtSetInformationVirtualMemory(
      ProcessHandle,
      VmInformationClass,
      NumberOfEntries,
      VirtualAddresses,
      VmInformation,
      VmInformationLength,
    ) {
      const handle = door.handle(ProcessHandle, "ProcessHandle");
      const kind = dword(VmInformationClass, "VmInformationClass");
      const count = door.pointer(NumberOfEntries, "NumberOfEntries");
      checkRanges(process, VirtualAddresses, count);
      const flagsAt = outAddress(VmInformation, door, "VmInformation");
      const length = dword(VmInformationLength, "VmInformationLength");
      const given = flagsIn(VmInformation);
      const { workingSet, view } = process.enter();
      const isPlain = machine.options.statusStyle === "plain";

      function answer(row: string, status: number, plain = STATUS_INVALID_PARAMETER): number {
        view.decision = packDecision(row);
        return isPlain ? plain : status;
      }

      if (kind !== VmPrefetchInformation) return answer("9#6", STATUS_INVALID_PARAMETER_2);
      if (flagsAt === 0) return answer("9#7", STATUS_INVALID_PARAMETER_5);
      if (length !== FLAGS_BYTES) return answer("9#8", STATUS_INVALID_PARAMETER_6);
      if (count === 0) return answer("9#9", STATUS_INVALID_PARAMETER_3);
      const noAccess = STATUS_ACCESS_VIOLATION;
      if (VirtualAddresses === null) return answer("9#10", noAccess, noAccess);
      const isEmpty = hasEmptyRange(VirtualAddresses, count);
      const flags = flagsAt > 0 ? readFlags(process, flagsAt) : given;
      if (isEmpty === null || flags === null) return answer("9#10", noAccess, noAccess);
      if (isEmpty) return answer("9#11", STATUS_INVALID_PARAMETER_4);
      if (flags !== 0) return answer("17.16#6", STATUS_INVALID_PARAMETER);
      // No more is asked than whether the process is there: what is prefetched is no fact here.
      const target = handles.target(handle, PROCESS_QUERY_INFORMATION);
      const status = workingSet.memoryCounters(target);
      view.decision = NOTHING_TO_DO;
      return status;
    },
  };
}

function targetOf({ door, handles }: Process, handle: Handle): number {
  const rights = PROCESS_QUERY_INFORMATION | PROCESS_VM_READ;
  return handles.target(door.handle(handle, "process"), rights);
}

/** A guest address; an object is no array. */
function pairsAddress(process: Process, buffer: unknown): number {
  const at = outAddress(buffer, process.door, "buffer");
  if (at !== TO_RESULTS) return at;
  throw new TypeError(`buffer must be an array, a guest address or null, not ${shown(buffer)}`);
}

function checkRanges({ door }: Process, ranges: RangesIn, count: number): void {
  if (!Array.isArray(ranges)) {
    if (typeof ranges === "object" && ranges !== null) {
      throw new TypeError(
        `VirtualAddresses must be an array, a guest address or null, not ${shown(ranges)}`,
      );
    }
    if (ranges !== null) door.pointer(ranges as number, "VirtualAddresses");
    return;
  }
  if (count > ranges.length) {
    throw new RangeError(
      `NumberOfEntries must be 0 to ${ranges.length} for this array, not ${shown(count)}`,
    );
  }
  for (const [index, { VirtualAddress, NumberOfBytes }] of ranges.entries()) {
    door.nullablePointer(VirtualAddress, `VirtualAddresses[${index}].VirtualAddress`);
    door.pointer(NumberOfBytes, `VirtualAddresses[${index}].NumberOfBytes`);
  }
}

function flagsIn(information: unknown): number {
  if (typeof information !== "object" || information === null) return 0;
  return dword((information as { value: number }).value, "VmInformation.value");
}

function readFlags(process: Process, address: number): number | null {
  const bytes = serviceRead(process, address, FLAGS_BYTES);
  return bytes && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}
