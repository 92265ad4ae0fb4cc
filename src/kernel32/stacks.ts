import { dword } from "../door.ts";
import { deliver, inValue, outAddress, setOut } from "../out.ts";
import type { Process } from "../process.ts";
import { boolOf, FALSE, Rule, TRUE } from "./last-error.ts";
import type { StackFunctions } from "./stack-interface.ts";

/** The stack pointer is not known. */
const UNWOUND = -1;

export function stackFunctions(caller: Process): StackFunctions {
  const { door } = caller;

  return {
    SetThreadStackGuarantee(size) {
      const sizeAt = outAddress(size, door, "size");
      const asked = dword(inValue(size, door, "size"), "size.value");
      const { stacks, view } = caller.enter();
      const status = stacks.guarantee(sizeAt, asked);
      setOut(size, view.result(0));
      return boolOf(caller, status);
    },

    GetCurrentThreadStackLimits(low, high) {
      const { stack } = caller.currentThread;
      const bytes = door.pointerBytes;
      const lowest = stack?.deallocationStack ?? 0;
      deliver(caller, low, outAddress(low, door, "low"), lowest, bytes);
      deliver(caller, high, outAddress(high, door, "high"), stack?.base ?? 0, bytes);
      caller.enter().view.decision = Rule.StackLimits;
    },

    _resetstkoflw(stackPointer) {
      const at = stackPointer === undefined ? UNWOUND : door.pointer(stackPointer, "stackPointer");
      return caller.enter().stacks.rearm(at) ? TRUE : FALSE;
    },
  };
}
