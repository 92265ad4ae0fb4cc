import { BOOL, POINTER } from "./answer.ts";
import { call, type Theme } from "./call.ts";
import { ENCLAVE_PROTECTION } from "./flag-set.ts";
import { address, constant, flags, handle, number, out, size, truth } from "./parameter.ts";
import { bytesIn, callTarget, zeros } from "./structures.ts";

const process = handle("process", "process");
const enclaveType = constant("type", "ENCLAVE_TYPE_VBS", "ENCLAVE_TYPE_SGX", "ENCLAVE_TYPE_SGX2");
const enclaveError = out("enclaveError", "number");
const base = address("address");

export const enclaves: Theme = {
  title: "Enclaves and call targets",
  calls: [
    call("IsEnclaveTypeSupported", BOOL, enclaveType),
    call(
      "CreateEnclave",
      POINTER,
      process,
      address("address", "0"),
      size("size", "0x200000"),
      size("initialCommitment", "0"),
      enclaveType,
      zeros("information", "36"),
      number("informationLength", "36", "bytes; 4096 for SGX"),
      enclaveError,
    ),
    call(
      "LoadEnclaveData",
      BOOL,
      process,
      base,
      zeros("buffer", "0x1000"),
      size("size"),
      flags("protect", ENCLAVE_PROTECTION, "PAGE_READWRITE"),
      bytesIn("pageInformation", "null"),
      number("informationLength"),
      out("bytesWritten", "number"),
      enclaveError,
    ),
    call(
      "InitializeEnclave",
      BOOL,
      process,
      base,
      zeros("information", "8"),
      number("informationLength", "8", "bytes; 4096 for SGX"),
      enclaveError,
    ),
    call("DeleteEnclave", BOOL, base),
    call("TerminateEnclave", BOOL, base, truth("wait")),
    call(
      "CallEnclave",
      BOOL,
      address("routine"),
      number("parameter"),
      truth("wait"),
      out("returnValue", "number"),
    ),
    call(
      "SetProcessValidCallTargets",
      BOOL,
      process,
      base,
      size("size"),
      number("count", "1"),
      callTarget("targets"),
    ),
  ],
};
