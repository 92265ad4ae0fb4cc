/** HRESULT values by the names of winerror.h and corerror.h, as unsigned numbers. */

export const S_OK = 0;
export const E_NOTIMPL = 0x8000_4001;
export const E_NOINTERFACE = 0x8000_4002;
export const E_POINTER = 0x8000_4003;
export const E_FAIL = 0x8000_4005;
export const E_OUTOFMEMORY = 0x8007_000e;
export const E_INVALIDARG = 0x8007_0057;
export const COR_E_STACKOVERFLOW = 0x8007_03e9;
export const HOST_E_DEADLOCK = 0x8013_1020;
export const HOST_E_INTERRUPTED = 0x8013_1021;
export const HOST_E_INVALIDOPERATION = 0x8013_1022;
export const HOST_E_CLRNOTAVAILABLE = 0x8013_1023;
export const HOST_E_TIMEOUT = 0x8013_1024;
export const HOST_E_NOT_OWNER = 0x8013_1025;
export const HOST_E_ABANDONED = 0x8013_1026;
export const HOST_E_EXITPROCESS_THREADABORT = 0x8013_1027;
export const HOST_E_EXITPROCESS_ADUNLOAD = 0x8013_1028;
export const HOST_E_EXITPROCESS_TIMEOUT = 0x8013_1029;
export const HOST_E_EXITPROCESS_OUTOFMEMORY = 0x8013_102a;
export const HOST_E_EXITPROCESS_STACKOVERFLOW = 0x8013_102b;
