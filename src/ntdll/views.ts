import { PROCESS_VM_OPERATION } from "../constants/process.ts";
import { STATUS_INVALID_PARAMETER } from "../constants/status.ts";
import { packDecision } from "../decision.ts";
import { dword } from "../door.ts";
import { requirementsOf } from "../extended-parameters.ts";
import { inValue, largeInteger, outAddress } from "../out.ts";
import type { Process } from "../process.ts";
import { succeeded } from "../status.ts";
import { mapped } from "./mapped.ts";
import { offsetIn } from "./sections.ts";
import type { ViewServices } from "./views-interface.ts";

/** What refuses an array of extended parameters: a view has a row of its own for their types. */
const REFUSALS = { "8.1#1": packDecision("8.1#1"), "8.1#2": packDecision("7.10#3") };

export function viewServices(process: Process): ViewServices {
  const { door, handles, machine } = process;

  return {
    NtMapViewOfSectionEx(
      SectionHandle,
      ProcessHandle,
      BaseAddress,
      SectionOffset,
      ViewSize,
      AllocationType,
      PageProtection,
      ExtendedParameters,
      ExtendedParameterCount = ExtendedParameters?.length ?? 0,
    ) {
      const section = handles.sectionTarget(door.handle(SectionHandle, "SectionHandle"));
      const handle = door.handle(ProcessHandle, "ProcessHandle");
      const target = handles.target(handle, PROCESS_VM_OPERATION);
      const baseAt = outAddress(BaseAddress, door, "BaseAddress");
      const base = inValue(BaseAddress, door, "BaseAddress");
      const offsetAt = outAddress(SectionOffset, door, "SectionOffset");
      const offset = offsetIn(largeInteger(SectionOffset, "SectionOffset"));
      const sizeAt = outAddress(ViewSize, door, "ViewSize");
      const size = inValue(ViewSize, door, "ViewSize");
      const type = dword(AllocationType, "AllocationType");
      const protection = dword(PageProtection, "PageProtection");
      const count = dword(ExtendedParameterCount, "ExtendedParameterCount");
      const required = requirementsOf(ExtendedParameters, count, door);
      const { view, views } = process.enter();
      if (typeof required === "string") {
        view.decision = REFUSALS[required];
        return STATUS_INVALID_PARAMETER;
      }
      const { lowest, highest, alignment } = required;
      const status = views.map(
        target,
        section.number,
        section.access,
        baseAt,
        base,
        offsetAt,
        offset,
        sizeAt,
        size,
        type,
        protection,
        lowest,
        highest,
        alignment,
      );
      if (!succeeded(status)) return status;
      const outs = { BaseAddress, ViewSize, offsetAt, offset };
      mapped(process, target, section.executable, outs);
      return status;
    },

    NtUnmapViewOfSectionEx(ProcessHandle, BaseAddress, Flags) {
      const handle = door.handle(ProcessHandle, "ProcessHandle");
      const target = handles.target(handle, PROCESS_VM_OPERATION);
      const address = door.nullablePointer(BaseAddress, "BaseAddress");
      const flags = dword(Flags, "Flags");
      process.enter();
      const status = machine.sharedViews.unmap(target, address, flags);
      machine.files.settle();
      machine.pageBits.forgetFreed();
      return status;
    },
  };
}
