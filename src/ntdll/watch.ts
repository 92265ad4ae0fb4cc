import { PROCESS_VM_OPERATION } from "../constants/process.ts";
import { dword } from "../door.ts";
import { inValue, outAddress, setOut, TO_RESULTS } from "../out.ts";
import type { Process } from "../process.ts";
import { succeeded } from "../status.ts";
import { PAGE_BYTES, WATCH_ENTRIES } from "../wasm/exports.ts";
import type { Ntdll } from "./interface.ts";
import { readPointer, writePointer } from "./pointers.ts";

export function watchServices(
  process: Process,
): Pick<Ntdll, "NtGetWriteWatch" | "NtResetWriteWatch"> {
  const { door, handles } = process;

  return {
    NtGetWriteWatch(
      ProcessHandle,
      Flags,
      BaseAddress,
      RegionSize,
      UserAddressArray,
      EntriesInUserAddressArray,
      Granularity,
    ) {
      const handle = door.handle(ProcessHandle, "ProcessHandle");
      const target = handles.target(handle, PROCESS_VM_OPERATION);
      const flags = dword(Flags, "Flags");
      const base = door.nullablePointer(BaseAddress, "BaseAddress");
      const size = door.pointer(RegionSize, "RegionSize");
      const arrayAt = outAddress(UserAddressArray, door, "UserAddressArray");
      const countAt = outAddress(EntriesInUserAddressArray, door, "EntriesInUserAddressArray");
      const count = inValue(EntriesInUserAddressArray, door, "EntriesInUserAddressArray");
      const granularityAt = outAddress(Granularity, door, "Granularity");
      const { services, view } = process.enter();
      const isOurs = arrayAt === TO_RESULTS;
      const capacity = isOurs && countAt > 0 ? readPointer(process, countAt) : count;
      const limit = isOurs ? WATCH_ENTRIES : Number.MAX_SAFE_INTEGER;
      const first = Math.min(count, limit);
      const status = services.getWriteWatch(
        target,
        flags,
        base,
        size,
        arrayAt,
        countAt,
        first,
        granularityAt,
      );
      if (!succeeded(status)) return status;
      setOut(Granularity, view.result(1));
      if (!isOurs) {
        setOut(EntriesInUserAddressArray, view.result(0));
        return status;
      }

      // Only reported pages are reset, so the pages behind the last one of a full transfer area can
      // be asked next.
      const pages = takeEntries();
      const end = base + size;
      let last = pages.at(-1);
      while (last !== undefined && pages.length < capacity && last + PAGE_BYTES < end) {
        if (pages.length % WATCH_ENTRIES !== 0) break;
        const from = last + PAGE_BYTES;
        const room = Math.min(capacity - pages.length, WATCH_ENTRIES);
        services.getWriteWatch(
          target,
          flags,
          from,
          end - from,
          TO_RESULTS,
          TO_RESULTS,
          room,
          TO_RESULTS,
        );
        const more = takeEntries();
        pages.push(...more);
        last = more.at(-1);
      }
      if (typeof UserAddressArray === "object" && UserAddressArray !== null) {
        UserAddressArray.value = pages;
      }
      setOut(EntriesInUserAddressArray, pages.length);
      if (countAt > 0 && pages.length > WATCH_ENTRIES) writePointer(process, countAt, pages.length);
      return status;

      function takeEntries(): number[] {
        return view.transferNumbers(view.result(0));
      }
    },

    NtResetWriteWatch(ProcessHandle, BaseAddress, RegionSize) {
      const handle = door.handle(ProcessHandle, "ProcessHandle");
      const target = handles.target(handle, PROCESS_VM_OPERATION);
      const base = door.nullablePointer(BaseAddress, "BaseAddress");
      const size = door.pointer(RegionSize, "RegionSize");
      return process.enter().services.resetWriteWatch(target, base, size);
    },
  };
}
