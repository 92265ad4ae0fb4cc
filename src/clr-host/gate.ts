import { eProcessCritical, eTaskCritical } from "../constants/hosting.ts";
import { E_FAIL, E_POINTER, HOST_E_CLRNOTAVAILABLE, S_OK } from "../constants/hresult.ts";
import { packDecision } from "../decision.ts";
import { integer } from "../door.ts";
import { isLackOfMemory } from "../kernel32/last-error.ts";
import { deliver, isServiceWritable, type Out, outAddress } from "../out.ts";
import type { Process } from "../process.ts";
import type { Hosting } from "./hosting.ts";
import { askPolicy, type Choices, type HostMethod } from "./options.ts";

export const Rule = {
  NoPointer: packDecision("14.5#15"),
  NotAvailable: packDecision("17.2#29"),
  Policy: packDecision("17.17#1"),
  Malloc: packDecision("17.17#2"),
  Free: packDecision("17.17#4"),
  Load: packDecision("17.17#7"),
  Callback: packDecision("17.17#8"),
  Needs: packDecision("17.17#9"),
  Acquired: packDecision("17.17#10"),
  Block: packDecision("17.17#11"),
  FreeBlock: packDecision("17.17#13"),
  Unknown: packDecision("17.17#14"),
} as const;

/** An out-parameter that is a number. */
export class NumberOut {
  readonly #process: Process;
  readonly #out: Out<number>;
  readonly #address: number;
  readonly #bytes: number;

  constructor(process: Process, out: Out<number>, name: string, bytes: number) {
    this.#process = process;
    this.#out = out;
    this.#address = outAddress(out, process.door, name);
    this.#bytes = bytes;
  }

  /** Whether it leads somewhere. */
  get isThere(): boolean {
    if (this.#address <= 0) return this.#address !== 0;
    return isServiceWritable(this.#process, this.#address, this.#bytes);
  }

  set(value: number): void {
    deliver(this.#process, this.#out, this.#address, value, this.#bytes);
  }
}

/** What stands before every method of one manager and of the allocators that it has made. */
export class Gate {
  readonly hosting: Hosting;
  readonly process: Process;
  readonly options: Choices;

  constructor(hosting: Hosting, options: Choices) {
    this.hosting = hosting;
    this.process = hosting.process;
    this.options = options;
  }

  /** S_OK where the call may be made: state, pointers, policy, in this order (17.17). */
  admit(
    method: HostMethod,
    parameters: readonly unknown[],
    pointers: readonly { readonly isThere: boolean }[] = [],
  ): number {
    this.process.alive();
    this.hosting.notify();
    if (this.hosting.state !== "started") {
      return this.answer(Rule.NotAvailable, HOST_E_CLRNOTAVAILABLE);
    }
    if (!pointers.every(({ isThere }) => isThere)) return this.answer(Rule.NoPointer, E_POINTER);
    const said = askPolicy(this.options.policy, method, parameters);
    if (said === E_FAIL) this.hosting.fail();
    return said === S_OK ? S_OK : this.answer(Rule.Policy, said);
  }

  /** An answer that is given by the host itself, and the rule that says so. */
  answer(rule: number, hresult: number): number {
    this.process.core.view.decision = rule;
    return hresult;
  }

  /**
   * An allocation, and once more where it lacked memory, the level is not the lowest and the policy
   * can give some back. 0 where it failed.
   */
  allocate(level: number, attempt: () => number): number {
    const { policy } = this.options;
    const address = attempt();
    if (address !== 0 || !isLackOfMemory(this.lastError)) return address;
    if (level === eTaskCritical || policy.reclaim === undefined) return address;
    policy.reclaim(level);
    return attempt();
  }

  get lastError(): number {
    return this.process.currentThread.lastError;
  }
}

/** EMemoryCriticalLevel. */
export function criticalLevel(level: number): number {
  return integer(level, "level", eTaskCritical, eProcessCritical);
}
