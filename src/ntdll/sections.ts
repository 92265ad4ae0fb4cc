import { PROCESS_VM_OPERATION } from "../constants/process.ts";
import {
  SECTION_QUERY,
  SectionBasicInformation,
  SectionImageInformation,
} from "../constants/section.ts";
import {
  STATUS_ACCESS_VIOLATION,
  STATUS_INFO_LENGTH_MISMATCH,
  STATUS_INVALID_INFO_CLASS,
  STATUS_INVALID_PARAMETER,
  STATUS_OBJECT_NAME_NOT_FOUND,
  STATUS_SECTION_NOT_IMAGE,
  STATUS_SUCCESS,
} from "../constants/status.ts";
import { packDecision } from "../decision.ts";
import { dword, shown, text } from "../door.ts";
import {
  deliver,
  inValue,
  isServiceWritable,
  largeInteger,
  outAddress,
  readLargeInteger,
  serviceWrite,
  setStructure,
  TO_RESULTS,
} from "../out.ts";
import type { Process } from "../process.ts";
import { Section } from "../section.ts";
import { succeeded } from "../status.ts";
import {
  type SectionImageInformation as ImageInformation,
  SECTION_BASIC_INFORMATION,
  SECTION_IMAGE_INFORMATION,
  type SectionInformation,
} from "../structs.ts";
import { createSection } from "./create-section.ts";
import type { Ntdll, ObjectAttributes } from "./interface.ts";
import { mapped } from "./mapped.ts";

const CREATE = packDecision("7.1");
const QUERY = packDecision("17.12");
/** Higher offsets lie behind every section; this one leaves room for what aligns them. */
const FAR_OFFSET = 2n ** 52n;
const OFFSET_IN_GRANULE = 0xffffn;

type SectionServices = Pick<
  Ntdll,
  | "NtCreateSection"
  | "NtOpenSection"
  | "NtMapViewOfSection"
  | "NtUnmapViewOfSection"
  | "NtQuerySection"
>;

