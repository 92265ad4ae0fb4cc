import { expect } from "vitest";
import { MEM_COMMIT, MEM_RESERVE, PAGE_GUARD, PAGE_READWRITE } from "../../../src/constants.ts";
import type { StackOptions, Thread, ThreadStack } from "../../../src/index.ts";
import { type Fault, faultOf } from "./fault.ts";
import { PAGE, type Scene } from "./scene.ts";

export const GUARDED = PAGE_READWRITE | PAGE_GUARD;
/** Least size of a stack: 16 pages, of which the lowest is never committed. */
export const SMALL: StackOptions = { stackReserve: 0x10000 };

export function overflow(access: number, address: number): Fault {
  return { code: 0xc00000fd, access, address };
}

/** The main thread with a stack of its own. */
export class StackScene {
  readonly scene: Scene;
  readonly thread: Thread;
  readonly stack: ThreadStack;
  /** Pages of a guard in this process. */
  readonly guards: number;

  constructor(scene: Scene, options: StackOptions = SMALL) {
    this.scene = scene;
    this.thread = scene.process.mainThread;
    this.stack = this.thread.createStack(options);
    this.guards = scene.wide ? 2 : 1;
  }

  /** Pages of the stack, from the lowest: "." reserved, "g" guard, "c" committed, "?" else. */
  pages(): string {
    const { base, deallocationStack } = this.stack;
    let shown = "";
    for (let at = deallocationStack; at < base; at += PAGE) {
      const { protect, state } = this.scene.run(at);
      const isCommitted = state === MEM_COMMIT;
      if (state === MEM_RESERVE) shown += ".";
      else if (isCommitted && protect === PAGE_READWRITE) shown += "c";
      else shown += isCommitted && protect === GUARDED ? "g" : "?";
    }
    return shown;
  }

  /** Number of the page, from the lowest, at which the limit lies. */
  get limitPage(): number {
    return (this.stack.limit - this.stack.deallocationStack) / PAGE;
  }

  /** An address in the page of this number. */
  at(page: number, offset = 8): number {
    return this.stack.deallocationStack + page * PAGE + offset;
  }

  store(page: number): Fault | null {
    return faultOf(() => this.scene.memory.setUint32(this.at(page), 0x11223344));
  }

  /** Touches page after page, downwards to this one. */
  descend(page: number): void {
    for (let next = this.limitPage; next >= page; next--) expect(this.store(next)).toBeNull();
  }

  /** Touches pages downwards until that overflows. */
  exhaust(): Fault {
    for (let page = this.limitPage; ; page--) {
      const fault = this.store(page);
      if (fault !== null) return fault;
    }
  }
}
