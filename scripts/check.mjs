/**
 * Everything that can be checked without running the code: types of both halves, lint and format,
 * and the tarball as npm would publish it. Needs a build.
 */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { fail, root, run, tool } from "./run.mjs";

/** Entries that are not JavaScript; TypeScript users have no types to get wrong there. */
const ENTRIES_WITHOUT_TYPES = [
  "./core.wasm",
  "./core-simd.wasm",
  "./core.threads.wasm",
  "./tools.wasm",
  "./guardpage.h",
  "./assembly",
  "./package.json",
];

async function checkTarball() {
  const folder = `${root}/build/pack`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const npm = process.env.npm_execpath;
  if (npm === undefined) throw new Error("check.mjs runs under npm: npm run check");
  await run(npm, "pack", "--ignore-scripts", "--pack-destination", folder);
  const [name] = readdirSync(folder);
  const tarball = `${folder}/${name}`;
  await run(tool("publint/src/cli.js"), "run", tarball, "--strict");
  await run(
    tool("@arethetypeswrong/cli/dist/index.js"),
    tarball,
    "--profile",
    "esm-only",
    "--exclude-entrypoints",
    ...ENTRIES_WITHOUT_TYPES,
  );
}

/** @type {[string, () => Promise<unknown>][]} */
const checks = [
  ["types of the host", () => run(tool("typescript/bin/tsc"), "-p", ".")],
  ["types of the core", () => run(tool("typescript/bin/tsc"), "-p", "assembly")],
  ["types of test entries", () => run(tool("typescript/bin/tsc"), "-p", "test/unit/entries")],
  ["types of the driver", () => run(tool("typescript/bin/tsc"), "-p", "test/engines/driver")],
  [
    "lint and format",
    () => run(tool("@biomejs/biome/bin/biome"), "check", "--error-on-warnings", "."),
  ],
  ["package", checkTarball],
];

const results = await Promise.allSettled(checks.map(([, check]) => check()));
for (const [index, result] of results.entries()) {
  const failed = result.status === "rejected";
  console.log(`${failed ? "FAILED" : "ok"}  ${checks[index]?.[0]}`);
  if (failed) fail(result.reason);
}
