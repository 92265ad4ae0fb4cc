import type { Address } from "../door.ts";
import type { StructureOut } from "../out.ts";
import type { InitialTeb } from "../stack-structs.ts";

/** What ntdll has to make stacks, for threads and fibers. */
export interface StackFunctions {
  /**
   * Reserve a stack, commit its upper end, and put a guard below. No thread has it yet: that is
   * `thread.stack`. Windows page: none; "INITIAL_TEB" is what NtCreateThread takes.
   *
   * @param CommitSize bytes; 0 for 0x2000, as an image has it. Committed exactly, the guard besides
   * @param ReserveSize bytes; 0 for 0x100000. A multiple of 0x100000 where no more is asked for
   *   than is committed; a multiple of 0x10000 always
   * @param ZeroBits 0 to 11, as for NtAllocateVirtualMemory
   * @param CommitAlign what CommitSize is rounded up to, by masking
   * @param ReserveAlign the same for ReserveSize
   * @returns NTSTATUS: INVALID_PARAMETER, NO_MEMORY, COMMITMENT_LIMIT, PAGEFILE_QUOTA_EXCEEDED,
   *   ACCESS_VIOLATION where the structure cannot be written
   */
  RtlCreateUserStack(
    CommitSize: Address,
    ReserveSize: Address,
    ZeroBits: Address,
    CommitAlign: Address,
    ReserveAlign: Address,
    InitialTeb: StructureOut<InitialTeb>,
  ): number;
  /** Release a stack. An address that is none is left alone. */
  RtlFreeUserStack(DeallocationStack: Address | null): void;
}
