import type { CoreExports } from "./exports.ts";
import type { Link } from "./link.ts";

/** An export without its first argument, the context. */
type InContext<Name extends keyof CoreExports> = CoreExports[Name] extends (
  context: number,
  ...rest: infer Rest
) => infer Result
  ? (...rest: Rest) => Result
  : never;

/** The Nt services of the core. `target` is the number of a space or the NTSTATUS of looking up a handle. */
export class Services {
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
  }

  readonly allocate: InContext<"allocateF64"> = (
    target,
    baseAt,
    base,
    zeroBits,
    sizeAt,
    size,
    type,
    protect,
  ) => {
    const { exports, context } = this.#link;
    try {
      return (
        exports.allocateF64(context, target, baseAt, base, zeroBits, sizeAt, size, type, protect) >>> 0
      );
    } catch (error) {
      throw this.#link.trapped(error);
    }
  };

  readonly free: InContext<"freeF64"> = (target, baseAt, base, sizeAt, size, type) => {
    const { exports, context } = this.#link;
    try {
      return exports.freeF64(context, target, baseAt, base, sizeAt, size, type) >>> 0;
    } catch (error) {
      throw this.#link.trapped(error);
    }
  };

  readonly protect: InContext<"protectF64"> = (
    target,
    baseAt,
    base,
    sizeAt,
    size,
    protect,
    oldAt,
  ) => {
    const { exports, context } = this.#link;
    try {
      return exports.protectF64(context, target, baseAt, base, sizeAt, size, protect, oldAt) >>> 0;
    } catch (error) {
      throw this.#link.trapped(error);
    }
  };

  readonly query: InContext<"queryF64"> = (
    target,
    address,
    informationClass,
    bufferAt,
    length,
    returnLengthAt,
  ) => {
    const { exports, context } = this.#link;
    try {
      return (
        exports.queryF64(
          context,
          target,
          address,
          informationClass,
          bufferAt,
          length,
          returnLengthAt,
        ) >>> 0
      );
    } catch (error) {
      throw this.#link.trapped(error);
    }
  };

  readonly lock: InContext<"lockF64"> = (target, baseAt, base, sizeAt, size, mapType) => {
    const { exports, context } = this.#link;
    try {
      return exports.lockF64(context, target, baseAt, base, sizeAt, size, mapType) >>> 0;
    } catch (error) {
      throw this.#link.trapped(error);
    }
  };

  readonly unlock: InContext<"unlockF64"> = (target, baseAt, base, sizeAt, size, mapType) => {
    const { exports, context } = this.#link;
    try {
      return exports.unlockF64(context, target, baseAt, base, sizeAt, size, mapType) >>> 0;
    } catch (error) {
      throw this.#link.trapped(error);
    }
  };

  readonly readVirtual: InContext<"readVirtualF64"> = (target, address, bufferAt, size, doneAt) => {
    const { exports, context } = this.#link;
    try {
      return exports.readVirtualF64(context, target, address, bufferAt, size, doneAt) >>> 0;
    } catch (error) {
      throw this.#link.trapped(error);
    }
  };

  readonly writeVirtual: InContext<"writeVirtualF64"> = (
    target,
    address,
    bufferAt,
    size,
    doneAt,
  ) => {
    const { exports, context } = this.#link;
    try {
      return exports.writeVirtualF64(context, target, address, bufferAt, size, doneAt) >>> 0;
    } catch (error) {
      throw this.#link.trapped(error);
    }
  };

  readonly writeProcess: InContext<"writeProcessF64"> = (
    target,
    address,
    bufferAt,
    size,
    doneAt,
  ) => {
    const { exports, context } = this.#link;
    try {
      return exports.writeProcessF64(context, target, address, bufferAt, size, doneAt) >>> 0;
    } catch (error) {
      throw this.#link.trapped(error);
    }
  };

  readonly getWriteWatch: InContext<"getWriteWatchF64"> = (
    target,
    flags,
    base,
    size,
    arrayAt,
    countAt,
    count,
    granularityAt,
  ) => {
    const { exports, context } = this.#link;
    try {
      return (
        exports.getWriteWatchF64(
          context,
          target,
          flags,
          base,
          size,
          arrayAt,
          countAt,
          count,
          granularityAt,
        ) >>> 0
      );
    } catch (error) {
      throw this.#link.trapped(error);
    }
  };

  readonly resetWriteWatch: InContext<"resetWriteWatchF64"> = (target, base, size) => {
    const { exports, context } = this.#link;
    try {
      return exports.resetWriteWatchF64(context, target, base, size) >>> 0;
    } catch (error) {
      throw this.#link.trapped(error);
    }
  };
}
