/** The part of the time that may go into it. */
const SHARE = 0.25;

/**
 * Work that is asked for often and may take long: done at most once per picture, and so seldom that
 * it takes a quarter of the time at most.
 */
export class Pace {
  readonly #work: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #frame: number | undefined;
  /** When it may be done next, of `performance.now()`. */
  #nextMilliseconds = 0;

  constructor(work: () => void) {
    this.#work = work;
  }

  /** Do it soon. */
  ask(): void {
    if (this.#timer !== undefined || this.#frame !== undefined) return;
    const waits = this.#nextMilliseconds - performance.now();
    if (waits <= 0) this.#atFrame();
    else this.#timer = setTimeout(() => this.#atFrame(), waits);
  }

  /** Do not do what was asked for. */
  cancel(): void {
    clearTimeout(this.#timer);
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#timer = undefined;
    this.#frame = undefined;
  }

  #atFrame(): void {
    this.#timer = undefined;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = undefined;
      const began = performance.now();
      this.#work();
      const ended = performance.now();
      this.#nextMilliseconds = ended + (ended - began) * (1 / SHARE - 1);
    });
  }
}
