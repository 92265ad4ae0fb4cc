import { BOOL, STATUS } from "./answer.ts";
import { call, type Theme } from "./call.ts";
import { address, handle, inOut, number, optional, out } from "./parameter.ts";
import { extendedParameters, list } from "./structures.ts";

const process = handle("process", "process");
const ProcessHandle = handle("ProcessHandle", "process");
const count = inOut("count", "number", "4");
const framesOut = out("frames", "structure");
const frames = list("frames", "0", "frames.value");
const pages = number("count", "1", "pages");
const NumberOfPages = inOut("NumberOfPages", "number", "4");
const UserPfnArray = list("UserPfnArray", "0", "UserPfnArray.value", "frames.value");
const Pages = number("NumberOfPages", "1", "pages");

export const physicalPages: Theme = {
  title: "Address Windowing Extensions",
  calls: [
    call("AllocateUserPhysicalPages", BOOL, process, count, framesOut),
    call("AllocateUserPhysicalPagesNuma", BOOL, process, count, framesOut, number("node")),
    call(
      "AllocateUserPhysicalPages2",
      BOOL,
      process,
      count,
      framesOut,
      extendedParameters("parameters"),
      optional("parameterCount", "empty: all of them"),
    ),
    call("FreeUserPhysicalPages", BOOL, process, inOut("count", "number", "1"), frames),
    call("MapUserPhysicalPages", BOOL, address("address"), pages, frames),
    call("MapUserPhysicalPagesScatter", BOOL, list("addresses", "focus"), pages, frames),
    call(
      "NtAllocateUserPhysicalPages",
      STATUS,
      ProcessHandle,
      NumberOfPages,
      out("UserPfnArray", "structure"),
    ),
    call(
      "NtFreeUserPhysicalPages",
      STATUS,
      ProcessHandle,
      inOut("NumberOfPages", "number", "1"),
      UserPfnArray,
    ),
    call("NtMapUserPhysicalPages", STATUS, address("VirtualAddress"), Pages, UserPfnArray),
    call(
      "NtMapUserPhysicalPagesScatter",
      STATUS,
      list("VirtualAddresses", "focus"),
      Pages,
      UserPfnArray,
    ),
  ],
};
