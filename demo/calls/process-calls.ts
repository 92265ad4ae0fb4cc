import { BOOL, CODE, HANDLE, NOTHING, NUMBER, STATUS, YES_OR_NO } from "./answer.ts";
import { call, type Theme, undecided } from "./call.ts";
import { EXCEPTION, PROCESS_ACCESS, QUOTA } from "./flag-set.ts";
import {
  address,
  choice,
  constant,
  flags,
  handle,
  inOut,
  number,
  out,
  size,
  structure,
  truth,
} from "./parameter.ts";
import { list, startedStructure, workingSetEntry } from "./structures.ts";

const process = handle("process", "process");
const minimum = out("minimum", "size");
const maximum = out("maximum", "size");

/** Room for as many entries as a small program has pages. */
const WORKING_SET_BYTES = "0x10000";

/** Each function of psapi has a second name in kernel32. */
const psapi = ["", "K32"].flatMap((prefix) => [
  call(
    `${prefix}QueryWorkingSet`,
    BOOL,
    process,
    structure("buffer"),
    size("length", WORKING_SET_BYTES),
  ),
  call(
    `${prefix}QueryWorkingSetEx`,
    BOOL,
    process,
    workingSetEntry("buffer"),
    size("length", "2 * machine.pointerBytes"),
  ),
  call(`${prefix}EmptyWorkingSet`, BOOL, process),
  call(`${prefix}GetProcessMemoryInfo`, BOOL, process, structure("counters"), size("cb", "80")),
]);

export const workingSet: Theme = {
  title: "Working set",
  calls: [
    ...psapi,
    call("GetProcessWorkingSetSize", BOOL, process, minimum, maximum),
    call("GetProcessWorkingSetSizeEx", BOOL, process, minimum, maximum, out("flags", "number")),
    call(
      "SetProcessWorkingSetSize",
      BOOL,
      process,
      size("minimum", "0x40000"),
      size("maximum", "0x200000"),
    ),
    call(
      "SetProcessWorkingSetSizeEx",
      BOOL,
      process,
      size("minimum", "0x40000"),
      size("maximum", "0x200000"),
      flags("flags", QUOTA),
    ),
    {
      ...call(
        "CreateMemoryResourceNotification",
        HANDLE,
        constant("type", "LowMemoryResourceNotification", "HighMemoryResourceNotification"),
      ),
      kept: "notification",
    },
    call(
      "QueryMemoryResourceNotification",
      BOOL,
      handle("handle", "notification"),
      out("state", "number"),
    ),
  ],
};

const STATUS_LENGTH = "64";

export const system: Theme = {
  title: "System, process, thread",
  calls: [
    call("GetSystemInfo", NOTHING, structure("out")),
    call("GetNativeSystemInfo", NOTHING, structure("out")),
    call("GlobalMemoryStatus", NOTHING, structure("out")),
    call("GlobalMemoryStatusEx", BOOL, startedStructure("out", "dwLength", STATUS_LENGTH)),
    undecided("GetLargePageMinimum", NUMBER),
    call(
      "OpenProcess",
      HANDLE,
      flags("access", PROCESS_ACCESS, "PROCESS_VM_READ"),
      truth("inherit"),
      number("id", "process.id"),
    ),
    undecided("GetCurrentProcess", NUMBER),
    undecided("GetCurrentProcessId", NUMBER),
    undecided("GetCurrentThreadId", NUMBER),
    undecided("GetLastError", CODE),
    undecided("SetLastError", NOTHING, number("code")),
    undecided("RtlNtStatusToDosError", CODE, number("Status", "STATUS_CONFLICTING_ADDRESSES")),
  ],
};

export const stacks: Theme = {
  title: "Stacks",
  calls: [
    call("SetThreadStackGuarantee", BOOL, inOut("size", "number", "0x2000")),
    call("GetCurrentThreadStackLimits", NOTHING, out("low", "address"), out("high", "address")),
    call("_resetstkoflw", YES_OR_NO),
    call(
      "RtlCreateUserStack",
      STATUS,
      size("CommitSize", "0"),
      size("ReserveSize", "0"),
      number("ZeroBits"),
      size("CommitAlign"),
      size("ReserveAlign", "0x10000"),
      structure("InitialTeb"),
    ),
    call("RtlFreeUserStack", NOTHING, address("DeallocationStack")),
  ],
};

const COMMIT =
  "({ ExceptionRecord: { ExceptionCode, ExceptionInformation } }) => " +
  "ExceptionCode === EXCEPTION_ACCESS_VIOLATION && " +
  "VirtualAlloc(ExceptionInformation[1], 1, MEM_COMMIT, PAGE_READWRITE) " +
  "? EXCEPTION_CONTINUE_EXECUTION : EXCEPTION_CONTINUE_SEARCH";
const REPORT = "({ ExceptionRecord }) => (print(ExceptionRecord), EXCEPTION_CONTINUE_SEARCH)";

const handlers = [
  ["commit the page, and continue", COMMIT],
  ["continue search", "() => EXCEPTION_CONTINUE_SEARCH"],
  ["report in the console, and continue search", REPORT],
] as const;

const ADDERS = [
  ["AddVectoredExceptionHandler", "first", "handler"],
  ["AddVectoredContinueHandler", "first", "handler"],
  ["RtlAddVectoredExceptionHandler", "First", "Handler"],
  ["RtlAddVectoredContinueHandler", "First", "Handler"],
] as const;

const REMOVERS = [
  ["RemoveVectoredExceptionHandler", "handle"],
  ["RemoveVectoredContinueHandler", "handle"],
  ["RtlRemoveVectoredExceptionHandler", "Handle"],
  ["RtlRemoveVectoredContinueHandler", "Handle"],
] as const;

export const exceptions: Theme = {
  title: "Exceptions",
  calls: [
    ...ADDERS.map(([name, first, handler]) => ({
      ...undecided(
        name,
        HANDLE,
        choice(first, ["0: at the tail", "0"], ["1: at the head", "1"]),
        choice(handler, ...handlers),
      ),
      kept: "handler",
    })),
    ...REMOVERS.map(([name, parameter]) => {
      return undecided(name, YES_OR_NO, handle(parameter, "handler"));
    }),
    undecided(
      "SetUnhandledExceptionFilter",
      NUMBER,
      choice(
        "filter",
        ["none", "null"],
        ["end the process", "() => EXCEPTION_EXECUTE_HANDLER"],
        ...handlers,
      ),
    ),
    undecided(
      "RaiseException",
      NOTHING,
      number("code", "0xe0000001"),
      flags("flags", EXCEPTION),
      list("information", ""),
    ),
  ],
};
