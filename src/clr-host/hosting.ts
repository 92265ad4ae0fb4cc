import {
  eMemoryAvailableHigh,
  eMemoryAvailableLow,
  eMemoryAvailableNeutral,
} from "../constants/hosting.ts";
import { type MemoryState, memoryState } from "../memory-notification.ts";
import type { Process } from "../process.ts";
import type { DebugBlock } from "./heap.ts";
import type { ICLRMemoryNotificationCallback } from "./interface.ts";

/** Whether the runtime can be served: not before `start`, and never again after E_FAIL. */
export type ClrState = "not-started" | "started" | "failed";

const AVAILABLE: Readonly<Record<MemoryState, number>> = {
  low: eMemoryAvailableLow,
  neither: eMemoryAvailableNeutral,
  high: eMemoryAvailableHigh,
};

/** What all managers of one process share, whatever policy each of them has. */
export class Hosting {
  readonly process: Process;
  /** Bases of the regions that VirtualAlloc of a manager has made. */
  readonly regions = new Set<number>();
  /** Sizes of the ranges that the runtime has reserved itself, by their starts. */
  readonly acquired = new Map<number, number>();
  /** Each allocator's list of the blocks of DebugAlloc. */
  readonly debugLists = new Set<ReadonlyMap<number, DebugBlock>>();
  #state: ClrState = "not-started";
  #callback: ICLRMemoryNotificationCallback | undefined;
  #told: MemoryState = "high";
  #isTelling = false;
  #isQueued = false;
  readonly #changed = () => this.#queue();

  constructor(process: Process) {
    this.process = process;
  }

  get state(): ClrState {
    return this.#state;
  }

  start(): void {
    if (this.#state === "not-started") this.#state = "started";
  }

  /** E_FAIL: nothing in the process can use the runtime any more. */
  fail(): void {
    this.#state = "failed";
    this.listen(undefined);
  }

  /** Tell this one of the memory there is, from the next change on. */
  listen(callback: ICLRMemoryNotificationCallback | undefined): void {
    const { machine } = this.process;
    this.#callback = callback;
    if (callback === undefined) {
      machine.memoryWatch.remove(this.#changed);
      return;
    }
    this.#told = memoryState(machine);
    machine.memoryWatch.add(this.#changed);
  }

  /** Tell of a state that has not been told. A change that the telling makes is told later. */
  notify(): void {
    if (this.#callback === undefined || this.#isTelling) return;
    const { exited, machine } = this.process;
    if (exited || machine.poisoned) {
      machine.memoryWatch.remove(this.#changed);
      return;
    }
    const state = memoryState(machine);
    if (state === this.#told) return;
    this.#told = state;
    this.#isTelling = true;
    try {
      this.#callback.OnMemoryNotification(AVAILABLE[state]);
    } finally {
      this.#isTelling = false;
    }
  }

  /** The call or access is still under way: after it, and after all that is synchronous. */
  #queue(): void {
    if (this.#isQueued) return;
    this.#isQueued = true;
    this.process.machine.memoryWatch.later(() => {
      this.#isQueued = false;
      this.notify();
    });
  }
}

const hostings = new WeakMap<Process, Hosting>();

/** One for each process, however many managers it has. */
export function hostingOf(process: Process): Hosting {
  let hosting = hostings.get(process);
  if (hosting === undefined) {
    hosting = new Hosting(process);
    hostings.set(process, hosting);
  }
  return hosting;
}
