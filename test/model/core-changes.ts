import {
  type Caller,
  type Change,
  ended,
  exact,
  inOut,
  OLD_BYTES,
  returned,
  shownOut,
} from "./core-caller.ts";
import { hex } from "./subject.ts";

/** NtAllocateVirtualMemory, NtFreeVirtualMemory, NtProtectVirtualMemory. */
export function changeNt(caller: Caller, step: Change): string {
  const { handle, nt } = caller;
  const size = { value: exact(step.size) };
  if (step.op === "protect") {
    const base = { value: exact(step.base) };
    const old = inOut(caller, 0, step.oldAt, OLD_BYTES) as { value: number } | number;
    const status = nt.NtProtectVirtualMemory(handle, base, size, step.protect, old);
    return ended(status, () => `${hex(base.value)} ${hex(size.value)} ${shownOut(old)}`);
  }
  const base = inOut(caller, step.base, step.baseAt, caller.machine.pointerBytes);
  const status =
    step.op === "allocate"
      ? nt.NtAllocateVirtualMemory(
          handle,
          base,
          exact(step.zeroBits),
          size,
          step.type,
          step.protect,
        )
      : nt.NtFreeVirtualMemory(handle, base, size, step.type);
  return ended(status, () => `${shownOut(base)} ${hex(size.value)}`);
}

/** VirtualAlloc, VirtualFree, VirtualProtect, and their Ex forms for other targets. */
export function changeWin32(caller: Caller, step: Change): string {
  const { handle, own, win32 } = caller;
  const [base, size] = [exact(step.base), exact(step.size)];
  win32.SetLastError(0);
  if (step.op === "allocate") {
    const result = own
      ? win32.VirtualAlloc(base, size, step.type, step.protect)
      : win32.VirtualAllocEx(handle, base, size, step.type, step.protect);
    return returned(caller, result !== 0, () => hex(result));
  }
  if (step.op === "free") {
    const result = own
      ? win32.VirtualFree(base, size, step.type)
      : win32.VirtualFreeEx(handle, base, size, step.type);
    return returned(caller, result !== 0, () => hex(result));
  }
  const old = inOut(caller, 0, step.oldAt, OLD_BYTES) as { value: number } | number;
  const result = own
    ? win32.VirtualProtect(base, size, step.protect, old)
    : win32.VirtualProtectEx(handle, base, size, step.protect, old);
  return returned(caller, result !== 0, () => shownOut(old));
}
