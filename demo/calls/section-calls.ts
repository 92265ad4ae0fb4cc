import { BOOL, HANDLE, POINTER, STATUS } from "./answer.ts";
import { type Call, call, type Theme } from "./call.ts";
import {
  FILE_ACCESS,
  FILE_MAP,
  SECTION_ACCESS,
  SECTION_ATTRIBUTES,
  SECTION_PROTECTION,
  UNMAP,
  VIEW,
} from "./flag-set.ts";
import {
  address,
  byAddress,
  choice,
  constant,
  flags,
  handle,
  inOut,
  number,
  optional,
  out,
  protection,
  size,
  structure,
  text,
  truth,
} from "./parameter.ts";
import { extendedParameters, objectAttributes, zeroFile } from "./structures.ts";

const section = handle("handle", "section");
const process = handle("process", "process");
const fileOrNone = choice(
  "file",
  ["none: INVALID_HANDLE_VALUE", "INVALID_HANDLE_VALUE"],
  ["file, of process.openFile", "file"],
);
const FileOrNull = choice(
  "FileHandle",
  ["none: null", "null"],
  ["file, of process.openFile", "file"],
);
const attributes = choice("attributes", ["NULL", "null"]);
const offsetHigh = number("offsetHigh");
const offsetLow = number("offsetLow");
const whole = size("size", "0");
const anywhere = address("address", "0");
const access = flags("access", FILE_MAP, "FILE_MAP_READ | FILE_MAP_WRITE");
const offset = number("offset", "0", "bytes");
const viewType = flags("type", VIEW);
const protect = protection("protect");
const node = number("node", "NUMA_NO_PREFERRED_NODE");

/** The three names of a function, with letters A and W and without. */
function named(name: string, make: (name: string) => Call): readonly Call[] {
  return ["", "A", "W"].map((letter) => ({ ...make(`${name}${letter}`), kept: "section" }));
}

const SectionHandle = handle("SectionHandle", "section");
const ProcessHandle = handle("ProcessHandle", "process");
const DesiredAccess = flags(
  "DesiredAccess",
  SECTION_ACCESS,
  "SECTION_QUERY | SECTION_MAP_WRITE | SECTION_MAP_READ",
);

export const sections: Theme = {
  title: "Sections and files",
  calls: [
    ...named("CreateFileMapping", (name) =>
      call(
        name,
        HANDLE,
        fileOrNone,
        attributes,
        flags("protect", SECTION_PROTECTION, "PAGE_READWRITE"),
        number("maximumSizeHigh"),
        number("maximumSizeLow", "0x10000", "bytes"),
        text("name"),
      ),
    ),
    ...named("OpenFileMapping", (name) =>
      call(name, HANDLE, access, truth("inherit"), text("name")),
    ),
    {
      ...call(
        "process.openFile",
        HANDLE,
        zeroFile("backing", "0x10000"),
        openFileOptions("options"),
      ),
      kept: "file",
      isDecided: false,
    },
    call("FlushFileBuffers", BOOL, handle("file", "file")),
    call("CloseHandle", BOOL, handle("handle", "any")),
    call(
      "NtCreateSection",
      STATUS,
      out("SectionHandle", "number"),
      DesiredAccess,
      objectAttributes("ObjectAttributes"),
      byAddress("MaximumSize", "0x10000"),
      protection("SectionPageProtection"),
      flags("AllocationAttributes", SECTION_ATTRIBUTES, "SEC_COMMIT"),
      FileOrNull,
    ),
    call(
      "NtOpenSection",
      STATUS,
      out("SectionHandle", "number"),
      DesiredAccess,
      objectAttributes("ObjectAttributes"),
    ),
    call("NtExtendSection", STATUS, SectionHandle, inOut("NewSectionSize", "number", "0x20000")),
    call(
      "NtQuerySection",
      STATUS,
      SectionHandle,
      constant("SectionInformationClass", "SectionBasicInformation", "SectionImageInformation"),
      structure("SectionInformation"),
      size("SectionInformationLength", "64"),
      out("ReturnLength", "number"),
    ),
    call("NtFlushBuffersFile", STATUS, handle("FileHandle", "file")),
    call("NtClose", STATUS, handle("Handle", "any")),
  ],
};

const ViewBase = inOut("BaseAddress", "address", "0");
const SectionOffset = byAddress("SectionOffset", "0");
const ViewSize = inOut("ViewSize", "number", "0");
const unmapFlags = flags("flags", UNMAP);
const view = address("address");
const parameters = extendedParameters("parameters");
const count = optional("count", "empty: all of them");

export const views: Theme = {
  title: "Views",
  calls: [
    call("MapViewOfFile", POINTER, section, access, offsetHigh, offsetLow, whole),
    call("MapViewOfFileEx", POINTER, section, access, offsetHigh, offsetLow, whole, anywhere),
    call("MapViewOfFile2", POINTER, section, process, offset, anywhere, whole, viewType, protect),
    call(
      "MapViewOfFileNuma2",
      POINTER,
      section,
      process,
      offset,
      anywhere,
      whole,
      viewType,
      protect,
      node,
    ),
    call(
      "MapViewOfFile3",
      POINTER,
      section,
      process,
      anywhere,
      offset,
      whole,
      viewType,
      protect,
      parameters,
      count,
    ),
    call("MapViewOfFileFromApp", POINTER, section, access, offset, whole),
    call("UnmapViewOfFile", BOOL, view),
    call("UnmapViewOfFileEx", BOOL, view, unmapFlags),
    call("UnmapViewOfFile2", BOOL, process, view, unmapFlags),
    call("FlushViewOfFile", BOOL, view, whole),
    call(
      "NtMapViewOfSection",
      STATUS,
      SectionHandle,
      ProcessHandle,
      ViewBase,
      number("ZeroBits"),
      number("CommitSize"),
      SectionOffset,
      ViewSize,
      constant("InheritDisposition", "ViewUnmap", "ViewShare"),
      flags("AllocationType", VIEW),
      protection("Win32Protect"),
    ),
    call(
      "NtMapViewOfSectionEx",
      STATUS,
      SectionHandle,
      ProcessHandle,
      ViewBase,
      SectionOffset,
      ViewSize,
      flags("AllocationType", VIEW),
      protection("PageProtection"),
      extendedParameters("ExtendedParameters"),
      optional("ExtendedParameterCount", "empty: all of them"),
    ),
    call("NtUnmapViewOfSection", STATUS, ProcessHandle, address("BaseAddress")),
    call(
      "NtUnmapViewOfSectionEx",
      STATUS,
      ProcessHandle,
      address("BaseAddress"),
      flags("Flags", UNMAP),
    ),
  ],
};

function openFileOptions(name: string) {
  const access = flags("access", FILE_ACCESS, "GENERIC_READ | GENERIC_WRITE");
  return {
    ...access,
    name,
    code: (texts: readonly string[]) => `{ access: ${access.code(texts)} }`,
  };
}
