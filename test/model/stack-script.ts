import type { Stack } from "../../src/model/stack.ts";
import type { Picks } from "./picks.ts";
import type { Step, Who } from "./program.ts";
import { PAGE } from "./script.ts";
import { THREADS } from "./stack-step.ts";

/** Where a thread without a stack looks for it. */
const NO_STACK: Stack = { base: 0x40000, limit: 0x3e000, deallocation: 0x30000, guarantee: 0 };

/** Takes each step as it comes, so that the next one can look at what it did. */
type Push = (step: Step) => void;

/** Writes down steps of one process about the stack of its current thread. */
export class StackScript {
  readonly picks: Picks;
  readonly by: Who;
  readonly push: Push;
  thread = 0;

  constructor(picks: Picks, by: Who, push: Push) {
    this.picks = picks;
    this.by = by;
    this.push = push;
  }

  get random() {
    return this.picks.random;
  }

  private get call() {
    return { face: "nt", by: this.by, on: this.by, handle: "good" } as const;
  }

  /** The stack of the current thread. */
  get stack(): Stack {
    return this.picks.stack(this.by, this.thread) ?? NO_STACK;
  }

  run(thread: number): void {
    this.thread = thread;
    this.push({ op: "runThread", by: this.by, thread });
  }

  /** Some thread with a stack that may still grow. */
  begin(reserve = 0x10000, commit = 0): void {
    this.run(this.random.below(THREADS));
    if (this.stack.limit - this.stack.deallocation < 4 * PAGE || this.random.oneIn(3)) {
      this.push({ op: "releaseStack", by: this.by, thread: this.thread });
    }
    this.push({ op: "threadStack", by: this.by, thread: this.thread, reserve, commit });
  }

  end(): void {
    if (this.random.oneIn(2)) {
      this.push({ op: "releaseStack", by: this.by, thread: this.thread });
    }
  }

  store(address: number, length = 4): void {
    const digits = this.random.bits().toString(16);
    this.push({ op: "store", by: this.by, address, length, digits });
  }

  /** Any access that the thread makes itself. */
  touch(address: number): void {
    const at = { by: this.by, address };
    const kinds = ["load", "store", "fetch", "over", "fill", "copy", "own", "service"] as const;
    const kind = this.random.pick(kinds);
    const length = this.random.pick([1, 2, 4, 8]);
    const other = this.random.pick([
      this.stack.base - 0x100,
      at.address - 0x30,
      at.address + 0x800,
    ]);
    if (kind === "load" || kind === "fetch") this.push({ op: kind, ...at, length });
    else if (kind === "store") this.store(at.address, length);
    else if (kind === "over") this.store(Math.floor(at.address / PAGE) * PAGE - 2);
    else if (kind === "fill") this.push({ op: kind, ...at, value: 7, length: 0x1800 });
    else if (kind === "copy") {
      const ranges = this.random.oneIn(2) ? at : { ...at, address: other, other: at.address };
      const op = this.random.pick(["copy", "compare"] as const);
      this.push({ op, other, ...ranges, length: 0x900 });
    } else if (kind === "own") {
      const call = { ...this.call, address: at.address, length: this.random.pick([4, 0x1200]) };
      if (this.random.oneIn(2)) this.push({ op: "read", ...call });
      else this.push({ op: "write", ...call, value: this.random.below(256) });
    } else if (this.random.oneIn(2)) {
      this.push({ op: "lock", ...this.call, base: at.address, size: 2 * PAGE, mapType: 1 });
      this.push({ op: "unlock", ...this.call, base: at.address, size: 2 * PAGE, mapType: 1 });
    } else this.protect(this.stack.base - PAGE, 0x04, at.address);
  }

  protect(base: number, protect: number, oldAt?: number): void {
    const step = { op: "protect", ...this.call, base, size: PAGE, protect } as const;
    this.push(oldAt === undefined ? step : { ...step, oldAt: Math.floor(oldAt / PAGE) * PAGE });
  }

  allocate(base: number, size: number, type: number, protect = 0x04): void {
    this.push({ op: "allocate", ...this.call, base, size, type, protect, zeroBits: 0 });
  }

  free(base: number, size: number, type: number): void {
    this.push({ op: "free", ...this.call, base, size, type });
  }

  setStack(base: number, limit: number, deallocation: number): void {
    const { by, thread } = this;
    this.push({ op: "setStack", by, thread, base, limit, deallocation });
  }

  guarantee(size: number): void {
    this.push({ op: "guarantee", by: this.by, size });
  }

  rearm(pointer?: number): void {
    this.push({ op: "rearm", by: this.by, ...(pointer === undefined ? {} : { pointer }) });
  }
}

/** What a script about stacks is written by. */
export type StackFragment = (script: StackScript) => void;
