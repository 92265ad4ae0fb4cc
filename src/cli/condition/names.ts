import * as constants from "../../constants.ts";
import { MEM_COMMIT, MEM_FREE, MEM_RESERVE } from "../../constants.ts";
import { kernel32 } from "../../kernel32.ts";
import type { Machine } from "../../machine.ts";
import type { Process } from "../../process.ts";
import type { MemoryInformation } from "../../replay/trace.ts";
import { type MemoryMap, readMap, sum } from "../map.ts";

/** Undefined where there is no such number: of an address that is not committed, say. */
export type Numeric = number | bigint | undefined;

/** Numbers of a machine, by their names. */
export const MACHINE_NUMBERS: Readonly<Record<string, (machine: Machine) => Numeric>> = {
  processes: (machine) => machine.processes.length,
  machineCommitCharge: (machine) => machine.counters.commitCharge,
};

/** Numbers of a process. */
export const PROCESS_NUMBERS: Readonly<Record<string, (process: Process) => Numeric>> = {
  regions: (process) => process.counters.regions,
  committedBytes: (process) => sum(mapOf(process).regions, (region) => region.committed),
  reservedBytes: (process) => process.counters.regionBytes,
  touchedBytes: (process) => sum(mapOf(process).regions, (region) => region.touched),
  commitCharge: (process) => process.counters.commitCharge,
  residentPages: (process) => process.counters.residentPages,
  lockedPages: (process) => process.counters.lockedPages,
  handles: (process) => process.handles.list().length,
};

/** Numbers of an address in a process. */
export const ADDRESS_NUMBERS: Readonly<
  Record<string, (process: Process, address: number) => Numeric>
> = {
  state: (process, address) => query(process, address)?.State,
  protect: (process, address) => query(process, address)?.Protect,
  type: (process, address) => query(process, address)?.Type,
  allocationProtect: (process, address) => query(process, address)?.AllocationProtect,
  allocationBase: (process, address) => query(process, address)?.AllocationBase,
  regionSize: (process, address) => query(process, address)?.RegionSize,
  value8: (process, address) => value(process, address, 1),
  value16: (process, address) => value(process, address, 2),
  value32: (process, address) => value(process, address, 4),
  value64: (process, address) => value(process, address, 8),
};

/** What is so of an address, or not. */
export const ADDRESS_TRUTHS: Readonly<
  Record<string, (process: Process, address: number) => boolean>
> = {
  committed: (process, address) => query(process, address)?.State === MEM_COMMIT,
  reserved: (process, address) => query(process, address)?.State === MEM_RESERVE,
  free: (process, address) => query(process, address)?.State === MEM_FREE,
};

/** A constant of the Windows headers. */
export function constantOf(name: string): number | undefined {
  const found: unknown = Object.hasOwn(constants, name) && Reflect.get(constants, name);
  return typeof found === "number" ? found : undefined;
}

function mapOf(process: Process): MemoryMap {
  return readMap({
    pointerBytes: process.machine.pointerBytes,
    query: (address) => query(process, address) ?? null,
    touchedBytes: (base, size) => process.touchedBytes(base, size),
  });
}

function query(process: Process, address: number): MemoryInformation | undefined {
  if (address > process.machine.highestUserAddress) return undefined;
  const information = {} as MemoryInformation;
  return kernel32(process).VirtualQuery(address, information) === 0 ? undefined : information;
}

/** Little-endian, as a debugger reads it. */
function value(process: Process, address: number, bytes: number): bigint | undefined {
  if (address > process.machine.highestUserAddress) return undefined;
  const read = process.debugView.read(address, bytes);
  if (read.done < bytes) return undefined;
  return read.bytes.reduceRight((higher, byte) => higher * 256n + BigInt(byte), 0n);
}
