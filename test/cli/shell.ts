import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { delimiter } from "node:path";
import { root } from "../setup/tree.ts";
import { PROGRAM, type Run, type Scratch } from "./guardpage.ts";

/** A shell that finds the built program as users do, by `guardpage` and by `npx guardpage`. */
export class Shell {
  readonly #scratch: Scratch;
  readonly #env: Readonly<Record<string, string>>;

  constructor(scratch: Scratch, env: Readonly<Record<string, string>>) {
    this.#scratch = scratch;
    this.#env = env;
    this.command("guardpage", `exec "${process.execPath}" "${PROGRAM}" "$@"`);
    this.command("npx", 'exec "$@"');
  }

  /** Put a program into the path that does this. */
  command(name: string, script: string): void {
    const path = this.#scratch.path(`bin/${name}`);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  }

  /** Run a line of a recipe, with variables as a job engine sets them. */
  run(line: string, env: Readonly<Record<string, string>> = {}): Run {
    const path = `${this.#scratch.path("bin")}${delimiter}${process.env.PATH}`;
    const { status, stdout, stderr } = spawnSync("sh", ["-c", line], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, ...this.#env, ...env, PATH: path },
    });
    return { code: status, stdout, stderr };
  }
}
