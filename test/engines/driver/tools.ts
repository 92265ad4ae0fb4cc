/** What the driver calls of the tools; imported from "tools", as this file is named. */
export declare function verifySpace(context: u32, space: u32): u32;
export declare function stateSave(context: u32, keeps: u32): void;
export declare function stateRoot(section: u32): void;
export declare function stateRoots(): void;
export declare function stateMore(): u32;
export declare function stateSlot(): u32;
export declare function stateHash(): u64;
export declare function userPagesAllocate(
  context: u32,
  target: u32,
  countAt: u64,
  count: u64,
  arrayAt: u64,
): u32;
export declare function userPagesFree(
  context: u32,
  target: u32,
  countAt: u64,
  count: u64,
  arrayAt: u64,
): u32;
export declare function userPagesList(context: u32, listed: u32, count: u32): u32;
export declare function userPagesMap(context: u32, address: u64, count: u64, arrayAt: u64): u32;
export declare function offerPages(context: u32, address: u64, size: u64, priority: u32): u32;
export declare function reclaimPages(context: u32, address: u64, size: u64): u32;
export declare function discardPages(context: u32, address: u64, size: u64): u32;
export declare function codeMark(context: u32, address: u64, length: u64): u32;
export declare function codeNext(space: u32, address: u64, end: u64): u64;
export declare function threadStackMake(context: u32, thread: u32, reserve: u64, commit: u64): u32;
export declare function stackGuarantee(context: u32, sizeAt: u64, size: u64): u32;
export declare function stackRearm(context: u32, stackPointer: u64): u32;
