import type { Link } from "./link.ts";
import type { InContext } from "./services.ts";

/** Enclaves and call targets of the core. Services answer an NTSTATUS. */
export class EnclaveServices {
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
  }

  setTypes(types: number): void {
    this.#link.call((core) => core.machineSetEnclaves(types));
  }

  isSupported(type: number): boolean {
    return this.#link.service((core) => core.enclaveSupported(type)) !== 0;
  }

  readonly create: InContext<"enclaveCreateF64"> = (...rest) =>
    this.#link.service((core, context) => core.enclaveCreateF64(context, ...rest) >>> 0);

  readonly load: InContext<"enclaveLoadF64"> = (...rest) =>
    this.#link.service((core, context) => core.enclaveLoadF64(context, ...rest) >>> 0);

  readonly initialize: InContext<"enclaveInitializeF64"> = (...rest) =>
    this.#link.service((core, context) => core.enclaveInitializeF64(context, ...rest) >>> 0);

  delete(base: number): number {
    return this.#link.service((core, context) => core.enclaveDeleteF64(context, base) >>> 0);
  }

  terminate(base: number): number {
    return this.#link.service((core, context) => core.enclaveTerminateF64(context, base) >>> 0);
  }

  call(routine: number): number {
    return this.#link.service((core, context) => core.enclaveCallF64(context, routine) >>> 0);
  }

  /** Whether a running enclave begins there, which a thread is in from now on. */
  enter(base: number): boolean {
    return this.#link.service((core, context) => core.enclaveEnterF64(context, base)) !== 0;
  }

  leave(base: number): void {
    this.#link.service((core, context) => core.enclaveLeaveF64(context, base));
  }

  /** From where accesses come: inside of this enclave, or 0. */
  inside(base: number): void {
    this.#link.service((core, context) => core.enclaveInsideF64(context, base));
  }

  accept(address: number): number {
    return this.#link.service((core, context) => core.enclaveAcceptF64(context, address) >>> 0);
  }

  /** Whether there is a further page, which is in the results then. */
  nextPage(address: number, from: number): boolean {
    return (
      this.#link.service((core, context) => core.enclavePageNextF64(context, address, from)) !== 0
    );
  }

  guardFlow(space: number): void {
    this.#link.service((core) => core.spaceGuardFlow(space));
  }

  readonly setTargets: InContext<"targetsSetF64"> = (...rest) =>
    this.#link.service((core, context) => core.targetsSetF64(context, ...rest) >>> 0);

  isTarget(address: number): boolean {
    return this.#link.service((core, context) => core.targetValidF64(context, address)) !== 0;
  }
}
