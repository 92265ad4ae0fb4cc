/** The exports of the core for generated code. */
export interface CodeExports {
  /** Mark the pages of a range: NTSTATUS. */
  codeMarkF64(context: number, address: number, length: number): number;
  codeForgetF64(context: number, address: number, length: number): void;
  /** First page of [address, end) that has a mark, in the space of this number; or `end`. */
  codeNextF64(space: number, address: number, end: number): number;
  /** Code that runs in the context is to leave at its next poll. */
  contextStop(context: number): void;
  /** 1 where it was to leave, which is done now; or 0. */
  contextPoll(context: number): number;
}

/** Linear address of the number of marks that went without an outcome. */
export const CODE_WRITES = 0x78c;

/** Outcome of a write to what code was made from; the access is made again. */
export const OUTCOME_CODE_WRITTEN = 6;

/** Not an NTSTATUS of Windows: the code of that outcome. */
export const STATUS_CODE_WRITTEN = 0x20000002;
