import { ContextView } from "./context.ts";
import type { CoreExports } from "./exports.ts";
import { Interruption, MachinePoisoned, poisonedExports } from "./trap.ts";

/**
 * What the classes of this folder share: one instance of the core, its context, and what a trap
 * does to them.
 */
export class Link {
  exports: CoreExports;
  /** Linear address of the context. */
  readonly context: number;
  readonly view: ContextView;
  /** Why the core cannot be used any more. */
  poison: MachinePoisoned | undefined;
  readonly #onExports: ((exports: CoreExports) => void)[] = [];
  readonly #onTrap: (() => void)[] = [];

  /** The machine must have been created. */
  constructor(exports: CoreExports) {
    this.exports = exports;
    this.context = exports.contextCreate() >>> 0;
    if (this.context === 0) throw new Error("no memory for a context of the core");
    this.view = new ContextView(exports.memory, this.context);
  }

  /** Called with whatever takes the place of the exports. */
  onExports(listener: (exports: CoreExports) => void): void {
    this.#onExports.push(listener);
  }

  /** Called once, when the core has trapped. */
  onTrap(listener: () => void): void {
    this.#onTrap.push(listener);
  }

  replace(exports: CoreExports): void {
    this.exports = exports;
    for (const listener of this.#onExports) listener(exports);
  }

  /** A call of the core, whose trap poisons it. */
  call<Result>(work: (core: CoreExports, context: number) => Result): Result {
    try {
      return work(this.exports, this.context);
    } catch (error) {
      throw this.trapped(error);
    }
  }

  /**
   * What to throw for whatever a call of the core has thrown. A stack overflow counts as a trap:
   * the core was left in the middle of something.
   */
  trapped(error: unknown): MachinePoisoned | Interruption {
    if (error instanceof Interruption) return error;
    if (this.poison === undefined) {
      this.poison = new MachinePoisoned(error);
      this.replace(poisonedExports(this.poison));
      for (const listener of this.#onTrap) listener();
    }
    return this.poison;
  }
}
