import type { Link } from "./link.ts";
import type { InContext } from "./services.ts";

/** The services of views that may take the place of a placeholder, and of pages shown twice. */
export class ViewServices {
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
  }

  readonly map: InContext<"viewMapExF64"> = (...rest) =>
    this.#link.service((core, context) => core.viewMapExF64(context, ...rest) >>> 0);

  readonly unmap: InContext<"viewUnmapExF64"> = (...rest) =>
    this.#link.service((core, context) => core.viewUnmapExF64(context, ...rest) >>> 0);

  readonly copyPages: InContext<"pagesCopyF64"> = (...rest) =>
    this.#link.service((core, context) => core.pagesCopyF64(context, ...rest) >>> 0);
}
