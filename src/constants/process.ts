/** Access rights of process handles. Windows page: "Process Security and Access Rights". */

export const PROCESS_TERMINATE = 0x1;
export const PROCESS_CREATE_THREAD = 0x2;
/**
 * VirtualAllocEx, VirtualFreeEx, VirtualProtectEx; WriteProcessMemory together with
 * PROCESS_VM_WRITE.
 */
export const PROCESS_VM_OPERATION = 0x8;
/** ReadProcessMemory. */
export const PROCESS_VM_READ = 0x10;
/** WriteProcessMemory. */
export const PROCESS_VM_WRITE = 0x20;
export const PROCESS_DUP_HANDLE = 0x40;
export const PROCESS_SET_QUOTA = 0x100;
export const PROCESS_SET_INFORMATION = 0x200;
/** VirtualQueryEx. */
export const PROCESS_QUERY_INFORMATION = 0x400;
export const PROCESS_QUERY_LIMITED_INFORMATION = 0x1000;
export const PROCESS_ALL_ACCESS = 0x1fffff;
