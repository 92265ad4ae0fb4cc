/** Enumerations and interfaces of mscoree.h, as far as memory goes. */

/** MALLOC_TYPE: a bit that CreateMalloc takes. */
export const MALLOC_THREADSAFE = 1;
/** MALLOC_TYPE: a bit that CreateMalloc takes. */
export const MALLOC_EXECUTABLE = 2;

/** EMemoryAvailable: what OnMemoryNotification is told. */
export const eMemoryAvailableLow = 1;
/** EMemoryAvailable: what OnMemoryNotification is told. */
export const eMemoryAvailableNeutral = 2;
/** EMemoryAvailable: what OnMemoryNotification is told. */
export const eMemoryAvailableHigh = 3;

/** EMemoryCriticalLevel: when the allocation fails, the task ends. */
export const eTaskCritical = 0;
/** EMemoryCriticalLevel: when the allocation fails, the domain ends. */
export const eAppDomainCritical = 1;
/** EMemoryCriticalLevel: when the allocation fails, the process ends. */
export const eProcessCritical = 2;

/** Interface identifier, as QueryInterface takes it. */
export const IID_IUnknown = "{00000000-0000-0000-c000-000000000046}";
/** Interface identifier, as QueryInterface takes it. */
export const IID_IHostMemoryManager = "{7bc698d1-f9e3-4460-9cde-d04248e9fa25}";
/** Interface identifier, as QueryInterface takes it. */
export const IID_IHostMalloc = "{1831991c-cc53-4a31-b218-04e910446479}";
