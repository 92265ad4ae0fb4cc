import { coreBytes, threadsBytes } from "./bytes.ts";
import type { CoreExports } from "./exports.ts";
import { toolsOn } from "./tools.ts";

/** A core of this package, compiled at the first use. */
class Embedded {
  readonly #bytes: () => Promise<Uint8Array<ArrayBuffer>>;
  #module: Promise<WebAssembly.Module> | undefined;

  constructor(bytes: () => Promise<Uint8Array<ArrayBuffer>>) {
    this.#bytes = bytes;
  }

  module(): Promise<WebAssembly.Module> {
    this.#module ??= this.#compiled();
    return this.#module;
  }

  async #compiled(): Promise<WebAssembly.Module> {
    try {
      return await WebAssembly.compile(await this.#bytes());
    } catch (error) {
      this.#module = undefined; // it could not be fetched, perhaps: the next machine tries again
      throw error;
    }
  }
}

const embedded = new Embedded(coreBytes);
const embeddedForThreads = new Embedded(threadsBytes);

export function embeddedModule(): Promise<WebAssembly.Module> {
  return embedded.module();
}

/** The core for shared memory. */
export function embeddedThreadsModule(): Promise<WebAssembly.Module> {
  return embeddedForThreads.module();
}

/**
 * A new instance of a core, with memory of its own, and the tools on it.
 *
 * @throws TypeError where the module is not a guardpage core
 */
export async function instantiate(module: WebAssembly.Module): Promise<CoreExports> {
  const isAlone = WebAssembly.Module.imports(module).length === 0;
  if (!isCore(module) || !isAlone) {
    throw new TypeError("module: this WebAssembly.Module is not a guardpage core");
  }
  const instance = await WebAssembly.instantiate(module, {});
  const tools = toolsOn(instance.exports.memory as WebAssembly.Memory);
  // A plain object: engines find its properties faster than those of the frozen exports object.
  return { ...instance.exports, ...tools } as unknown as CoreExports;
}

/**
 * An instance of a core on shared memory, for the agent that has this context.
 *
 * @throws TypeError where the module is not a guardpage core for shared memory
 */
export async function instantiateShared(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  context: number,
): Promise<CoreExports> {
  const names = WebAssembly.Module.imports(module).map(({ module, name }) => `${module}.${name}`);
  if (!isCore(module) || names.sort().join() !== "agent.context,env.memory") {
    throw new TypeError("module: this WebAssembly.Module is not a guardpage core for threads");
  }
  const imports = { env: { memory }, agent: { context } };
  const instance = await WebAssembly.instantiate(module, imports);
  return { ...instance.exports } as unknown as CoreExports;
}

function isCore(module: WebAssembly.Module): boolean {
  const names = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  return names.has("machineCreateF64") && names.has("memory");
}
