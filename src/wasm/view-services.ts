import type { CoreExports } from "./exports.ts";
import type { Link } from "./link.ts";
import type { InContext } from "./services.ts";

/** The services of views that may take the place of a placeholder, and leave one behind. */
export class ViewServices {
  readonly #link: Link;
  readonly #context: number;
  #exports: CoreExports;

  constructor(link: Link) {
    this.#link = link;
    this.#context = link.context;
    this.#exports = link.exports;
    link.onExports((exports) => {
      this.#exports = exports;
    });
  }

  readonly map: InContext<"viewMapExF64"> = (...rest) => {
    try {
      return this.#exports.viewMapExF64(this.#context, ...rest) >>> 0;
    } catch (error) {
      throw this.#link.trapped(error);
    }
  };

  readonly unmap: InContext<"viewUnmapExF64"> = (...rest) => {
    try {
      return this.#exports.viewUnmapExF64(this.#context, ...rest) >>> 0;
    } catch (error) {
      throw this.#link.trapped(error);
    }
  };
}
