import { TRANSFER_BYTES } from "./exports.ts";
import type { Link } from "./link.ts";
import type { InContext } from "./services.ts";

export const WORKING_SET_ENTRIES = TRANSFER_BYTES / 8;
export const WORKING_SET_PAIRS = TRANSFER_BYTES / 16;

/** The services of the core about working sets, and of nodes of memory. */
export class WorkingSetServices {
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
  }

  readonly setNumaNodes = (nodes: number): void => {
    this.#link.call((core) => core.machineNuma(nodes));
  };

  readonly allocateNuma: InContext<"allocateNumaF64"> = (...rest) =>
    this.#link.service((core, context) => core.allocateNumaF64(context, ...rest) >>> 0);

  readonly query: InContext<"workingSetQueryF64"> = (...rest) =>
    this.#link.service((core, context) => core.workingSetQueryF64(context, ...rest) >>> 0);

  readonly queryEx: InContext<"workingSetQueryExF64"> = (...rest) =>
    this.#link.service((core, context) => core.workingSetQueryExF64(context, ...rest) >>> 0);

  readonly empty: InContext<"workingSetEmpty"> = (target) =>
    this.#link.service((core, context) => core.workingSetEmpty(context, target) >>> 0);

  readonly getLimits: InContext<"workingSetGetLimitsF64"> = (...rest) =>
    this.#link.service((core, context) => core.workingSetGetLimitsF64(context, ...rest) >>> 0);

  readonly setLimits: InContext<"workingSetSetLimitsF64"> = (...rest) =>
    this.#link.service((core, context) => core.workingSetSetLimitsF64(context, ...rest) >>> 0);

  readonly memoryCounters: InContext<"memoryCounters"> = (target) =>
    this.#link.service((core, context) => core.memoryCounters(context, target) >>> 0);
}
