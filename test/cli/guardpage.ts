import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const PROGRAM = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a shell gives a program beside its arguments. */
export interface Surroundings {
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Run the built program as a shell would. */
export function guardpage(...args: readonly string[]): Run {
  return guardpageIn({}, ...args);
}

export function guardpageIn({ env, ...rest }: Surroundings, ...args: readonly string[]): Run {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
    env: { ...process.env, ...env },
    ...rest,
  });
  return { code: status, stdout, stderr };
}

/** Path of a recorded trace. */
export function recorded(name: string): string {
  return fileURLToPath(new URL(`../conformance/traces/${name}.jsonl.gz`, import.meta.url));
}

export const HEADER = { trace: 1, profile: "win32", source: "a test" };

/** A folder for the files of one test file. */
export class Scratch {
  readonly #folder = mkdtempSync(join(tmpdir(), "guardpage-"));
  #files = 0;

  /** Write a file; the name is its path. */
  file(content: string | Uint8Array, ending = ".jsonl"): string {
    this.#files += 1;
    const path = join(this.#folder, `${this.#files}${ending}`);
    writeFileSync(path, content);
    return path;
  }

  /** The path of a file that is to have this name, which may lead through folders. */
  path(name: string): string {
    const path = join(this.#folder, name);
    mkdirSync(dirname(path), { recursive: true });
    return path;
  }

  /** Write a trace of these rows: a string as it is, an object as JSON. */
  trace(...rows: readonly (string | object)[]): string {
    const lines = rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row)));
    return this.file(`${lines.join("\n")}\n`);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}
