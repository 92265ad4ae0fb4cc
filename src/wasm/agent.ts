import type { CoreExports } from "./exports.ts";

/** What a core for shared memory exports besides. */
interface AgentFunctions extends CoreExports {
  agentRun(): void;
  agentPark(): void;
  agentMayBlock(): void;
  agentEnded(context: number): void;
  machinePoison(): void;
}

/** Linear address of the first context: that of the agent that makes the machine. */
export const FIRST_CONTEXT = 0x10000;

/** Pages of 64 KB that linear memory has at first, and at most. */
const PAGES = { initial: 48, maximum: 65535 };

const STATE_OFFSET = 0x34;
const RUNNING = 1;

export function sharedMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ ...PAGES, shared: true });
}

/**
 * The thread of the host that this instance of the core is in, where memory is shared. While it
 * runs, bytes stay where the core has said that they are, and who takes a right away waits.
 */
export class Agent {
  readonly #functions: AgentFunctions;
  readonly #words: Int32Array;

  constructor(exports: CoreExports, context: number) {
    this.#functions = exports as AgentFunctions;
    this.#words = new Int32Array(exports.memory.buffer, context + STATE_OFFSET, 1);
    if (mayBlock()) this.#functions.agentMayBlock();
  }

  get runs(): boolean {
    return Atomics.load(this.#words, 0) === RUNNING;
  }

  /** From now on it runs. */
  run(): void {
    if (!this.runs) this.#functions.agentRun();
  }

  /** From now on it does not, and may be idle or wait for anything. */
  park(): void {
    if (this.runs) this.#functions.agentPark();
  }

  /** It runs for a moment, up to `end`. Whether it did before: for `end`. */
  begin(): boolean {
    const ran = this.runs;
    if (!ran) this.#functions.agentRun();
    return ran;
  }

  end(ran = false): void {
    if (!ran) this.#functions.agentPark();
  }

  /** The thread behind another context has ended. */
  ended(context: number): void {
    this.#functions.agentEnded(context);
  }

  /** A call has trapped, perhaps with the lock: nobody else is to wait for it. */
  poison(): void {
    this.#functions.machinePoison();
  }
}

/** A browser lets workers wait, but not the thread of a page. */
function mayBlock(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}
