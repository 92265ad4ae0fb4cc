import { type Address, PageFault, type Process } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import type { MemoryBasicInformation } from "../../src/structs.ts";

/** A call that every face has in one form or another. Sizes are bytes; a base of 0 is NULL. */
export type CallStep =
  | { op: "alloc"; base: number; size: number; type: number; protect: number }
  | { op: "free"; base: number; size: number; type: number }
  | { op: "protect"; base: number; size: number; protect: number }
  | { op: "query"; address: number }
  | { op: "getWriteWatch"; flags: number; base: number; size: number; capacity: number };

/** An access of the program itself, 1, 2 or 4 bytes, by no face. */
export type AccessStep =
  | { op: "read"; address: number; bytes: 1 | 2 | 4 }
  | { op: "write"; address: number; bytes: 1 | 2 | 4; value: number };

export type Step = CallStep | AccessStep;

/** All that the caller can see of one call. */
export interface Answer {
  /** What the function returned. */
  readonly value: Address;
  /** The last error after the call, as the face tells it; 0 where the face has none. */
  readonly error: number;
  /** What the call wrote, by name; nothing where it wrote nothing. */
  readonly outputs: Readonly<Record<string, Address | readonly Address[]>>;
}

/**
 * The calls of a face in one process. What is no exact number comes as a bigint; the answers of a
 * face are its own, and its `FaceTable` says which they have to be.
 */
export interface FaceCalls {
  alloc(base: Address, size: Address, type: number, protect: number): Answer;
  free(base: Address, size: Address, type: number): Answer;
  protect(base: Address, size: Address, protect: number): Answer;
  query(address: Address): Answer;
  /** Left out where the face has none: then programs do not ask for it. */
  getWriteWatch?(flags: number, base: Address, size: Address, capacity: number): Answer;
}

/** How the answers of a face follow from those of kernel32. */
export interface FaceTable {
  /**
   * What kernel32 is asked in place of a call of the face, or the answer that the face gives
   * without it: then kernel32 is not called, and takes over the error if there is one. Default: the
   * same call.
   */
  call?(step: CallStep): CallStep | Answer;
  /** What the face answers to `step` where kernel32 answered so. */
  answer(answer: Answer, step: CallStep): Answer;
}

export function isStep(asked: Step | Answer): asked is Step {
  return "op" in asked;
}

export function isAccess(step: Step): step is AccessStep {
  return step.op === "read" || step.op === "write";
}

/** A number as far as it is exact. */
function exact(value: number): Address {
  return Number.isSafeInteger(value) ? value : BigInt(value);
}

export function call(calls: FaceCalls, step: CallStep): Answer {
  if (step.op === "query") return calls.query(exact(step.address));
  const [base, size] = [exact(step.base), exact(step.size)];
  if (step.op === "alloc") return calls.alloc(base, size, step.type, step.protect);
  if (step.op === "free") return calls.free(base, size, step.type);
  if (step.op === "protect") return calls.protect(base, size, step.protect);
  if (calls.getWriteWatch === undefined) throw new Error("the face has no GetWriteWatch");
  return calls.getWriteWatch(step.flags, base, size, step.capacity);
}

/** The value that was read, or the exception in the place of an error. */
export function access({ memory }: Process, step: AccessStep): Answer {
  const address = exact(step.address);
  try {
    if (step.op === "write") {
      if (step.bytes === 1) memory.setUint8(address, step.value & 0xff);
      else if (step.bytes === 2) memory.setUint16(address, step.value & 0xffff);
      else memory.setUint32(address, step.value);
      return { value: 0, error: 0, outputs: {} };
    }
    if (step.bytes === 1) return { value: memory.getUint8(address), error: 0, outputs: {} };
    if (step.bytes === 2) return { value: memory.getUint16(address), error: 0, outputs: {} };
    return { value: memory.getUint32(address), error: 0, outputs: {} };
  } catch (error) {
    if (!(error instanceof PageFault)) throw error;
    const { code, access, address } = error;
    return { value: 0, error: code, outputs: { access, address } };
  }
}

/** The calls as kernel32 has them, against which faces are held. */
export function kernel32Calls(process: Process): FaceCalls {
  const { VirtualAlloc, VirtualFree, VirtualProtect, VirtualQuery, GetWriteWatch, GetLastError } =
    kernel32(process);
  const answer = (value: number, outputs: Answer["outputs"]): Answer => {
    return { value, error: GetLastError(), outputs };
  };

  return {
    alloc: (base, size, type, protect) => answer(VirtualAlloc(base, size, type, protect), {}),

    free: (base, size, type) => answer(VirtualFree(base, size, type), {}),

    protect(base, size, protect) {
      const old = { value: 0 };
      const done = VirtualProtect(base, size, protect, old);
      return answer(done, done === 0 ? {} : { old: old.value });
    },

    query(address) {
      const information: Partial<MemoryBasicInformation> = {};
      return answer(VirtualQuery(address, information), information);
    },

    getWriteWatch(flags, base, size, capacity) {
      const addresses: { value: number[] } = { value: [] };
      const [count, granularity] = [{ value: capacity }, { value: 0 }];
      const failed = GetWriteWatch(flags, base, size, addresses, count, granularity);
      if (failed !== 0) return answer(failed, {});
      const outputs = { addresses: addresses.value, count: count.value };
      return answer(failed, { ...outputs, granularity: granularity.value });
    },
  };
}

/** Whether kernel32 did what it was asked. */
export function succeeded({ op }: Step, { value, error }: Answer): boolean {
  if (op === "read" || op === "write") return error === 0;
  return op === "getWriteWatch" ? value === 0 : value !== 0;
}
