/**
 * Assembles and links the program that the demo's CPU runs:
 *
 *     node scripts/build-guest-program.mjs [FOLDER]
 *
 * writes self-writing.exe to the folder, or beside its source. It needs clang and lld. The same
 * source gives the same file: nothing in it says when or where it was made.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./run.mjs";

const SOURCES = `${root}/demo/cpu/program`;
const [folder = SOURCES] = process.argv.slice(2);

/**
 * @param {string} program
 * @param {string[]} args
 */
const run = (program, ...args) => execFileSync(program, args, { stdio: "inherit" });

const objects = mkdtempSync(join(tmpdir(), "guardpage-program-"));
try {
  const object = join(objects, "self-writing.obj");
  run("clang", "--target=i686-pc-windows-msvc", "-c", `${SOURCES}/self-writing.s`, "-o", object);
  run(
    "lld-link",
    ...["/entry:start", "/subsystem:console", "/nodefaultlib", "/safeseh:no"],
    // Always at the base that it names: its addresses are the same in each run.
    ...["/fixed", "/timestamp:0"],
    `/out:${join(folder, "self-writing.exe")}`,
    object,
  );
} finally {
  rmSync(objects, { recursive: true });
}
