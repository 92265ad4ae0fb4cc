import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./tree.ts";

/** A folder outside of the repository in which the packed package is installed. */
export interface Consumer {
  folder: string;
  /** What the tarball holds, by path. */
  files: string[];
  /** Run an ES module in the folder; what it printed. */
  run(source: string): string;
  remove(): void;
}

function npm(...args: string[]): void {
  const script = process.env.npm_execpath;
  const [command, first] = script === undefined ? ["npm", []] : [process.execPath, [script]];
  execFileSync(command, [...first, ...args], { cwd: root, stdio: "pipe" });
}

/** Pack as `npm publish` would, unpack as `npm install` would, with the dependencies beside it. */
export function installPackage(): Consumer {
  const folder = mkdtempSync(join(tmpdir(), "guardpage-"));
  npm("pack", "--ignore-scripts", "--pack-destination", folder);
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  if (tarball === undefined) throw new Error("npm pack wrote no tarball");

  const installed = join(folder, "node_modules/guardpage");
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", join(folder, tarball), "-C", installed, "--strip-components=1"]);
  for (const dependency of ["commander", "cli-progress", "tinyglobby", "workerpool"]) {
    symlinkSync(`${root}/node_modules/${dependency}`, join(folder, "node_modules", dependency));
  }
  return {
    folder,
    files: readdirSync(installed, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1)),
    run: (source) => {
      const args = ["--input-type=module", "--eval", source];
      return execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" }).trim();
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
