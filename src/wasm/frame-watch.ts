import { PHYSICAL_FRAMES } from "./exports.ts";
import type { Link } from "./link.ts";

/** Numbers of frames, both ends included. */
export interface Band {
  readonly least: number;
  readonly most: number;
}

/**
 * Notices when the number of frames in use leaves a band. While it watches, it looks at one word of
 * linear memory after each call of the core; otherwise the exports are the bare ones and it costs
 * nothing. What is done in the window without a call of the core takes and gives no frame.
 */
export class FrameWatch {
  readonly #link: Link;
  #words: Uint32Array;

  constructor(link: Link) {
    this.#link = link;
    this.#words = this.#renew();
  }

  /**
   * @param bandOf the band around a number of frames
   * @param left called inside of the call that has left a band, so it must not call the core
   */
  start(bandOf: (frames: number) => Band, left: () => void): void {
    let { least, most } = bandOf(this.#frames());
    this.#link.tap(() => {
      // A view that memory has grown away from reads `undefined`, which is in no band.
      const frames = this.#words[0] as number;
      if (frames >= least && frames <= most) return;
      const now = this.#frames();
      if (now >= least && now <= most) return;
      ({ least, most } = bandOf(now));
      left();
    });
  }

  stop(): void {
    this.#link.tap(undefined);
  }

  #frames(): number {
    return this.#words[0] ?? this.#renew()[0] ?? 0;
  }

  #renew(): Uint32Array {
    this.#words = this.#link.view.words(PHYSICAL_FRAMES, 1);
    return this.#words;
  }
}
