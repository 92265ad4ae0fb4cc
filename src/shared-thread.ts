import { AttachedMachine } from "./attached-machine.ts";
import { AttachedProcess } from "./attached-process.ts";
import { shown } from "./door.ts";
import type { Settings } from "./options.ts";
import type { Thread } from "./thread.ts";
import { Core } from "./wasm/core.ts";
import { instantiateShared } from "./wasm/load.ts";

/**
 * A thread on its way to a worker: what `postMessage` copies. It is for one worker, and for this
 * version of the package.
 */
export interface SharedThread {
  /** The core for shared memory, compiled. */
  readonly module: WebAssembly.Module;
  /** The memory of the machine. */
  readonly memory: WebAssembly.Memory;
  /** Linear address of the context that is the thread's own. */
  readonly context: number;
  /** Of the address space, in the core. */
  readonly spaceNumber: number;
  /** How pages are reached. */
  readonly space: "windowed" | "translated";
  /** The id of its process. */
  readonly processId: number;
  /** Its own id. */
  readonly threadId: number;
  /** Those of the machine. */
  readonly options: Settings;
}

/**
 * Take over a thread that its owner has shared: to be called once, in the worker that runs it.
 * `thread.process` is the process as this thread sees it. It has its memory, __try blocks, and the
 * calls of kernel32 and ntdll on virtual memory. What belongs to the owner throws Error: handles
 * and sections, files, vectored handlers, further threads and processes, the end of the process.
 *
 * @param shared what `thread.share()` gave, as the message brought it
 * @throws TypeError where it is something else
 *
 * @example
 * const { process } = await attachThread(shared);
 * const { VirtualAlloc } = kernel32(process);
 */
export async function attachThread(shared: SharedThread): Promise<Thread> {
  const { module, memory, context } = checkShared(shared);
  const core = Core.attach(await instantiateShared(module, memory, context), context);
  return new AttachedProcess(new AttachedMachine(core, shared), shared).mainThread;
}

function checkShared(shared: SharedThread): SharedThread {
  const { module, memory } = (shared ?? {}) as Partial<SharedThread>;
  if (!(module instanceof WebAssembly.Module) || !(memory instanceof WebAssembly.Memory)) {
    throw new TypeError(`shared must be what thread.share() gave, not ${shown(shared)}`);
  }
  return shared;
}
