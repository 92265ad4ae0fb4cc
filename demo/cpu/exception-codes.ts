/** What a processor raises beside page faults, by the names of the Windows headers. */
export const EXCEPTION_INT_DIVIDE_BY_ZERO = 0xc0000094;
