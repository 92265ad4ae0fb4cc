import type { Call, Who } from "./program.ts";

/**
 * Frames stand in steps by their place among all that were ever delivered, to either process. A
 * frame that was freed has no place any more, and the number for it is one that nobody owns.
 */
export type FrameName = number;

/** The entry 0 of an array of frame numbers. */
export const NO_FRAME: FrameName = -1;

/** Steps about windows and offers. */
export type AweStep =
  | ({ op: "allocateUserPages"; count: number } & Call)
  | ({ op: "freeUserPages"; frames: FrameName[] } & Call)
  | ({ op: "mapUserPages"; address: number; count: number; frames: FrameName[] | null } & Call)
  | ({ op: "scatterUserPages"; addresses: number[]; frames: FrameName[] | null } & Call)
  | { op: "offer"; by: Who; address: number; size: number; priority: number }
  | { op: "reclaim" | "discard"; by: Who; address: number; size: number };

export type OfferStep = Extract<AweStep, { op: "offer" | "reclaim" | "discard" }>;
export type UserPagesStep = Exclude<AweStep, OfferStep>;

interface Delivered<T> {
  owner: Who;
  frame: T;
}

/** What was delivered, by place. */
export class FrameNames<T> {
  private readonly delivered: (Delivered<T> | null)[] = [];

  copy(): FrameNames<T> {
    const copy = new FrameNames<T>();
    copy.delivered.push(...this.delivered);
    return copy;
  }

  get count(): number {
    return this.delivered.length;
  }

  deliver(owner: Who, frames: readonly T[]): void {
    for (const frame of frames) this.delivered.push({ owner, frame });
  }

  find(name: FrameName): T | undefined {
    return this.delivered[name]?.frame;
  }

  /** Places of the frames of one process. */
  namesOf(owner: Who): FrameName[] {
    return [...this.delivered.keys()].filter((name) => this.delivered[name]?.owner === owner);
  }

  free(names: readonly FrameName[]): void {
    for (const name of names) this.delivered[name] = null;
  }
}
