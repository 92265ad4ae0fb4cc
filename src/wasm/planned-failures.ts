import type { CoreExports } from "./exports.ts";

/** A service that is to fail, as if memory were at its end. */
export interface PlannedFailure {
  /** Its exports, which are counted together; empty for all that may lack memory. */
  readonly exports: readonly (keyof CoreExports)[];
  /** Which call of them: 1 is the first. */
  readonly nth: number;
  readonly status: number;
}

/** The services that may lack memory, and the NTSTATUS with which Windows says so. */
export interface LackingService {
  readonly exports: readonly (keyof CoreExports)[];
  readonly status: number;
}

type Call = (...parameters: number[]) => number;

/**
 * The exports, of which some calls fail and change nothing. Counts go on when the exports beneath
 * are replaced.
 */
export class PlannedFailures {
  readonly #failures: readonly (PlannedFailure & { calls: number })[];
  readonly #services: readonly LackingService[];

  constructor(failures: readonly PlannedFailure[], services: readonly LackingService[]) {
    this.#failures = failures.map((failure) => ({ ...failure, calls: 0 }));
    this.#services = services;
  }

  /** How often each of them has counted. */
  get calls(): readonly number[] {
    return this.#failures.map(({ calls }) => calls);
  }

  set calls(calls: readonly number[]) {
    for (const [index, failure] of this.#failures.entries()) failure.calls = calls[index] ?? 0;
  }

  around(exports: CoreExports): CoreExports {
    const all: Record<string, unknown> = { ...exports };
    for (const name of this.#services.flatMap((service) => service.exports)) {
      const call = exports[name] as Call;
      all[name] = (...parameters: number[]) => this.#failure(name) ?? call(...parameters);
    }
    return all as unknown as CoreExports;
  }

  /** The status of the call that comes now, if it is one that fails. */
  #failure(name: keyof CoreExports): number | undefined {
    let status: number | undefined;
    for (const failure of this.#failures) {
      if (failure.exports.length > 0 && !failure.exports.includes(name)) continue;
      failure.calls++;
      if (failure.calls === failure.nth) status ??= failure.status || this.#statusOf(name);
    }
    return status;
  }

  #statusOf(name: keyof CoreExports): number {
    const service = this.#services.find(({ exports }) => exports.includes(name));
    return service?.status ?? 0;
  }
}
