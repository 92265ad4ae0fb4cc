/** Priorities of OfferVirtualMemory: what is dropped first has the lowest. */

export const VmOfferPriorityVeryLow = 1;
export const VmOfferPriorityLow = 2;
export const VmOfferPriorityBelowNormal = 3;
export const VmOfferPriorityNormal = 4;
