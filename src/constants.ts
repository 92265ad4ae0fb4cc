/**
 * Constants of the Windows headers, by their names.
 *
 * @example
 * import { MEM_COMMIT, MEM_RESERVE, PAGE_READWRITE } from "guardpage/constants";
 *
 * @module guardpage/constants
 */
export * from "./constants/ce.ts";
export * from "./constants/enclave.ts";
export * from "./constants/error.ts";
export * from "./constants/exception.ts";
export * from "./constants/file.ts";
export * from "./constants/hosting.ts";
export * from "./constants/hresult.ts";
export * from "./constants/memory.ts";
export * from "./constants/offer.ts";
export * from "./constants/process.ts";
export * from "./constants/section.ts";
export * from "./constants/status.ts";
export * from "./constants/working-set.ts";
