import { NO_FRAME } from "./awe-steps.ts";
import { MEM_PHYSICAL, MEM_RESERVE } from "./memory-picks.ts";
import type { Picks } from "./picks.ts";
import type { HandleKind, Step, Who } from "./program.ts";
import { Script } from "./script.ts";

/** More than are ever delivered: a number that nobody owns. */
const UNKNOWN = 9999;

/** A script that has windows, frames and offers. */
export class AweScript extends Script {
  /** Frames of this process before the script, and those that it asks for. */
  private frames: number[];
  private next: number;

  constructor(picks: Picks, by: Who, base: number, steps: Step[] = []) {
    super(picks, by, base, steps);
    this.frames = picks.frameNames(by);
    this.next = picks.nextFrameName();
  }

  private get face() {
    return this.random.pick(["nt", "win32"] as const);
  }

  window(at: number, size: number): void {
    this.allocate(at, size, MEM_RESERVE + MEM_PHYSICAL);
  }

  frame(count: number): void {
    this.push({ op: "allocateUserPages", ...this.call, face: this.face, count });
    for (let i = 0; i < count; i += 1) this.frames.push(this.next + i);
    this.next += count;
  }

  /** The script of the other process, at the same place in the list. */
  beside(): AweScript {
    return new AweScript(this.picks, (1 - this.by) as Who, this.base, this.steps);
  }

  /** Frames for the other process, by a handle to it. */
  frameFor(other: AweScript, count: number, handle: HandleKind): void {
    const call = { face: this.face, by: this.by, on: other.by, handle };
    this.push({ op: "allocateUserPages", ...call, count });
    if (handle !== "good") return;
    for (let i = 0; i < count; i += 1) other.frames.push(this.next + i);
    this.next += count;
    other.next = this.next;
  }

  /** Frees frames of the other process, or what it is told they are. */
  freeFor(other: AweScript, frames: number[], handle: HandleKind): void {
    const call = { face: this.face, by: this.by, on: other.by, handle };
    this.push({ op: "freeUserPages", ...call, frames });
  }

  /** A frame of this process, most often. */
  someFrame(): number {
    if (this.random.oneIn(16)) return this.random.pick([UNKNOWN, NO_FRAME, this.random.below(8)]);
    return this.frames.length === 0 ? 0 : this.random.pick(this.frames);
  }

  /** Frames that stand together, no two the same. */
  someFrames(count: number): number[] {
    const start = this.random.below(Math.max(1, this.frames.length - count + 1));
    const frames = this.frames.slice(start, start + count);
    while (frames.length < count) frames.push(this.someFrame());
    if (this.random.oneIn(8)) frames[this.random.below(count)] = this.someFrame();
    return frames;
  }

  map(at: number, frames: number[]): void {
    const address = this.base + at;
    const call = { ...this.call, face: this.face };
    this.push({ op: "mapUserPages", ...call, address, count: frames.length, frames });
  }

  unmap(at: number, count: number): void {
    const call = { ...this.call, face: this.face };
    this.push({ op: "mapUserPages", ...call, address: this.base + at, count, frames: null });
  }

  scatter(ats: number[], frames: number[] | null): void {
    const addresses = ats.map((at) => this.base + at);
    const call = { ...this.call, face: this.face };
    this.push({ op: "scatterUserPages", ...call, addresses, frames });
  }

  freeFrames(frames: number[]): void {
    this.push({ op: "freeUserPages", ...this.call, face: this.face, frames });
  }

  freeAll(): void {
    this.freeFrames(this.frames);
    this.frames = [];
  }

  offer(at: number, size: number, priority = 4): void {
    this.push({ op: "offer", by: this.by, address: this.base + at, size, priority });
  }

  reclaim(at: number, size: number): void {
    this.push({ op: "reclaim", by: this.by, address: this.base + at, size });
  }

  discard(at: number, size: number): void {
    this.push({ op: "discard", by: this.by, address: this.base + at, size });
  }
}

/** What a script about windows and offers is written by. */
export type AweFragment = (script: AweScript) => void;
