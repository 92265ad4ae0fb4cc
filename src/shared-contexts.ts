import type { Settings } from "./options.ts";
import type { PageStore } from "./page-store.ts";
import type { Core } from "./wasm/core.ts";

/** Contexts of the core for threads in workers, each for one at a time. */
export class SharedContexts {
  /** What every worker instantiates. */
  readonly module: WebAssembly.Module;
  readonly #core: Core;
  readonly #free: number[] = [];

  constructor(core: Core, module: WebAssembly.Module) {
    this.#core = core;
    this.module = module;
  }

  /** @throws Error where there is no memory for one more */
  take(): number {
    const context = this.#free.pop() ?? this.#core.contextCreate();
    if (context === 0) throw new Error("no memory for one more thread in a worker");
    return context;
  }

  /** The worker is gone, or does not use it any more. */
  give(context: number): void {
    this.#core.agent?.ended(context);
    this.#core.contextLeave(context);
    this.#free.push(context);
  }
}

/**
 * Whether a machine can have threads.
 *
 * @throws RangeError for options that do not go with them; Error where memory cannot be shared
 */
export function checkThreads({ enclaves }: Settings, pageStore: PageStore | undefined): void {
  if (pageStore !== undefined) throw new RangeError("threads: not with a pageStore");
  if (enclaves.length > 0) throw new RangeError("threads: not with enclaves");
  const { crossOriginIsolated = true } = globalThis as { crossOriginIsolated?: boolean };
  if (typeof SharedArrayBuffer === "function" && crossOriginIsolated) return;
  throw new Error(
    "threads: memory cannot be shared here; the page needs the headers " +
      "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp",
  );
}
