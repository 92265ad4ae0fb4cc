import { MEM_RELEASE } from "../constants/memory.ts";
import { STATUS_ACCESS_VIOLATION } from "../constants/status.ts";
import { packDecision } from "../decision.ts";
import { isServiceWritable, outAddress, serviceWrite, setStructure, TO_RESULTS } from "../out.ts";
import type { Process } from "../process.ts";
import { INITIAL_TEB, type InitialTeb } from "../stack-structs.ts";
import { succeeded } from "../status.ts";
import type { StackFunctions } from "./stack-interface.ts";

const CREATE = packDecision("17.13#1");

export function stackFunctions(process: Process): StackFunctions {
  const { door } = process;
  const tebBytes = INITIAL_TEB.sizeBytes(door.pointerBytes);

  return {
    RtlCreateUserStack(CommitSize, ReserveSize, ZeroBits, CommitAlign, ReserveAlign, InitialTeb) {
      const commit = door.pointer(CommitSize, "CommitSize");
      const reserve = door.pointer(ReserveSize, "ReserveSize");
      const zeroBits = door.pointer(ZeroBits, "ZeroBits");
      const commitAlign = door.pointer(CommitAlign, "CommitAlign");
      const reserveAlign = door.pointer(ReserveAlign, "ReserveAlign");
      const tebAt = outAddress(InitialTeb, door, "InitialTeb");
      const { stacks, view } = process.enter();
      if (tebAt !== TO_RESULTS && !isServiceWritable(process, tebAt, tebBytes)) {
        view.decision = CREATE;
        return STATUS_ACCESS_VIOLATION;
      }
      const status = stacks.create(commit, reserve, zeroBits, commitAlign, reserveAlign);
      if (!succeeded(status)) return status;
      const { decision } = view;
      const teb: InitialTeb = {
        OldStackBase: 0,
        OldStackLimit: 0,
        StackBase: view.result(0),
        StackLimit: view.result(1),
        StackAllocationBase: view.result(2),
      };
      if (tebAt === TO_RESULTS) setStructure<InitialTeb>(InitialTeb, teb);
      else serviceWrite(process, tebAt, INITIAL_TEB.encode(teb, door.pointerBytes));
      view.decision = decision;
      return status;
    },

    RtlFreeUserStack(DeallocationStack) {
      const base = door.nullablePointer(DeallocationStack, "DeallocationStack");
      const { services } = process.enter();
      services.free(process.spaceNumber, TO_RESULTS, base, TO_RESULTS, 0, MEM_RELEASE);
    },
  };
}
