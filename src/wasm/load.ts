import { coreBytes } from "./bytes.ts";
import type { CoreExports } from "./exports.ts";
import { toolsOn } from "./tools.ts";

let embedded: Promise<WebAssembly.Module> | undefined;

/** The core of this package, compiled at the first use. */
export function embeddedModule(): Promise<WebAssembly.Module> {
  embedded ??= compiled();
  return embedded;
}

async function compiled(): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(await coreBytes());
  } catch (error) {
    embedded = undefined; // it could not be fetched, perhaps: the next machine tries again
    throw error;
  }
}

/**
 * A new instance of a core, with memory of its own, and the tools on it.
 *
 * @throws TypeError where the module is not a guardpage core
 */
export async function instantiate(module: WebAssembly.Module): Promise<CoreExports> {
  const names = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  const isCore = names.has("machineCreateF64") && names.has("memory");
  if (!isCore || WebAssembly.Module.imports(module).length > 0) {
    throw new TypeError("module: this WebAssembly.Module is not a guardpage core");
  }
  const instance = await WebAssembly.instantiate(module, {});
  const tools = toolsOn(instance.exports.memory as WebAssembly.Memory);
  // A plain object: engines find its properties faster than those of the frozen exports object.
  return { ...instance.exports, ...tools } as unknown as CoreExports;
}
