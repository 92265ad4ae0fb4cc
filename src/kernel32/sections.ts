import { ERROR_ALREADY_EXISTS, ERROR_SUCCESS } from "../constants/error.ts";
import {
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
} from "../constants/memory.ts";
import * as sections from "../constants/section.ts";
import { STATUS_OBJECT_NAME_EXISTS } from "../constants/status.ts";
import { dword, text, truth } from "../door.ts";
import { CURRENT_PROCESS } from "../handles.ts";
import { createSection } from "../ntdll/create-section.ts";
import { ntdll } from "../ntdll.ts";
import type { Process } from "../process.ts";
import type { Kernel32 } from "./interface.ts";
import { boolOf, FALSE, Rule, refuse } from "./last-error.ts";

const ATTRIBUTES =
  sections.SEC_PARTITION_OWNER_HANDLE |
  sections.SEC_64K_PAGES |
  sections.SEC_BASED |
  sections.SEC_NO_CHANGE |
  sections.SEC_FILE |
  sections.SEC_IMAGE |
  sections.SEC_PROTECTED_IMAGE |
  sections.SEC_RESERVE |
  sections.SEC_COMMIT |
  sections.SEC_NOCACHE |
  sections.SEC_WRITECOMBINE |
  sections.SEC_LARGE_PAGES;

const { SECTION_QUERY, SECTION_MAP_READ, SECTION_MAP_WRITE, SECTION_MAP_EXECUTE } = sections;

/** 7.1#1: the protections that a mapping can have, and the rights that its handle gets by them. */
const RIGHTS: ReadonlyMap<number, number> = new Map([
  [PAGE_READONLY, SECTION_MAP_READ],
  [PAGE_WRITECOPY, SECTION_MAP_READ],
  [PAGE_READWRITE, SECTION_MAP_READ | SECTION_MAP_WRITE],
  [PAGE_EXECUTE_READ, SECTION_MAP_READ | SECTION_MAP_EXECUTE],
  [PAGE_EXECUTE_WRITECOPY, SECTION_MAP_READ | SECTION_MAP_EXECUTE],
  [PAGE_EXECUTE_READWRITE, SECTION_MAP_READ | SECTION_MAP_WRITE | SECTION_MAP_EXECUTE],
]);

type SectionFunctions = Pick<
  Kernel32,
  | "CreateFileMapping"
  | "CreateFileMappingA"
  | "CreateFileMappingW"
  | "OpenFileMapping"
  | "OpenFileMappingA"
  | "OpenFileMappingW"
  | "MapViewOfFile"
  | "MapViewOfFileEx"
  | "UnmapViewOfFile"
  | "FlushViewOfFile"
  | "FlushFileBuffers"
>;

export function sectionFunctions(caller: Process): SectionFunctions {
  const { door } = caller;
  const services = ntdll(caller);

  const CreateFileMapping: Kernel32["CreateFileMapping"] = (
    file,
    _attributes,
    protect,
    maximumSizeHigh,
    maximumSizeLow,
    name,
  ) => {
    const fileHandle = door.handle(file, "file");
    const flags = dword(protect, "protect");
    const size = wide(maximumSizeHigh, maximumSizeLow, "maximumSize");
    const named = name === undefined || name === null ? "" : text(name, "name");
    const attributes = (flags & ATTRIBUTES) >>> 0;
    const protection = (flags & ~ATTRIBUTES) >>> 0;
    const rights = RIGHTS.get(protection);
    if (rights === undefined) return refuse(caller, Rule.MappingProtection);
    const isFile = fileHandle !== sections.INVALID_HANDLE_VALUE;
    if (!isFile && size === 0n) return refuse(caller, Rule.MappingSize);
    const { status, handle } = createSection(caller, {
      access: SECTION_QUERY | rights,
      name: named,
      size,
      protection,
      attributes: attributes === 0 ? sections.SEC_COMMIT : attributes,
      file: isFile ? caller.handles.file(fileHandle) : undefined,
    });
    if (boolOf(caller, status) === FALSE) return 0;
    caller.currentThread.lastError =
      status === STATUS_OBJECT_NAME_EXISTS ? ERROR_ALREADY_EXISTS : ERROR_SUCCESS;
    return handle;
  };

  const OpenFileMapping: Kernel32["OpenFileMapping"] = (access, inherit, name) => {
    const asked = dword(access, "access");
    if (typeof inherit === "number") dword(inherit, "inherit");
    else truth(inherit, "inherit");
    if (name === null) return refuse(caller, Rule.Mappings);
    const rights = asked === sections.FILE_MAP_COPY ? SECTION_MAP_READ : asked;
    const handle = { value: 0 };
    const status = services.NtOpenSection(handle, rights, { name: text(name, "name") });
    boolOf(caller, status);
    return handle.value;
  };

  const MapViewOfFileEx: Kernel32["MapViewOfFileEx"] = (
    handle,
    access,
    offsetHigh,
    offsetLow,
    size,
    address,
  ) => {
    const protection = viewProtection(dword(access, "access"));
    const offset = { value: wide(offsetHigh, offsetLow, "offset") };
    const bytes = { value: door.pointer(size, "size") };
    const base = { value: door.nullablePointer(address, "address") };
    const status = services.NtMapViewOfSection(
      handle,
      CURRENT_PROCESS,
      base,
      0,
      0,
      offset,
      bytes,
      sections.ViewShare,
      0,
      protection,
    );
    return boolOf(caller, status) === FALSE ? 0 : base.value;
  };

  const UnmapViewOfFile: Kernel32["UnmapViewOfFile"] = (address) => {
    const base = door.nullablePointer(address, "address");
    return boolOf(caller, services.NtUnmapViewOfSection(CURRENT_PROCESS, base));
  };

  return {
    CreateFileMapping,
    CreateFileMappingA: CreateFileMapping,
    CreateFileMappingW: CreateFileMapping,
    OpenFileMapping,
    OpenFileMappingA: OpenFileMapping,
    OpenFileMappingW: OpenFileMapping,
    MapViewOfFileEx,

    MapViewOfFile(handle, access, offsetHigh, offsetLow, size) {
      return MapViewOfFileEx(handle, access, offsetHigh, offsetLow, size, null);
    },

    UnmapViewOfFile,

    FlushFileBuffers: (file) => boolOf(caller, services.NtFlushBuffersFile(file)),

    FlushViewOfFile(address, size) {
      const base = door.nullablePointer(address, "address");
      const bytes = door.pointer(size, "size");
      const { services: core } = caller.enter();
      return boolOf(caller, core.viewFlush(caller.spaceNumber, base, bytes));
    },
  };
}

/** Two DWORDs as the LARGE_INTEGER that they are. */
function wide(high: number, low: number, name: string): bigint {
  const upper = BigInt(dword(high, `${name}High`));
  return BigInt.asIntN(64, (upper << 32n) | BigInt(dword(low, `${name}Low`)));
}

/** The first table of 7.3. */
function viewProtection(access: number): number {
  const isExecute = (access & sections.FILE_MAP_EXECUTE) !== 0;
  if ((access & ~sections.FILE_MAP_EXECUTE) === sections.FILE_MAP_COPY) {
    return isExecute ? PAGE_EXECUTE_WRITECOPY : PAGE_WRITECOPY;
  }
  if ((access & sections.FILE_MAP_WRITE) !== 0) {
    return isExecute ? PAGE_EXECUTE_READWRITE : PAGE_READWRITE;
  }
  if ((access & sections.FILE_MAP_READ) !== 0) {
    return isExecute ? PAGE_EXECUTE_READ : PAGE_READONLY;
  }
  return PAGE_NOACCESS;
}
