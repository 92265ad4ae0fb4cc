import type { CoreExports } from "./exports.ts";
import { TRANSFER_BYTES } from "./exports.ts";
import type { Link } from "./link.ts";
import type { InContext } from "./services.ts";

export const WORKING_SET_ENTRIES = TRANSFER_BYTES / 8;
export const WORKING_SET_PAIRS = TRANSFER_BYTES / 16;

/** The services of the core about working sets, and of nodes of memory. */
export class WorkingSetServices {
  readonly #link: Link;
  readonly #context: number;

  constructor(link: Link) {
    this.#link = link;
    this.#context = link.context;
  }

  #call<Result>(work: (exports: CoreExports) => Result): Result {
    try {
      return work(this.#link.exports);
    } catch (error) {
      throw this.#link.trapped(error);
    }
  }

  readonly setNumaNodes = (nodes: number): void => {
    this.#call((core) => core.machineNuma(nodes));
  };

  readonly allocateNuma: InContext<"allocateNumaF64"> = (...rest) =>
    this.#call((core) => core.allocateNumaF64(this.#context, ...rest)) >>> 0;

  readonly query: InContext<"workingSetQueryF64"> = (...rest) =>
    this.#call((core) => core.workingSetQueryF64(this.#context, ...rest)) >>> 0;

  readonly queryEx: InContext<"workingSetQueryExF64"> = (...rest) =>
    this.#call((core) => core.workingSetQueryExF64(this.#context, ...rest)) >>> 0;

  readonly empty: InContext<"workingSetEmpty"> = (target) =>
    this.#call((core) => core.workingSetEmpty(this.#context, target)) >>> 0;

  readonly getLimits: InContext<"workingSetGetLimitsF64"> = (...rest) =>
    this.#call((core) => core.workingSetGetLimitsF64(this.#context, ...rest)) >>> 0;

  readonly setLimits: InContext<"workingSetSetLimitsF64"> = (...rest) =>
    this.#call((core) => core.workingSetSetLimitsF64(this.#context, ...rest)) >>> 0;

  readonly memoryCounters: InContext<"memoryCounters"> = (target) =>
    this.#call((core) => core.memoryCounters(this.#context, target)) >>> 0;
}
