/**
 * ENCLAVE_TYPE_*, PAGE_ENCLAVE_* and CFG_CALL_TARGET_*. Windows pages: "CreateEnclave",
 * "LoadEnclaveData", "SetProcessValidCallTargets".
 */

export const ENCLAVE_TYPE_SGX = 0x1;
export const ENCLAVE_TYPE_SGX2 = 0x2;
export const ENCLAVE_TYPE_VBS = 0x10;

export const PAGE_ENCLAVE_DECOMMIT = 0x10000000;
export const PAGE_ENCLAVE_MASK = 0x10000000;
/** Modifier of LoadEnclaveData: the page is left out of the measurement. */
export const PAGE_ENCLAVE_UNVALIDATED = 0x20000000;
/** Modifier of LoadEnclaveData: the page holds a thread control structure. */
export const PAGE_ENCLAVE_THREAD_CONTROL = 0x80000000;

/** Flag of a call target: indirect calls may go there. */
export const CFG_CALL_TARGET_VALID = 0x1;
/** Flag of a call target that SetProcessValidCallTargets has come to. */
export const CFG_CALL_TARGET_PROCESSED = 0x2;
