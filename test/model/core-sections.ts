import { type Caller, ended, exact, returned, type SectionStep, type Side } from "./core-caller.ts";
import { hex } from "./subject.ts";

type Step<Op extends SectionStep["op"]> = Extract<SectionStep, { op: Op }>;

const INVALID_HANDLE_VALUE = -1;

/** NtCreateSection or CreateFileMapping, without a file. */
export function createSection(side: Side, step: Step<"createSection">): string {
  const { attributes, protect, size, slot } = step;
  if (step.face === "nt") {
    const handle = { value: 0 };
    const maximum = { value: exact(size) };
    const status = side.nt.NtCreateSection(
      handle,
      step.access,
      null,
      maximum,
      protect,
      attributes,
      null,
    );
    return ended(status, () => {
      side.sections.set(slot, handle.value);
      return "";
    });
  }
  side.win32.SetLastError(0);
  const made = side.win32.CreateFileMapping(
    INVALID_HANDLE_VALUE,
    null,
    protect + attributes,
    Math.floor(size / 2 ** 32),
    size % 2 ** 32,
    null,
  );
  if (made !== 0) side.sections.set(slot, made);
  return returned(side, made !== 0, () => "");
}

/** Whether there was such a handle. */
export function closeSection(side: Side, slot: number): string {
  const handle = side.sections.get(slot);
  if (handle === undefined) return "false";
  side.sections.delete(slot);
  return `${side.win32.CloseHandle(handle) !== 0}`;
}

export function mapViewNt(caller: Caller, step: Step<"mapView">): string {
  const base = { value: exact(step.base) };
  const size = { value: exact(step.size) };
  const status = caller.nt.NtMapViewOfSection(
    caller.sections.get(step.slot) ?? 0,
    caller.handle,
    base,
    exact(step.zeroBits),
    exact(step.commitSize),
    { value: exact(step.offset) },
    size,
    step.inherit,
    step.type,
    step.protect,
  );
  return ended(status, () => `${hex(base.value)} ${hex(size.value)}`);
}

/** MapViewOfFileEx, by an access instead of a protection. */
export function mapViewWin32(caller: Caller, step: Step<"mapView">): string {
  caller.win32.SetLastError(0);
  const result = caller.win32.MapViewOfFileEx(
    caller.sections.get(step.slot) ?? 0,
    step.access,
    Math.floor(step.offset / 2 ** 32),
    step.offset % 2 ** 32,
    exact(step.size),
    exact(step.base),
  );
  return returned(caller, result !== 0, () => hex(result));
}

export function unmapView(caller: Caller, step: Step<"unmapView">): string {
  const address = exact(step.address);
  if (step.face === "nt") {
    return ended(caller.nt.NtUnmapViewOfSection(caller.handle, address), () => "");
  }
  caller.win32.SetLastError(0);
  return returned(caller, caller.win32.UnmapViewOfFile(address) !== 0, () => "");
}

export function flushView(side: Side, { address, size }: Step<"flushView">): string {
  side.win32.SetLastError(0);
  const done = side.win32.FlushViewOfFile(exact(address), exact(size));
  return returned(side, done !== 0, () => "");
}
