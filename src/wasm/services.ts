import type { CoreExports } from "./exports.ts";
import type { Link } from "./link.ts";

/** An export without its first argument, the context. */
export type InContext<Name extends keyof CoreExports> = CoreExports[Name] extends (
  context: number,
  ...rest: infer Rest
) => infer Result
  ? (...rest: Rest) => Result
  : never;

/**
 * The Nt services of the core, and the flush of FlushViewOfFile. `target` is the number of a space
 * or the NTSTATUS of looking up a handle. What programs call all the time is written out: gathering
 * and spreading the arguments costs.
 */
export class Services {
  private readonly link: Link;
  private readonly context: number;
  private exports: CoreExports;

  constructor(link: Link) {
    this.link = link;
    this.context = link.context;
    this.exports = link.exports;
    link.onExports((exports) => {
      this.exports = exports;
    });
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
    this.link.operations++;
    try {
      return (
        this.exports.allocateF64(
          this.context,
          target,
          baseAt,
          base,
          zeroBits,
          sizeAt,
          size,
          type,
          protect,
        ) >>> 0
      );
    } catch (error) {
      throw this.link.trapped(error);
    }
  };

  readonly allocateEx: InContext<"allocateExF64"> = (...rest) =>
    this.link.service((core, context) => core.allocateExF64(context, ...rest) >>> 0);

  readonly free: InContext<"freeF64"> = (target, baseAt, base, sizeAt, size, type) => {
    this.link.operations++;
    try {
      return this.exports.freeF64(this.context, target, baseAt, base, sizeAt, size, type) >>> 0;
    } catch (error) {
      throw this.link.trapped(error);
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
    this.link.operations++;
    try {
      return (
        this.exports.protectF64(
          this.context,
          target,
          baseAt,
          base,
          sizeAt,
          size,
          protect,
          oldAt,
        ) >>> 0
      );
    } catch (error) {
      throw this.link.trapped(error);
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
    this.link.operations++;
    try {
      return (
        this.exports.queryF64(
          this.context,
          target,
          address,
          informationClass,
          bufferAt,
          length,
          returnLengthAt,
        ) >>> 0
      );
    } catch (error) {
      throw this.link.trapped(error);
    }
  };

  readonly lock: InContext<"lockF64"> = (target, baseAt, base, sizeAt, size, mapType) => {
    this.link.operations++;
    try {
      return this.exports.lockF64(this.context, target, baseAt, base, sizeAt, size, mapType) >>> 0;
    } catch (error) {
      throw this.link.trapped(error);
    }
  };

  readonly unlock: InContext<"unlockF64"> = (target, baseAt, base, sizeAt, size, mapType) => {
    this.link.operations++;
    try {
      return (
        this.exports.unlockF64(this.context, target, baseAt, base, sizeAt, size, mapType) >>> 0
      );
    } catch (error) {
      throw this.link.trapped(error);
    }
  };

  readonly readVirtual: InContext<"readVirtualF64"> = (target, address, bufferAt, size, doneAt) => {
    this.link.operations++;
    try {
      return (
        this.exports.readVirtualF64(this.context, target, address, bufferAt, size, doneAt) >>> 0
      );
    } catch (error) {
      throw this.link.trapped(error);
    }
  };

  readonly writeVirtual: InContext<"writeVirtualF64"> = (
    target,
    address,
    bufferAt,
    size,
    doneAt,
  ) => {
    this.link.operations++;
    try {
      return (
        this.exports.writeVirtualF64(this.context, target, address, bufferAt, size, doneAt) >>> 0
      );
    } catch (error) {
      throw this.link.trapped(error);
    }
  };

  readonly writeProcess: InContext<"writeProcessF64"> = (
    target,
    address,
    bufferAt,
    size,
    doneAt,
  ) => {
    this.link.operations++;
    try {
      return (
        this.exports.writeProcessF64(this.context, target, address, bufferAt, size, doneAt) >>> 0
      );
    } catch (error) {
      throw this.link.trapped(error);
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
    this.link.operations++;
    try {
      return (
        this.exports.getWriteWatchF64(
          this.context,
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
      throw this.link.trapped(error);
    }
  };

  readonly resetWriteWatch: InContext<"resetWriteWatchF64"> = (target, base, size) => {
    this.link.operations++;
    try {
      return this.exports.resetWriteWatchF64(this.context, target, base, size) >>> 0;
    } catch (error) {
      throw this.link.trapped(error);
    }
  };

  readonly sectionCreate: InContext<"sectionCreateF64"> = (...rest) =>
    this.link.service((core, context) => core.sectionCreateF64(context, ...rest) >>> 0);

  readonly sectionCreateFile: InContext<"sectionCreateFileF64"> = (...rest) =>
    this.link.service((core, context) => core.sectionCreateFileF64(context, ...rest) >>> 0);

  readonly sectionExtend: InContext<"sectionExtendF64"> = (...rest) =>
    this.link.service((core, context) => core.sectionExtendF64(context, ...rest) >>> 0);

  readonly viewMap: InContext<"viewMapF64"> = (...rest) =>
    this.link.service((core, context) => core.viewMapF64(context, ...rest) >>> 0);

  readonly viewFlush: InContext<"viewFlushF64"> = (...rest) =>
    this.link.service((core, context) => core.viewFlushF64(context, ...rest) >>> 0);
}
