import type { Address } from "../door.ts";
import type { Handle } from "../ntdll/interface.ts";
import type { Out } from "../out.ts";

/** Windows page: "CFG_CALL_TARGET_INFO structure". */
export interface CfgCallTargetInfo {
  /** Bytes from the start of the range, a multiple of 16. */
  Offset: Address;
  /** In: CFG_CALL_TARGET_VALID or 0. Out: CFG_CALL_TARGET_PROCESSED too, once it was applied. */
  Flags: Address;
}

/** The functions of enclaves, and of Control Flow Guard. `information` is what Windows wants of a
 * pointer: bytes of the host, or a guest address. Its content has no meaning here. */
export interface EnclaveFunctions {
  /**
   * Whether the machine has enclaves of this type. Windows page: "IsEnclaveTypeSupported".
   *
   * @param type ENCLAVE_TYPE_*
   * @returns 1, or 0. Errors: 50
   */
  IsEnclaveTypeSupported(type: number): number;
  /**
   * Make an enclave that has no page yet. Windows page: "CreateEnclave".
   *
   * @param process needs PROCESS_VM_OPERATION
   * @param address where, or 0 for anywhere. SGX: a multiple of the size; all: of 2 MB
   * @param size bytes. SGX: a power of two; VBS: a multiple of 2 MB
   * @param initialCommitment bytes, at most `size`
   * @param type ENCLAVE_TYPE_*
   * @param informationLength bytes: 4096 for SGX, 36 for VBS
   * @returns base, or 0. Errors: 8, 24, 50, 87, 487, 998, 1455
   */
  CreateEnclave(
    process: Handle,
    address: Address | null,
    size: Address,
    initialCommitment: Address,
    type: number,
    information: Uint8Array | Address | null,
    informationLength: number,
    enclaveError?: Out<number>,
  ): number;
  /**
   * Add pages with content to an SGX enclave that is not initialised. Windows page:
   * "LoadEnclaveData".
   *
   * @param size bytes, whole pages
   * @param protect PAGE_*, with PAGE_ENCLAVE_UNVALIDATED and PAGE_ENCLAVE_THREAD_CONTROL
   * @param pageInformation not used
   * @param informationLength 0
   * @returns 1, or 0. Errors: 24, 87, 487, 998, 1455
   */
  LoadEnclaveData(
    process: Handle,
    address: Address,
    buffer: Uint8Array | Address | null,
    size: Address,
    protect: number,
    pageInformation: unknown,
    informationLength: number,
    bytesWritten: Out<number>,
    enclaveError?: Out<number>,
  ): number;
  /**
   * From now on threads may enter. Windows page: "InitializeEnclave".
   *
   * @param address any of the enclave
   * @param informationLength bytes: 4096 for SGX, 8 for VBS
   * @returns 1, or 0. Errors: 24, 87, 349 where it was initialised before, 998
   */
  InitializeEnclave(
    process: Handle,
    address: Address,
    information: Uint8Array | Address | null,
    informationLength: number,
    enclaveError?: Out<number>,
  ): number;
  /**
   * Windows page: "DeleteEnclave".
   *
   * @param address its base
   * @returns 1, or 0. Errors: 87, 814 where a thread runs inside
   */
  DeleteEnclave(address: Address): number;
  /**
   * End the threads inside of a VBS enclave, for good. Windows page: "TerminateEnclave".
   *
   * @param address its base
   * @param wait a BOOL, without effect: they end at once
   * @returns 1, or 0. Errors: 50 for SGX, 87
   */
  TerminateEnclave(address: Address, wait: number | boolean): number;
  /**
   * Run a routine inside of its VBS enclave: `process.enclaveRoutine` does it. Windows page:
   * "CallEnclave".
   *
   * @param wait a BOOL, without effect: a thread can always enter
   * @param returnValue gets what the routine returns
   * @returns 1, or 0. Errors: 50 for SGX, 87, 120 without an `enclaveRoutine`, 998
   */
  CallEnclave(
    routine: Address,
    parameter: Address,
    wait: number | boolean,
    returnValue: Out<Address>,
  ): number;
  /**
   * Say which addresses of a range indirect calls may go to. Entries before one that is refused
   * stay applied. Windows page: "SetProcessValidCallTargets".
   *
   * @param process needs PROCESS_VM_OPERATION and PROCESS_SET_INFORMATION
   * @param size bytes, whole pages
   * @param count entries
   * @param targets objects, or the guest address of an array of CFG_CALL_TARGET_INFO
   * @returns 1, or 0. Errors: 5, 6, 87, 487, 998
   */
  SetProcessValidCallTargets(
    process: Handle,
    address: Address,
    size: Address,
    count: number,
    targets: readonly CfgCallTargetInfo[] | Address | null,
  ): number;
}
