import { type Address, optionBag } from "./door.ts";
import type { Thread } from "./thread.ts";
import { StackField } from "./wasm/stack-exports.ts";

/** Sizes of a stack that is made with a thread. */
export interface StackOptions {
  /** Bytes of address space; rounded up to 64 KB. Default, and for 0: 0x100000. */
  readonly stackReserve?: Address | undefined;
  /**
   * Bytes that are committed at once, the guard included; rounded up to pages, 0x2000 at least.
   * Where nothing would be left to grow into, the reservation becomes the next multiple of
   * 0x100000. Default, and for 0: 0x2000.
   */
  readonly stackCommit?: Address | undefined;
}

/** The bounds of a stack, as a TEB has them. */
export interface StackBounds {
  /** StackBase: the end of the stack. */
  base: number;
  /** StackLimit: its lowest committed page that is not a guard. */
  limit: number;
  /** DeallocationStack: where its region begins. Below its second page the stack never grows. */
  deallocationStack: number;
}

/** The sizes of a stack, checked; 0 where the image says. */
export function stackSizes({ door }: Thread["process"], options: StackOptions): [number, number] {
  optionBag(options, "options", ["stackReserve", "stackCommit"]);
  const { stackReserve = 0, stackCommit = 0 } = options;
  return [door.pointer(stackReserve, "stackReserve"), door.pointer(stackCommit, "stackCommit")];
}

/**
 * The stack of a thread, live: each field is that of the TEB now. The program may set the fields,
 * as a switch of fibers does; growth goes by what they say.
 */
export class ThreadStack implements StackBounds {
  readonly #thread: Thread;

  /** @internal */
  constructor(thread: Thread) {
    this.#thread = thread;
  }

  get base(): number {
    return this.#field(StackField.StackBase);
  }

  set base(address: Address) {
    this.#set({ base: address });
  }

  get limit(): number {
    return this.#field(StackField.StackLimit);
  }

  set limit(address: Address) {
    this.#set({ limit: address });
  }

  get deallocationStack(): number {
    return this.#field(StackField.DeallocationStack);
  }

  set deallocationStack(address: Address) {
    this.#set({ deallocationStack: address });
  }

  /** GuaranteedStackBytes, which SetThreadStackGuarantee sets. */
  get guarantee(): number {
    return this.#field(StackField.GuaranteedStackBytes);
  }

  #field(field: (typeof StackField)[keyof typeof StackField]): number {
    const { core, spaceNumber } = this.#thread.process.alive();
    return core.stacks.field(spaceNumber, this.#thread.id, field);
  }

  #set(change: Partial<Record<keyof StackBounds, Address>>): void {
    const { base, limit, deallocationStack } = this;
    setStack(this.#thread, { base, limit, deallocationStack, ...change });
  }
}

/** Set the fields of the TEB; all zero is no stack. */
export function setStack(
  thread: Thread,
  bounds: Readonly<Record<keyof StackBounds, Address>>,
): void {
  const { core, door, spaceNumber } = thread.process.alive();
  const isSet = core.stacks.set(
    spaceNumber,
    thread.id,
    door.pointer(bounds.base, "base"),
    door.pointer(bounds.limit, "limit"),
    door.pointer(bounds.deallocationStack, "deallocationStack"),
  );
  if (!isSet) throw new Error("no memory for the stack of another thread");
}
