import { readFileSync } from "node:fs";
import { Machine, type MachineOptions } from "../../src/index.ts";
import type { CoreExports } from "../../src/wasm/exports.ts";
import { toolsOn } from "../../src/wasm/tools.ts";

/** Which core the tests of this run use: "release" or "debug". The projects of vitest set it. */
export const coreName = process.env.GUARDPAGE_CORE ?? "release";

const coreUrl = new URL(`../../build/core.${coreName}.wasm`, import.meta.url);

let compiled: WebAssembly.Module | undefined;

/** The core under test, compiled once for each test file. */
export function coreModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(coreUrl));
  return compiled;
}

/** An instance of the core under test, without a host, and the tools on its memory. */
export function bareCore(): CoreExports {
  const { exports } = new WebAssembly.Instance(coreModule(), {});
  const core = exports as unknown as CoreExports;
  return { ...core, ...toolsOn(core.memory) };
}

/** A machine on the core under test. */
export function createMachine(options: MachineOptions = {}): Promise<Machine> {
  return Machine.create({ ...options, module: coreModule() });
}