export function sectionServices(process: Process): SectionServices {
  const { door, handles, machine } = process;

  function isWritable(address: number, length: number): boolean {
    if (address === TO_RESULTS) return true;
    return address !== 0 && isServiceWritable(process, address, length);
  }

  return {
    NtCreateSection(
      SectionHandle,
      DesiredAccess,
      ObjectAttributes,
      MaximumSize,
      SectionPageProtection,
      AllocationAttributes,
      FileHandle,
    ) {
      const handleAt = outAddress(SectionHandle, door, "SectionHandle");
      const access = dword(DesiredAccess, "DesiredAccess");
      const name = nameIn(ObjectAttributes);
      const sizeAt = outAddress(MaximumSize, door, "MaximumSize");
      const given = largeInteger(MaximumSize, "MaximumSize");
      const protection = dword(SectionPageProtection, "SectionPageProtection");
      const attributes = dword(AllocationAttributes, "AllocationAttributes");
      const fileHandle = door.handle(FileHandle, "FileHandle");
      process.enter();
      const size = sizeAt > 0 ? readLargeInteger(process, sizeAt) : given;
      const isReady = size !== null && isWritable(handleAt, door.pointerBytes);
      const { status, handle } = createSection(process, {
        access,
        name,
        size: size ?? 0n,
        protection,
        attributes,
        file: fileHandle === 0 ? undefined : handles.file(fileHandle),
        obstacle: isReady ? undefined : { status: STATUS_ACCESS_VIOLATION, rule: CREATE },
      });
      if (succeeded(status)) deliver(process, SectionHandle, handleAt, handle, door.pointerBytes);
      return status;
    },

    NtOpenSection(SectionHandle, DesiredAccess, ObjectAttributes) {
      const handleAt = outAddress(SectionHandle, door, "SectionHandle");
      const access = dword(DesiredAccess, "DesiredAccess");
      const name = nameIn(ObjectAttributes);
      const { view } = process.enter();
      const isReady = isWritable(handleAt, door.pointerBytes);
      view.decision = CREATE;
      if (!isReady) return STATUS_ACCESS_VIOLATION;
      if (ObjectAttributes === null) return STATUS_INVALID_PARAMETER;
      const section = machine.sectionNames.find(name);
      if (section === undefined) return STATUS_OBJECT_NAME_NOT_FOUND;
      deliver(process, SectionHandle, handleAt, handles.open(section, access), door.pointerBytes);
      return STATUS_SUCCESS;
    },

    NtMapViewOfSection(
      SectionHandle,
      ProcessHandle,
      BaseAddress,
      ZeroBits,
      CommitSize,
      SectionOffset,
      ViewSize,
      InheritDisposition,
      AllocationType,
      Win32Protect,
    ) {
      const section = handles.sectionTarget(door.handle(SectionHandle, "SectionHandle"));
      const handle = door.handle(ProcessHandle, "ProcessHandle");
      const target = handles.target(handle, PROCESS_VM_OPERATION);
      const baseAt = outAddress(BaseAddress, door, "BaseAddress");
      const base = inValue(BaseAddress, door, "BaseAddress");
      const zeroBits = door.pointer(ZeroBits, "ZeroBits");
      const commitSize = door.pointer(CommitSize, "CommitSize");
      const offsetAt = outAddress(SectionOffset, door, "SectionOffset");
      const offset = offsetIn(largeInteger(SectionOffset, "SectionOffset"));
      const sizeAt = outAddress(ViewSize, door, "ViewSize");
      const size = inValue(ViewSize, door, "ViewSize");
      const inherit = dword(InheritDisposition, "InheritDisposition");
      const type = dword(AllocationType, "AllocationType");
      const protect = dword(Win32Protect, "Win32Protect");
      const { services } = process.enter();
      const status = services.viewMap(
        target,
        section.number,
        section.access,
        baseAt,
        base,
        zeroBits,
        commitSize,
        offsetAt,
        offset,
        sizeAt,
        size,
        inherit,
        type,
        protect,
      );
      if (!succeeded(status)) return status;
      const outs = { BaseAddress, ViewSize, offsetAt, offset };
      mapped(process, target, section.executable, outs);
      return status;
    },

    NtUnmapViewOfSection(ProcessHandle, BaseAddress) {
      const handle = door.handle(ProcessHandle, "ProcessHandle");
      const target = handles.target(handle, PROCESS_VM_OPERATION);
      const address = door.nullablePointer(BaseAddress, "BaseAddress");
      process.enter();
      const status = machine.sharedViews.unmap(target, address);
      machine.files.settle();
      machine.pageBits.forgetFreed();
      return status;
    },

    NtQuerySection(
      SectionHandle,
      SectionInformationClass,
      SectionInformation,
      SectionInformationLength,
      ReturnLength,
    ) {
      const handle = door.handle(SectionHandle, "SectionHandle");
      const kind = dword(SectionInformationClass, "SectionInformationClass");
      const bufferAt = outAddress(SectionInformation, door, "SectionInformation");
      const length = door.pointer(SectionInformationLength, "SectionInformationLength");
      const returnLengthAt = outAddress(ReturnLength, door, "ReturnLength");
      const { view } = process.enter();
      view.decision = QUERY;
      if (kind !== SectionBasicInformation && kind !== SectionImageInformation) {
        return STATUS_INVALID_INFO_CLASS;
      }
      const isImage = kind === SectionImageInformation;
      const layout = isImage ? SECTION_IMAGE_INFORMATION : SECTION_BASIC_INFORMATION;
      const bytes = layout.sizeBytes(door.pointerBytes);
      if (length < bytes) return STATUS_INFO_LENGTH_MISMATCH;
      const isReady =
        isWritable(bufferAt, bytes) &&
        (returnLengthAt === 0 || isWritable(returnLengthAt, door.pointerBytes));
      view.decision = QUERY;
      if (!isReady) return STATUS_ACCESS_VIOLATION;
      const section = handles.section(handle, SECTION_QUERY);
      if (!(section instanceof Section)) return section;
      const structure = isImage ? section.executable?.information : basicInformation(section);
      if (structure === undefined) return STATUS_SECTION_NOT_IMAGE;
      setStructure<SectionInformation | ImageInformation>(SectionInformation, { ...structure });
      if (bufferAt > 0) {
        serviceWrite(process, bufferAt, layout.encode(structure, door.pointerBytes));
      }
      deliver(process, ReturnLength, returnLengthAt, bytes, door.pointerBytes);
      view.decision = QUERY;
      return STATUS_SUCCESS;
    },
  };
}

function basicInformation({ attributes, sizeBytes }: Section): SectionInformation {
  return { BaseAddress: 0, Attributes: attributes, Size: sizeBytes };
}

/** The name in OBJECT_ATTRIBUTES, or "". */
function nameIn(attributes: ObjectAttributes | null): string {
  if (attributes === null) return "";
  if (typeof attributes !== "object") {
    throw new TypeError(`ObjectAttributes must be { name } or null, not ${shown(attributes)}`);
  }
  return attributes.name === undefined ? "" : text(attributes.name, "ObjectAttributes.name");
}

/** As a number; the core looks at the low bits of an offset before it looks how far it lies. */
export function offsetIn(offset: bigint): number {
  if (offset >= 0n && offset < FAR_OFFSET) return Number(offset);
  return Number(FAR_OFFSET | (offset & OFFSET_IN_GRANULE));
}
