/** Exception codes and what handlers answer. Windows page: "EXCEPTION_RECORD structure". */

export const EXCEPTION_ACCESS_VIOLATION = 0xc0000005;
export const EXCEPTION_GUARD_PAGE = 0x80000001;
export const EXCEPTION_DATATYPE_MISALIGNMENT = 0x80000002;
export const EXCEPTION_BREAKPOINT = 0x80000003;
export const EXCEPTION_SINGLE_STEP = 0x80000004;
export const EXCEPTION_IN_PAGE_ERROR = 0xc0000006;
export const EXCEPTION_ILLEGAL_INSTRUCTION = 0xc000001d;
export const EXCEPTION_NONCONTINUABLE_EXCEPTION = 0xc0000025;
export const EXCEPTION_INVALID_DISPOSITION = 0xc0000026;
export const EXCEPTION_PRIV_INSTRUCTION = 0xc0000096;
export const EXCEPTION_STACK_OVERFLOW = 0xc00000fd;

/** ExceptionInformation[0] of a fault: the access was a load. */
export const EXCEPTION_READ_FAULT = 0;
/** ExceptionInformation[0] of a fault: the access was a store. */
export const EXCEPTION_WRITE_FAULT = 1;
/** ExceptionInformation[0] of a fault: the access was a fetch. */
export const EXCEPTION_EXECUTE_FAULT = 8;

/** Of ExceptionFlags: the program cannot go on. */
export const EXCEPTION_NONCONTINUABLE = 0x1;

/** Most elements that ExceptionInformation can have. */
export const EXCEPTION_MAXIMUM_PARAMETERS = 15;

/** Answer of a filter: its handler runs. */
export const EXCEPTION_EXECUTE_HANDLER = 1;
/** Answer of a filter or a vectored handler: the next one is asked. */
export const EXCEPTION_CONTINUE_SEARCH = 0;
/** Answer of a filter or a vectored handler: the program goes on. */
export const EXCEPTION_CONTINUE_EXECUTION = -1;
