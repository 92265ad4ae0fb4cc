/** Enumerations and interfaces of mscoree.h, as far as memory goes. */

/** MALLOC_TYPE: bits that CreateMalloc takes. */
export const MALLOC_THREADSAFE = 1;
export const MALLOC_EXECUTABLE = 2;

/** EMemoryAvailable: what OnMemoryNotification is told. */
export const eMemoryAvailableLow = 1;
export const eMemoryAvailableNeutral = 2;
export const eMemoryAvailableHigh = 3;

/** EMemoryCriticalLevel: what ends when an allocation fails, a task, a domain or the process. */
export const eTaskCritical = 0;
export const eAppDomainCritical = 1;
export const eProcessCritical = 2;

/** Interface identifiers, as QueryInterface takes them. */
export const IID_IUnknown = "{00000000-0000-0000-c000-000000000046}";
export const IID_IHostMemoryManager = "{7bc698d1-f9e3-4460-9cde-d04248e9fa25}";
export const IID_IHostMalloc = "{1831991c-cc53-4a31-b218-04e910446479}";
