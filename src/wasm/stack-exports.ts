/** The exports about threads and their stacks. A thread is the number that the host gives it. */
export interface StackExports {
  /** Who makes calls and accesses of this context from now on; 0: no thread with a stack. */
  contextThread(context: number, thread: number): void;
  /** One field of the thread's TEB, by `StackField`; 0 for a thread without a stack. */
  threadStackF64(space: number, thread: number, field: number): number;
  /** Set three of them; all zero: the thread has no stack. 1, or 0 where memory is short. */
  threadStackSetF64(
    space: number,
    thread: number,
    base: number,
    limit: number,
    deallocationStack: number,
  ): number;
  /** A stack for a new thread of the context's space; sizes of 0 are the image's. NTSTATUS. */
  threadStackMakeF64(context: number, thread: number, reserve: number, commit: number): number;
  /** RtlCreateUserStack. R0 = StackBase, R1 = StackLimit, R2 = DeallocationStack. NTSTATUS. */
  stackCreateF64(
    context: number,
    commit: number,
    reserve: number,
    zeroBits: number,
    commitAlign: number,
    reserveAlign: number,
  ): number;
  /** SetThreadStackGuarantee of the context's thread. R0 = the guarantee before. NTSTATUS. */
  stackGuaranteeF64(context: number, sizeAt: number, size: number): number;
  /** _resetstkoflw; -1: the stack pointer is not known. 1 or 0. */
  stackRearmF64(context: number, stackPointer: number): number;
}

export const StackField = {
  StackBase: 0,
  StackLimit: 1,
  DeallocationStack: 2,
  GuaranteedStackBytes: 3,
} as const;
