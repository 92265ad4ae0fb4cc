import {
  HighMemoryResourceNotification,
  LowMemoryResourceNotification,
} from "./constants/working-set.ts";
import type { Machine } from "./machine.ts";

/** High memory begins at so many times the pages at which memory is low. */
const HIGH_FACTOR = 3;

/** What both notifications of a machine say together. */
export type MemoryState = "low" | "neither" | "high";

/** The fewest frames in use of each state but high, which begins at none. */
function thresholds({ options, counters }: Machine): {
  readonly neither: number;
  readonly low: number;
} {
  const { lowMemoryPages } = options;
  const { physicalPages } = counters;
  const low = physicalPages - lowMemoryPages;
  return { neither: Math.min(physicalPages - HIGH_FACTOR * lowMemoryPages + 1, low), low };
}

/** Low counts where a threshold of 0 makes memory both. */
export function memoryState(machine: Machine): MemoryState {
  const { frames } = machine.counters;
  const { neither, low } = thresholds(machine);
  if (frames >= low) return "low";
  return frames >= neither ? "neither" : "high";
}

/**
 * An object that says whether memory is low, or whether there is plenty: shared by all processes of
 * a machine, and looked at when it is asked, so after the call or access that crossed the line.
 */
export class MemoryNotification {
  readonly #machine: Machine;
  readonly type: number;

  constructor(machine: Machine, type: number) {
    this.#machine = machine;
    this.type = type;
  }

  /** Low: free frames at or below the threshold; high: at or above three times as many. */
  get isSignaled(): boolean {
    const { lowMemoryPages } = this.#machine.options;
    const { frames, physicalPages } = this.#machine.counters;
    const free = physicalPages - frames;
    return this.type === LowMemoryResourceNotification
      ? free <= lowMemoryPages
      : free >= HIGH_FACTOR * lowMemoryPages;
  }

  handleOpened(): void {}

  handleClosed(): void {}

  /** It is nothing but its type. */
  keep(): () => void {
    return () => {};
  }
}

/** Does work when all that is synchronous is over. */
export type Later = (work: () => void) => void;

/** Nobody says otherwise: as soon as the engine can. */
export const inMicrotask: Later = (work) => queueMicrotask(work);

/**
 * Tells listeners that memory has gone from one state to another: while there are any, the frames
 * in use are looked at behind each call of the core.
 */
export class MemoryWatch {
  readonly #machine: Machine;
  readonly #listeners = new Set<() => void>();
  /** How listeners go on after the call or access. A replay says itself when that is. */
  later: Later = inMicrotask;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** `listener` is called inside of the call or access, and must do nothing but remember it. */
  add(listener: () => void): void {
    this.#listeners.add(listener);
    if (this.#listeners.size > 1) return;
    const { neither, low } = thresholds(this.#machine);
    this.#machine.core.frameWatch.start(
      (frames) => {
        if (frames >= low) return { least: low, most: Number.POSITIVE_INFINITY };
        if (frames >= neither) return { least: neither, most: low - 1 };
        return { least: 0, most: neither - 1 };
      },
      () => {
        for (const each of this.#listeners) each();
      },
    );
  }

  remove(listener: () => void): void {
    if (this.#listeners.delete(listener) && this.#listeners.size === 0) {
      this.#machine.core.frameWatch.stop();
    }
  }
}

/** The two notifications of a machine, by their types. */
export function memoryNotifications(machine: Machine): ReadonlyMap<number, MemoryNotification> {
  const types = [LowMemoryResourceNotification, HighMemoryResourceNotification];
  return new Map(types.map((type) => [type, new MemoryNotification(machine, type)]));
}
