import {
  HighMemoryResourceNotification,
  LowMemoryResourceNotification,
} from "./constants/working-set.ts";
import type { Machine } from "./machine.ts";

/** High memory begins at so many times the pages at which memory is low. */
const HIGH_FACTOR = 3;

/**
 * An object that says whether memory is low, or whether there is plenty: shared by all processes of
 * a machine, and looked at when it is asked, so after the call or access that crossed the line.
 */
export class MemoryNotification {
  readonly #machine: Machine;
  readonly #type: number;

  constructor(machine: Machine, type: number) {
    this.#machine = machine;
    this.#type = type;
  }

  /** Low: free frames at or below the threshold; high: at or above three times as many. */
  get isSignaled(): boolean {
    const { lowMemoryPages } = this.#machine.options;
    const { frames, physicalPages } = this.#machine.counters;
    const free = physicalPages - frames;
    return this.#type === LowMemoryResourceNotification
      ? free <= lowMemoryPages
      : free >= HIGH_FACTOR * lowMemoryPages;
  }

  handleOpened(): void {}

  handleClosed(): void {}
}

/** The two notifications of a machine, by their types. */
export function memoryNotifications(machine: Machine): ReadonlyMap<number, MemoryNotification> {
  const types = [LowMemoryResourceNotification, HighMemoryResourceNotification];
  return new Map(types.map((type) => [type, new MemoryNotification(machine, type)]));
}
