import {
  PAGE_EXECUTE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_EXECUTE_WRITECOPY,
} from "../constants/memory.ts";
import { PROCESS_VM_OPERATION } from "../constants/process.ts";
import { FILE_MAP_EXECUTE } from "../constants/section.ts";
import { packDecision } from "../decision.ts";
import { type Address, dword, integer, shown } from "../door.ts";
import type { Process } from "../process.ts";
import type { Kernel32 } from "./interface.ts";
import { boolOf, FALSE, Rule, refuse } from "./last-error.ts";
import type { WorkingSetFunctions } from "./working-set-interface.ts";

const ALLOCATION_GRANULARITY = 0x10000;
/** 2.1#0b: a hint for a node that kernel32 masks off. */
const NODE_BITS = 0x3f;
const WRITES_CODE = PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY;
const RUNS_CODE = PAGE_EXECUTE | PAGE_EXECUTE_READ;
const WIDE_MAXIMUM = 0xffff_ffff_ffff_ffffn;

const ALLOCATE = packDecision("17.11#3");
const PROTECT = packDecision("17.11#4");
const MAP = packDecision("17.11#5");

export type FromAppFunctions = Pick<
  WorkingSetFunctions,
  | "VirtualAllocExNuma"
  | "VirtualAllocFromApp"
  | "VirtualAlloc2FromApp"
  | "VirtualProtectFromApp"
  | "MapViewOfFileFromApp"
>;

/** Calls that do as others do, and allow less or prefer a node (17.11). */
export function fromAppFunctions(
  caller: Process,
  others: Pick<Kernel32, "VirtualAlloc" | "VirtualAlloc2" | "VirtualProtect" | "MapViewOfFile">,
): FromAppFunctions {
  const { door, handles, machine } = caller;
  const { codeGeneration } = machine.options;

  function isCode(protect: number): boolean {
    return (dword(protect, "protect") & (WRITES_CODE | RUNS_CODE)) !== 0;
  }

  return {
    VirtualAllocExNuma(process, address, size, type, protect, node) {
      const target = handles.target(door.handle(process, "process"), PROCESS_VM_OPERATION);
      const base = door.nullablePointer(address, "address");
      const bytes = door.pointer(size, "size");
      const flags = (dword(type, "type") & ~NODE_BITS) >>> 0;
      dword(protect, "protect");
      dword(node, "node");
      if (base > 0 && base < ALLOCATION_GRANULARITY) return refuse(caller, Rule.BaseTooLow);
      const { workingSet, view } = caller.enter();
      const status = workingSet.allocateNuma(target, base, bytes, flags, protect, node);
      return boolOf(caller, status) === FALSE ? 0 : view.result(0);
    },

    VirtualAllocFromApp(address, size, type, protect) {
      if (isCode(protect)) return refuse(caller, ALLOCATE);
      return others.VirtualAlloc(address, size, type, protect);
    },

    VirtualAlloc2FromApp(process, address, size, type, protect, parameters, count) {
      if (isCode(protect)) return refuse(caller, ALLOCATE);
      return others.VirtualAlloc2(process, address, size, type, protect, parameters, count);
    },

    VirtualProtectFromApp(address, size, protect, old) {
      const refused = codeGeneration ? WRITES_CODE : WRITES_CODE | RUNS_CODE;
      if ((dword(protect, "protect") & refused) !== 0) return refuse(caller, PROTECT);
      return others.VirtualProtect(address, size, protect, old);
    },

    MapViewOfFileFromApp(handle, access, offset, size) {
      const isExecute = (dword(access, "access") & FILE_MAP_EXECUTE) !== 0;
      const wide = unsigned64(offset, "offset");
      if (isExecute && !codeGeneration) return refuse(caller, MAP);
      const high = Number(wide >> 32n);
      return others.MapViewOfFile(handle, access, high, Number(wide & 0xffff_ffffn), size);
    },
  };
}

/** A ULONG64, on either width of pointers. */
function unsigned64(value: Address, name: string): bigint {
  if (typeof value !== "bigint") return BigInt(integer(value, name, 0, Number.MAX_SAFE_INTEGER));
  if (value < 0n || value > WIDE_MAXIMUM) {
    throw new RangeError(`${name} must fit in 64 bits, not ${shown(value)}`);
  }
  return value;
}
