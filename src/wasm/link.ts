import { Agent, FIRST_CONTEXT } from "./agent.ts";
import { ContextView } from "./context.ts";
import type { CoreExports } from "./exports.ts";
import { Interruption, MachinePoisoned, poisonedExports } from "./trap.ts";

/**
 * What the classes of this folder share: one instance of the core, its context, and what a trap
 * does to them.
 */
export class Link {
  /** What callers call: the bare exports, or those with a tap. */
  exports: CoreExports;
  /** Without the tap: for what stands between the core and its callers itself. */
  bare: CoreExports;
  /** Linear address of the context. */
  readonly context: number;
  readonly view: ContextView;
  /** Why the core cannot be used any more. */
  poison: MachinePoisoned | undefined;
  /** How often a question about an access has met a mark of code. */
  codeStops = 0;
  /** Services that were asked for, and exceptions that came up. */
  operations = 0;
  #around: ((exports: CoreExports) => CoreExports) | undefined;
  #tap: (() => void) | undefined;
  readonly #onExports: ((exports: CoreExports) => void)[] = [];
  readonly #onTrap: (() => void)[] = [];

  /** The thread of the host, where memory is shared. */
  readonly agent: Agent | undefined;

  /** The machine must have been created. `shared` is the context of an agent on shared memory. */
  constructor(exports: CoreExports, shared?: number) {
    this.exports = exports;
    this.bare = exports;
    const isFirst = shared === undefined || shared === FIRST_CONTEXT;
    this.context = isFirst ? exports.contextCreate() >>> 0 : shared;
    if (this.context === 0) throw new Error("no memory for a context of the core");
    if (shared !== undefined) this.agent = new Agent(exports, this.context);
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

  replace(bare: CoreExports): void {
    this.bare = bare;
    const outer = this.poison === undefined ? (this.#around?.(bare) ?? bare) : bare;
    this.exports = this.#tap === undefined ? outer : tapped(outer, this.#tap);
    for (const listener of this.#onExports) listener(this.exports);
  }

  /**
   * From now on `after` is called whenever a call of the core has returned; undefined ends that.
   * Before what the call has left behind is read: it must not call the core.
   */
  tap(after: (() => void) | undefined): void {
    if (this.poison !== undefined) return;
    this.#tap = after;
    this.replace(this.bare);
  }

  /** From now on callers call what `around` makes of the exports. */
  surround(around: (exports: CoreExports) => CoreExports): void {
    this.#around = around;
    this.replace(this.bare);
  }

  /** As `call`, for what counts as an operation. */
  service<Result>(work: (core: CoreExports, context: number) => Result): Result {
    this.operations++;
    return this.call(work);
  }

  /** A call of the core, whose trap poisons it. */
  call<Result>(work: (core: CoreExports, context: number) => Result): Result {
    try {
      const result = work(this.exports, this.context);
      this.view.refresh();
      return result;
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
      this.agent?.poison();
      this.#tap = undefined;
      this.replace(poisonedExports(this.poison));
      for (const listener of this.#onTrap) listener();
    }
    return this.poison;
  }
}

type Call = (...parameters: number[]) => unknown;

/** Every export, and `after` behind each call of one. */
function tapped(exports: CoreExports, after: () => void): CoreExports {
  const all: Record<string, unknown> = { ...exports };
  for (const [name, value] of Object.entries(all)) {
    if (typeof value === "function") all[name] = tappedCall(value as Call, after);
  }
  return all as unknown as CoreExports;
}

/** Written out for loads and stores: gathering and spreading the parameters costs. */
function tappedCall(call: Call, after: () => void): Call {
  switch (call.length) {
    case 2:
      return (context, address) => {
        const result = call(context as number, address as number);
        after();
        return result;
      };
    case 3:
      return (context, address, value) => {
        const result = call(context as number, address as number, value as number);
        after();
        return result;
      };
    default:
      return (...parameters) => {
        const result = call(...parameters);
        after();
        return result;
      };
  }
}
