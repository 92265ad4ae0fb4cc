import type { BasicInformation } from "../../src/model/query.ts";
import { type Caller, ended, exact, returned, type Service } from "./core-caller.ts";
import { bytesText, hex } from "./subject.ts";

const FAILED_WATCH = 0xffffffff;
const BASIC_FIELDS = [
  "BaseAddress",
  "AllocationBase",
  "AllocationProtect",
  "RegionSize",
  "State",
  "Protect",
  "Type",
];
const REGION_FIELDS = ["AllocationBase", "AllocationProtect", "Flags", "RegionSize", "CommitSize"];

export function emptyInformation(): BasicInformation {
  return {
    BaseAddress: 0,
    AllocationBase: 0,
    AllocationProtect: 0,
    RegionSize: 0,
    State: 0,
    Protect: 0,
    Type: 0,
  };
}

/** Everything else that ntdll has. */
export function serviceNt(caller: Caller, step: Service): string {
  const { handle, machine, nt } = caller;
  switch (step.op) {
    case "query": {
      const info = emptyInformation();
      const length = machine.pointerBytes === 8 ? 48 : 28;
      const status = nt.NtQueryVirtualMemory(handle, exact(step.address), 0, info, length);
      return ended(status, () => JSON.stringify(info, BASIC_FIELDS));
    }
    case "queryRegion": {
      const info = {};
      const length = machine.pointerBytes === 8 ? 0x30 : 0x1c;
      const status = nt.NtQueryVirtualMemory(handle, exact(step.address), 3, info, length);
      return ended(status, () => JSON.stringify(info, REGION_FIELDS));
    }
    case "lock":
    case "unlock": {
      const base = { value: exact(step.base) };
      const size = { value: exact(step.size) };
      const call = step.op === "lock" ? nt.NtLockVirtualMemory : nt.NtUnlockVirtualMemory;
      const status = call(handle, base, size, step.mapType);
      return ended(status, () => `${hex(base.value)} ${hex(size.value)}`);
    }
    case "getWriteWatch": {
      const pages = { value: [] as number[] };
      const count = { value: step.capacity };
      const status = nt.NtGetWriteWatch(
        handle,
        step.flags,
        exact(step.base),
        exact(step.size),
        step.missing === "array" ? null : pages,
        step.missing === "count" ? null : count,
        step.missing === "granularity" ? null : { value: 0 },
      );
      return ended(status, () => pages.value.slice(0, count.value).map(hex).join(" "));
    }
    case "resetWriteWatch":
      return ended(nt.NtResetWriteWatch(handle, exact(step.base), exact(step.size)), () => "");
    case "read": {
      const buffer = new Uint8Array(step.length);
      const done = { value: 0 };
      const status = nt.NtReadVirtualMemory(handle, exact(step.address), buffer, step.length, done);
      return `${ended(status, () => "")} ${bytesText(buffer.subarray(0, done.value))}`;
    }
    case "write":
    case "writeProcess": {
      const buffer = new Uint8Array(step.length).fill(step.value);
      const done = { value: 0 };
      const status = nt.NtWriteVirtualMemory(
        handle,
        exact(step.address),
        buffer,
        step.length,
        done,
      );
      return `${ended(status, () => "")} ${done.value}`;
    }
  }
}

/** Everything else that kernel32 has. */
export function serviceWin32(caller: Caller, step: Service): string {
  const { handle, own, win32 } = caller;
  win32.SetLastError(0);
  switch (step.op) {
    case "query": {
      const info = emptyInformation();
      const bytes = own
        ? win32.VirtualQuery(exact(step.address), info)
        : win32.VirtualQueryEx(handle, exact(step.address), info);
      return returned(caller, bytes !== 0, () => JSON.stringify(info, BASIC_FIELDS));
    }
    case "lock":
    case "unlock": {
      const call = step.op === "lock" ? win32.VirtualLock : win32.VirtualUnlock;
      return returned(caller, call(exact(step.base), exact(step.size)) !== 0, () => "");
    }
    case "getWriteWatch": {
      const pages = { value: [] as number[] };
      const count = { value: step.capacity };
      const result = win32.GetWriteWatch(
        step.flags,
        exact(step.base),
        exact(step.size),
        step.missing === "array" ? null : pages,
        step.missing === "count" ? null : count,
        step.missing === "granularity" ? null : { value: 0 },
      );
      const shown = () => pages.value.slice(0, count.value).map(hex).join(" ");
      return returned(caller, result !== FAILED_WATCH, shown);
    }
    case "resetWriteWatch": {
      const result = win32.ResetWriteWatch(exact(step.base), exact(step.size));
      return returned(caller, result !== FAILED_WATCH, () => "");
    }
    case "read": {
      const buffer = new Uint8Array(step.length);
      const done = { value: 0 };
      const result = win32.ReadProcessMemory(
        handle,
        exact(step.address),
        buffer,
        step.length,
        done,
      );
      const outcome = returned(caller, result !== 0, () => "");
      return `${outcome} ${bytesText(buffer.subarray(0, done.value))}`;
    }
    case "write":
    case "writeProcess": {
      const buffer = new Uint8Array(step.length).fill(step.value);
      const done = { value: 0 };
      const result = win32.WriteProcessMemory(
        handle,
        exact(step.address),
        buffer,
        step.length,
        done,
      );
      return `${returned(caller, result !== 0, () => "")} ${done.value}`;
    }
    case "queryRegion":
      throw new RangeError("kernel32 has no such query");
  }
}
