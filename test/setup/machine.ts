import { readFileSync } from "node:fs";
import { Machine, type MachineOptions } from "../../src/index.ts";

/** Which core the tests of this run use: "release" or "debug". The projects of vitest set it. */
export const coreName = process.env.GUARDPAGE_CORE ?? "release";

const coreUrl = new URL(`../../build/core.${coreName}.wasm`, import.meta.url);

let compiled: WebAssembly.Module | undefined;

/** The core under test, compiled once for each test file. */
export function coreModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(coreUrl));
  return compiled;
}

/** A machine on the core under test. */
export function createMachine(options: MachineOptions = {}): Promise<Machine> {
  return Machine.create({ ...options, module: coreModule() });
}
