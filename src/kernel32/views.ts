import { ViewShare } from "../constants/section.ts";
import { type Address, dword, shown } from "../door.ts";
import { CURRENT_PROCESS } from "../handles.ts";
import { ntdll } from "../ntdll.ts";
import type { Process } from "../process.ts";
import { boolOf, FALSE } from "./last-error.ts";
import type { ViewFunctions } from "./views-interface.ts";

const NUMA_NO_PREFERRED_NODE = 0xffff_ffff;
const OFFSET_BITS = 64;
const OFFSET_MAXIMUM = 2n ** 64n - 1n;

export function viewFunctions(caller: Process): ViewFunctions {
  const { door } = caller;
  const services = ntdll(caller);

  const MapViewOfFileNuma2: ViewFunctions["MapViewOfFileNuma2"] = (
    handle,
    process,
    offset,
    address,
    size,
    type,
    protect,
    node,
  ) => {
    dword(node, "node");
    const base = { value: door.nullablePointer(address, "address") };
    const bytes = { value: door.pointer(size, "size") };
    const status = services.NtMapViewOfSection(
      handle,
      process,
      base,
      0,
      0,
      { value: largeOffset(offset) },
      bytes,
      ViewShare,
      dword(type, "type"),
      dword(protect, "protect"),
    );
    return boolOf(caller, status) === FALSE ? 0 : base.value;
  };

  const UnmapViewOfFile2: ViewFunctions["UnmapViewOfFile2"] = (process, address, flags) => {
    const base = door.nullablePointer(address, "address");
    const asked = dword(flags, "flags");
    return boolOf(caller, services.NtUnmapViewOfSectionEx(process, base, asked));
  };

  return {
    MapViewOfFileNuma2,
    UnmapViewOfFile2,

    MapViewOfFile2(handle, process, offset, address, size, type, protect) {
      const node = NUMA_NO_PREFERRED_NODE;
      return MapViewOfFileNuma2(handle, process, offset, address, size, type, protect, node);
    },

    MapViewOfFile3(handle, process, address, offset, size, type, protect, parameters, count) {
      const base = { value: door.nullablePointer(address, "address") };
      const bytes = { value: door.pointer(size, "size") };
      const status = services.NtMapViewOfSectionEx(
        handle,
        process || CURRENT_PROCESS,
        base,
        { value: largeOffset(offset) },
        bytes,
        dword(type, "type"),
        dword(protect, "protect"),
        parameters,
        count,
      );
      return boolOf(caller, status) === FALSE ? 0 : base.value;
    },

    UnmapViewOfFileEx(address, flags) {
      return UnmapViewOfFile2(CURRENT_PROCESS, address, flags);
    },
  };
}

/** A ULONG64 as the bits of a LARGE_INTEGER. */
function largeOffset(offset: Address): bigint {
  if (typeof offset !== "number" && typeof offset !== "bigint") {
    throw new TypeError(`offset must be a number, not ${shown(offset)}`);
  }
  if (typeof offset === "number" && !Number.isSafeInteger(offset)) {
    throw new RangeError(`offset must be an exact integer, not ${shown(offset)}`);
  }
  const exact = BigInt(offset);
  if (exact < 0n || exact > OFFSET_MAXIMUM) {
    throw new RangeError(`offset must fit in ${OFFSET_BITS} bits, not ${shown(offset)}`);
  }
  return BigInt.asIntN(OFFSET_BITS, exact);
}
