import { MemExtendedParameterAddressRequirements } from "../../src/constants.ts";
import type { ExtendedParameter } from "../../src/extended-parameters.ts";
import { type Caller, ended, exact, type PlaceholderStep, returned } from "./core-caller.ts";
import type { Requirements } from "./program.ts";
import { hex } from "./subject.ts";

type Step<Op extends PlaceholderStep["op"]> = Extract<PlaceholderStep, { op: Op }>;

export function placeholderCall(caller: Caller, step: PlaceholderStep): string {
  caller.win32.SetLastError(0);
  switch (step.op) {
    case "allocateEx":
      return allocateEx(caller, step);
    case "mapViewEx":
      return mapViewEx(caller, step);
    case "unmapViewEx":
      return unmapViewEx(caller, step);
  }
}

/** NtAllocateVirtualMemoryEx or VirtualAlloc2. */
function allocateEx(caller: Caller, step: Step<"allocateEx">): string {
  const { handle, nt, win32 } = caller;
  const { protect, type } = step;
  const parameters = parametersOf(step);
  if (step.face === "win32") {
    const [at, bytes] = [exact(step.base), exact(step.size)];
    const result = win32.VirtualAlloc2(handle, at, bytes, type, protect, parameters);
    return returned(caller, result !== 0, () => hex(result));
  }
  const base = { value: exact(step.base) };
  const size = { value: exact(step.size) };
  const status = nt.NtAllocateVirtualMemoryEx(handle, base, size, type, protect, parameters);
  return ended(status, () => `${hex(base.value)} ${hex(size.value)}`);
}

/** NtMapViewOfSectionEx or MapViewOfFile3. */
function mapViewEx(caller: Caller, step: Step<"mapViewEx">): string {
  const { handle, nt, sections, win32 } = caller;
  const { protect, type } = step;
  const section = sections.get(step.slot) ?? 0;
  const parameters = parametersOf(step);
  const offset = exact(step.offset);
  if (step.face === "win32") {
    const [at, bytes] = [exact(step.base), exact(step.size)];
    const rest = [bytes, type, protect, parameters] as const;
    const result = win32.MapViewOfFile3(section, handle, at, offset, ...rest);
    return returned(caller, result !== 0, () => hex(result));
  }
  const base = { value: exact(step.base) };
  const size = { value: exact(step.size) };
  const rest = [type, protect, parameters] as const;
  const at = { value: offset };
  const status = nt.NtMapViewOfSectionEx(section, handle, base, at, size, ...rest);
  return ended(status, () => `${hex(base.value)} ${hex(size.value)}`);
}

/** NtUnmapViewOfSectionEx or UnmapViewOfFile2. */
function unmapViewEx(caller: Caller, { address, face, flags }: Step<"unmapViewEx">): string {
  const { handle, nt, win32 } = caller;
  const at = exact(address);
  if (face === "nt") return ended(nt.NtUnmapViewOfSectionEx(handle, at, flags), () => "");
  return returned(caller, win32.UnmapViewOfFile2(handle, at, flags) !== 0, () => "");
}

/** Null where nothing is required. */
function parametersOf({ alignment, highest, lowest }: Requirements): ExtendedParameter[] | null {
  if (lowest === 0 && highest === 0 && alignment === 0) return null;
  const Pointer = {
    LowestStartingAddress: exact(lowest),
    HighestEndingAddress: exact(highest),
    Alignment: exact(alignment),
  };
  return [{ Type: MemExtendedParameterAddressRequirements, Pointer }];
}
