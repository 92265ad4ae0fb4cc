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
    link.onTrap((poisoned) => {
      this.#exports = poisoned;
    });
  }

  readonly map: InContext<"viewMapExF64"> = (
    target,
    section,
    rights,
    baseAt,
    base,
    offsetAt,
    offset,
    sizeAt,
    size,
    type,
    protection,
    lowest,
    highest,
    alignment,
  ) => {
    try {
      return (
        this.#exports.viewMapExF64(
          this.#context,
          target,
          section,
          rights,
          baseAt,
          base,
          offsetAt,
          offset,
          sizeAt,
          size,
          type,
          protection,
          lowest,
          highest,
          alignment,
        ) >>> 0
      );
    } catch (error) {
      throw this.#link.trapped(error);
    }
  };

  readonly unmap: InContext<"viewUnmapExF64"> = (target, address, flags) => {
    try {
      return this.#exports.viewUnmapExF64(this.#context, target, address, flags) >>> 0;
    } catch (error) {
      throw this.#link.trapped(error);
    }
  };
}
