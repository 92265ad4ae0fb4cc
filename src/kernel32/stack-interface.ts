import type { Address } from "../door.ts";
import type { InOut, Out } from "../out.ts";

/** What kernel32, and the C runtime on top of it, has for the stack of the current thread. */
export interface StackFunctions {
  /**
   * Set aside so many bytes for the handler of a stack overflow; the guard is that much larger from
   * the next time on that the stack grows. Windows page: "SetThreadStackGuarantee".
   *
   * @param size in: bytes, rounded up to pages, 0x2000 at least in a 64-bit process; 0 only asks.
   *   Less than there is changes nothing. Out: the bytes before, also when the call fails with 87
   * @returns BOOL. Errors: 87 where the stack is not that large, or the thread has none; 998
   */
  SetThreadStackGuarantee(size: InOut): number;
  /**
   * Where the region of the stack begins, and where the stack ends; both 0 for a thread without a
   * stack. What cannot be written is lost. Windows page: "GetCurrentThreadStackLimits".
   */
  GetCurrentThreadStackLimits(low: Out<number>, high: Out<number>): void;
  /**
   * Arm the guard again after a stack overflow. The last error stays. Windows page:
   * "_resetstkoflw".
   *
   * The C function looks at its own stack pointer and puts the guard into the pages below. Here
   * the stack pointer is the emulator's: pass it. Without it the stack counts as unwound, and the
   * guard goes as low as it can: directly below StackLimit, or, where that is the end of the stack,
   * to the lowest pages that may be committed.
   *
   * @param stackPointer an address on the stack
   * @returns 1, or 0 where there is too little room below, or no charge for it
   */
  _resetstkoflw(stackPointer?: Address): number;
}
