/**
 * Builds everything, in this order: the twins of the ABI, and its locked form; the cores, the
 * counting form of one, and the tools; those that the host embeds as text in `build/*.ts`; the
 * library with its declarations in `dist/`.
 */
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { generateLocked } from "./generate-locked.mjs";
import { generateAllTwins } from "./generate-twins.mjs";
import { fail, root, run, tool } from "./run.mjs";

async function buildThreads() {
  await run(tool("assemblyscript/bin/asc.js"), "--config", "asconfig.threads.json");
  await run(`${root}/scripts/optimize.mjs`, "threads");
}

/** @param {"release" | "simd" | "debug"} target */
async function buildCore(target) {
  await run(tool("assemblyscript/bin/asc.js"), "--config", "asconfig.json", "--target", target);
  if (target !== "debug") await run(`${root}/scripts/optimize.mjs`, target);
  if (target === "release") await run(`${root}/scripts/count.mjs`);
}

async function buildTools() {
  await run(tool("assemblyscript/bin/asc.js"), "--config", "asconfig.tools.json");
}

function embed() {
  for (const name of ["core.release", "core.simd", "core.threads", "tools"]) {
    const text = readFileSync(`${root}/build/${name}.wasm`).toString("base64");
    writeFileSync(`${root}/build/${name}.ts`, `export const base64 =\n  "${text}";\n`);
  }
}

async function buildDeclarations() {
  rmSync(`${root}/build/types`, { recursive: true, force: true });
  // Only what is for Node.js may see its types.
  await run(tool("typescript/bin/tsc"), "-p", "tsconfig.build.json");
  await run(tool("typescript/bin/tsc"), "-p", "tsconfig.node.json");
}

/** TypeScript leaves `.ts` in the paths of declarations; a package names the files it ships. */
function copyDeclarations() {
  const from = `${root}/build/types/src`;
  for (const path of readdirSync(from, { recursive: true, encoding: "utf8" })) {
    const source = `${from}/${path}`;
    const target = `${root}/dist/${path}`;
    if (statSync(source).isDirectory()) continue;
    mkdirSync(dirname(target), { recursive: true });
    const text = readFileSync(source, "utf8");
    if (path.endsWith(".map")) {
      const map = JSON.parse(text);
      map.sources = map.sources.map((/** @type {string} */ name) =>
        relative(dirname(target), resolve(dirname(source), name)),
      );
      writeFileSync(target, JSON.stringify(map));
    } else {
      writeFileSync(
        target,
        text.replace(/((?:from|import) ?\(?["']\.[^"']*)\.ts(["'])/g, "$1.js$2"),
      );
    }
  }
}

async function build() {
  generateAllTwins();
  generateLocked();
  mkdirSync(`${root}/build`, { recursive: true });
  await Promise.all([
    buildCore("release"),
    buildCore("simd"),
    buildCore("debug"),
    buildThreads(),
    buildTools(),
  ]);
  embed();
  await Promise.all([
    run(tool("vite/bin/vite.js"), "build", "--logLevel", "warn"),
    buildDeclarations(),
  ]);
  copyDeclarations();
  copyFileSync(`${root}/build/core.release.wasm`, `${root}/dist/core.wasm`);
  copyFileSync(`${root}/build/core.simd.wasm`, `${root}/dist/core-simd.wasm`);
  copyFileSync(`${root}/build/core.threads.wasm`, `${root}/dist/core.threads.wasm`);
  copyFileSync(`${root}/build/tools.wasm`, `${root}/dist/tools.wasm`);
  chmodSync(`${root}/dist/cli.js`, 0o755);
}

try {
  const started = performance.now();
  await build();
  if (!process.argv.includes("--quiet")) {
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const coreBytes = statSync(`${root}/dist/core.wasm`).size;
    console.log(`built in ${seconds} s, core module ${coreBytes} bytes`);
  }
} catch (error) {
  fail(error);
}
