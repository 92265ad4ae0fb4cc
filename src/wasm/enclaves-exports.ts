/** Exports of the core that are about enclaves, and about call targets (10, 17.15). */
export interface EnclaveExports {
  /** The types that there are: a sum of ENCLAVE_TYPE_*. None until it is called. */
  machineSetEnclaves(types: number): void;
  /** 1 or 0. */
  enclaveSupported(type: number): number;
  /**
   * R0 = base, R3 = error of the processor. `informationAt` -1: the host has the information;
   * `errorAt` 0: nobody wants the error.
   */
  enclaveCreateF64(
    context: number,
    target: number,
    base: number,
    size: number,
    initialBytes: number,
    type: number,
    informationAt: number,
    informationBytes: number,
    errorAt: number,
  ): number;
  /** R0 = bytes, R3 = error. `bufferAt` -1: the pages have frames then, for the host to fill. */
  enclaveLoadF64(
    context: number,
    target: number,
    address: number,
    bufferAt: number,
    size: number,
    protection: number,
    informationBytes: number,
    doneAt: number,
    errorAt: number,
  ): number;
  /** R3 = error. */
  enclaveInitializeF64(
    context: number,
    target: number,
    address: number,
    informationAt: number,
    informationBytes: number,
    errorAt: number,
  ): number;
  enclaveDeleteF64(context: number, base: number): number;
  enclaveTerminateF64(context: number, base: number): number;
  /** Whether a call of the routine can enter; R0 = base of its enclave. */
  enclaveCallF64(context: number, routine: number): number;

  /** A thread enters the running enclave at `base`: 1, or 0 where there is none. */
  enclaveEnterF64(context: number, base: number): number;
  enclaveLeaveF64(context: number, base: number): void;
  /** Accesses come from a thread in this enclave from now on; 0: from outside of all. */
  enclaveInsideF64(context: number, base: number): void;
  /** Accept the page that was added to a running enclave. NTSTATUS. */
  enclaveAcceptF64(context: number, address: number): number;
  /**
   * First committed page at or above `from` of the enclave of `address`: 1, and R0 = address, R1 =
   * protection, R2 = `EnclavePageFlag`; or 0.
   */
  enclavePageNextF64(context: number, address: number, from: number): number;

  /** Turn Control Flow Guard on for a space that has committed nothing yet. */
  spaceGuardFlow(space: number): void;
  /**
   * `holder` is the process of the handle, whatever its rights. `arrayAt` -1: entries of
   * `CALL_TARGET_BYTES` in the transfer area. R0 = entries that were applied.
   */
  targetsSetF64(
    context: number,
    holder: number,
    target: number,
    address: number,
    size: number,
    count: number,
    arrayAt: number,
    least: number,
  ): number;
  /** 1 where an indirect call may go to the address. */
  targetValidF64(context: number, address: number): number;
}

/** { offset u64, flags u64 } */
export const CALL_TARGET_BYTES = 16;

export const EnclavePageFlag = { Measured: 1, Pending: 2 } as const;
