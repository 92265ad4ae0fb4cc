import {
  ERROR_COMMITMENT_LIMIT,
  ERROR_INVALID_ADDRESS,
  ERROR_NO_SYSTEM_RESOURCES,
  ERROR_NOT_ENOUGH_MEMORY,
  ERROR_NOT_ENOUGH_QUOTA,
  ERROR_OUTOFMEMORY,
  ERROR_PAGEFILE_QUOTA,
  ERROR_PAGEFILE_QUOTA_EXCEEDED,
} from "../constants/error.ts";
import { E_OUTOFMEMORY, HOST_E_INVALIDOPERATION } from "../constants/hresult.ts";
import type { Hresults } from "./options.ts";

const FACILITY_WIN32 = 0x8007_0000;
const CODE_MASK = 0xffff;

const LACK_OF_MEMORY: readonly number[] = [
  ERROR_NOT_ENOUGH_MEMORY,
  ERROR_OUTOFMEMORY,
  ERROR_PAGEFILE_QUOTA_EXCEEDED,
  ERROR_NO_SYSTEM_RESOURCES,
  ERROR_PAGEFILE_QUOTA,
  ERROR_COMMITMENT_LIMIT,
  ERROR_NOT_ENOUGH_QUOTA,
];

/** Whether more memory would help. */
export function isLackOfMemory(error: number): boolean {
  return LACK_OF_MEMORY.includes(error);
}

/** HRESULT_FROM_WIN32: exceptions and the like are HRESULTs already. */
export function hresultOf(error: number): number {
  return (error | 0) <= 0 ? error >>> 0 : (FACILITY_WIN32 | (error & CODE_MASK)) >>> 0;
}

/** What VirtualAlloc answers for a Win32 error (14.5). */
export function allocateFailure(error: number, hresults: Hresults): number {
  const lacks = isLackOfMemory(error) || error === ERROR_INVALID_ADDRESS;
  return hresults === "strict" || lacks ? E_OUTOFMEMORY : hresultOf(error);
}

/** What VirtualFree answers for a Win32 error in memory of the host (17.17). */
export function freeFailure(error: number, hresults: Hresults): number {
  return hresults === "strict" ? HOST_E_INVALIDOPERATION : hresultOf(error);
}
