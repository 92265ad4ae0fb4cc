import type { Link } from "./link.ts";

/** Checkpoints of the core, by their marks. */
export class CheckpointServices {
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
  }

  /** The mark of a new one; 0 without memory for it, and then there are none any more. */
  make(): number {
    return this.#link.call((core) => core.checkpointMake() >>> 0);
  }

  rewind(mark: number): void {
    this.#link.call((core) => core.checkpointRewind(mark));
  }

  /** Those before this one are gone. */
  drop(mark: number): void {
    this.#link.call((core) => core.checkpointsDrop(mark));
  }

  /** All are gone. */
  forget(): void {
    this.#link.call((core) => core.checkpointsForget());
  }

  /** Whether there are any: they go where the guest needs their memory. */
  get there(): boolean {
    return this.#link.call((core) => core.checkpointsThere()) !== 0;
  }
}
