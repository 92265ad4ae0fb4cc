import { ERROR_INVALID_ADDRESS } from "../constants/error.ts";
import { E_OUTOFMEMORY, HOST_E_INVALIDOPERATION } from "../constants/hresult.ts";
import { isLackOfMemory } from "../kernel32/last-error.ts";
import type { Hresults } from "./options.ts";

const FACILITY_WIN32 = 0x8007_0000;
const CODE_MASK = 0xffff;

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
