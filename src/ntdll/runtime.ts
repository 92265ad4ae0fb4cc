import { STATUS_INVALID_HANDLE, STATUS_SUCCESS } from "../constants/status.ts";
import { packDecision } from "../decision.ts";
import { dword } from "../door.ts";
import { CURRENT_PROCESS } from "../handles.ts";
import type { Process } from "../process.ts";
import { dosErrorOf } from "../status.ts";
import type { Ntdll } from "./interface.ts";

const HANDLES = packDecision("17.8");

type RuntimeFunctions = Pick<
  Ntdll,
  | "NtClose"
  | "RtlNtStatusToDosError"
  | "RtlAddVectoredExceptionHandler"
  | "RtlRemoveVectoredExceptionHandler"
  | "RtlAddVectoredContinueHandler"
  | "RtlRemoveVectoredContinueHandler"
>;

/** Functions for which the core is not asked. */
export function runtimeFunctions(process: Process): RuntimeFunctions {
  return {
    NtClose(Handle) {
      const handle = process.door.handle(Handle, "Handle");
      const { handles, core } = process.alive();
      core.view.decision = HANDLES;
      if (handle === CURRENT_PROCESS) return STATUS_SUCCESS;
      return handles.close(handle) ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
    },

    RtlNtStatusToDosError(Status) {
      return dosErrorOf(dword(Status, "Status"));
    },

    RtlAddVectoredExceptionHandler(First, Handler) {
      return process.addVectoredExceptionHandler(dword(First, "First") !== 0, Handler);
    },

    RtlRemoveVectoredExceptionHandler(Handle) {
      return process.removeVectoredExceptionHandler(Handle) ? 1 : 0;
    },

    RtlAddVectoredContinueHandler(First, Handler) {
      return process.addVectoredContinueHandler(dword(First, "First") !== 0, Handler);
    },

    RtlRemoveVectoredContinueHandler(Handle) {
      return process.removeVectoredContinueHandler(Handle) ? 1 : 0;
    },
  };
}
