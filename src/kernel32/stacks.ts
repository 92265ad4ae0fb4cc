import { dword } from "../door.ts";
import { inValue, type Out, outAddress, serviceWrite, setOut } from "../out.ts";
import type { Process } from "../process.ts";
import { boolOf, FALSE, Rule, TRUE } from "./last-error.ts";
import type { StackFunctions } from "./stack-interface.ts";

/** The stack pointer is not known. */
const UNWOUND = -1;
const POINTER_BYTES_MOST = 8;

export function stackFunctions(caller: Process): StackFunctions {
  const { door } = caller;

  /** To an object, or to the guest with its rights. */
  function deliver(out: Out<number>, value: number, name: string): void {
    const address = outAddress(out, door, name);
    setOut(out, value);
    if (address <= 0) return;
    const view = new DataView(new ArrayBuffer(POINTER_BYTES_MOST));
    view.setBigUint64(0, BigInt(value), true);
    serviceWrite(caller, address, new Uint8Array(view.buffer, 0, door.pointerBytes));
  }

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
      deliver(low, stack?.deallocationStack ?? 0, "low");
      deliver(high, stack?.base ?? 0, "high");
      caller.enter().view.decision = Rule.StackLimits;
    },

    _resetstkoflw(stackPointer) {
      const at = stackPointer === undefined ? UNWOUND : door.pointer(stackPointer, "stackPointer");
      return caller.enter().stacks.rearm(at) ? TRUE : FALSE;
    },
  };
}
