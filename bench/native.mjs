/** Wine's own calls on this machine: a C program, compiled to a temporary folder. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Missing, onPath, output, root } from "./engines/program.mjs";

/** @typedef {import("./run.mjs").Result} Result */
/** @typedef {{ compiler: string, wine: string }} Native */

const SOURCE = `${root}bench/native/calls.c`;

/** @returns {Native} */
export function openNative() {
  const compiler = onPath("x86_64-w64-mingw32-gcc");
  const wine = onPath("wine64", "wine");
  const missing = [
    ...(compiler === undefined ? ["a mingw compiler (x86_64-w64-mingw32-gcc)"] : []),
    ...(wine === undefined ? ["Wine (wine64, wine)"] : []),
  ];
  if (compiler === undefined || wine === undefined) {
    throw new Missing(`--native: PATH lacks ${missing.join(" and ")}`);
  }
  return { compiler, wine };
}

/**
 * Puts the figures "native" beside those of the same calls.
 *
 * @param {Native} native
 * @param {Result[]} results
 * @returns {Promise<string>} the version of Wine
 */
export async function addNative({ compiler, wine }, results) {
  const folder = mkdtempSync(join(tmpdir(), "guardpage-native-"));
  try {
    const program = join(folder, "calls.exe");
    await output(compiler, ["-O2", "-o", program, SOURCE]);
    const env = { ...process.env, WINEPREFIX: join(folder, "prefix"), WINEDEBUG: "-all" };
    const figures = JSON.parse(await output(wine, [program], env));
    for (const { id, figures: known } of results) {
      const nanoseconds = figures[id.replace(/^call\/js\//, "")];
      if (nanoseconds !== undefined) known.native = nanoseconds;
    }
    const [version = ""] = (await output(wine, ["--version"], env)).trim().split(" ");
    return version;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
