import { Structure } from "./structs.ts";

/** The bounds of a stack that a thread is made with. 20 or 40 bytes. */
export interface InitialTeb {
  /** Of the stack before, where there was one. */
  OldStackBase: number;
  /** Its limit. */
  OldStackLimit: number;
  /** The end of the stack. */
  StackBase: number;
  /** Its lowest committed page that is not a guard. */
  StackLimit: number;
  /** Where its region begins: DeallocationStack. */
  StackAllocationBase: number;
}

export const INITIAL_TEB = new Structure([
  ["OldStackBase", "pointer"],
  ["OldStackLimit", "pointer"],
  ["StackBase", "pointer"],
  ["StackLimit", "pointer"],
  ["StackAllocationBase", "pointer"],
]);
