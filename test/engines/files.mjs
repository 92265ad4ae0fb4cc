/** The modules that engines run: the build's, and the driver, compiled here. */
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { root, run, tool } from "../../scripts/run.mjs";

const driver = `${root}/build/engines/driver.wasm`;

/** Where each module is. @param {import("./program.mjs").Order["core"]} core */
export function pathsOf(core) {
  return {
    core: `${root}/build/core.${core}.wasm`,
    tools: `${root}/build/tools.wasm`,
    driver,
  };
}

/** A file or folder beside this one. @param {string} name */
export function beside(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}

export async function compileDriver() {
  mkdirSync(`${root}/build/engines`, { recursive: true });
  await run(
    tool("assemblyscript/bin/asc.js"),
    ...["test/engines/driver/index.ts", "--config", "test/engines/driver/asconfig.json"],
    ...["--outFile", driver],
  );
}
