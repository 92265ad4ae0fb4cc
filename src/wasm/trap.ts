import type { CoreExports } from "./exports.ts";

/**
 * The core trapped: a defect of this package, or of a module that was given to it. Nothing inside
 * can be relied on any more, so every use of the machine throws this from then on. `cause` is what
 * the engine threw.
 */
export class MachinePoisoned extends Error {
  override readonly name = "MachinePoisoned";

  constructor(cause: unknown) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    super(`the core trapped (${reason}), so this machine cannot be used any more`, { cause });
  }
}

/** Thrown by what the host does between two calls of the core: no trap. */
export class Interruption extends Error {}

/**
 * Exports of which each use throws. They take the place of the real ones, so that nobody has to
 * test.
 */
export function poisonedExports(poison: MachinePoisoned): CoreExports {
  return new Proxy({} as CoreExports, {
    get() {
      throw poison;
    },
  });
}
