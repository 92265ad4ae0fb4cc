import { type FileHandle, open } from "node:fs/promises";
import { resolve } from "node:path";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { pathToFileURL } from "node:url";
import { createGzip } from "node:zlib";
import { Machine } from "../machine.ts";
import type { ProfileName } from "../profile.ts";
import { Recorder } from "../recording/recorder.ts";
import { InputError } from "./replay-files.ts";

export interface RecordOptions {
  readonly output: string;
  readonly profile?: ProfileName;
  readonly hashEvery: number;
}

/** What a program exports as its default: it is called with a fresh machine. */
type Program = (machine: Machine, args: readonly string[]) => unknown;

const EXIT_RECORDED = 0;
const EXIT_PROGRAM_FAILED = 1;

/**
 * `guardpage record PROGRAM`: the exit code. What the program did until it failed is recorded.
 *
 * @throws InputError where there is no such program, or the file cannot be written
 */
export async function recordCommand(
  path: string,
  args: readonly string[],
  { output, profile, hashEvery }: RecordOptions,
): Promise<number> {
  const program = await programOf(path);
  const file = await openFile(output);
  const machine = await Machine.create({ profile });
  const lines = new PassThrough();
  const written = write(lines, file, output.endsWith(".gz") ? "gzip" : "plain");
  const recorder = new Recorder(machine, (line) => lines.write(line), { hashEvery });
  let code = EXIT_RECORDED;
  try {
    await program(machine, args);
  } catch (error) {
    console.error(error);
    code = EXIT_PROGRAM_FAILED;
  } finally {
    recorder.stop();
    lines.end();
  }
  await written;
  return code;
}

async function programOf(path: string): Promise<Program> {
  let module: { readonly default?: unknown };
  try {
    module = await import(pathToFileURL(resolve(path)).href);
  } catch (error) {
    throw new InputError(`${path}: ${(error as Error).message}`);
  }
  if (typeof module.default === "function") return module.default as Program;
  throw new InputError(`${path}: its default export must be a function (machine, args)`);
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, "w");
  } catch (error) {
    throw new InputError(`${path}: ${(error as Error).message}`);
  }
}

function write(lines: PassThrough, file: FileHandle, form: "gzip" | "plain"): Promise<void> {
  const target = file.createWriteStream();
  return form === "gzip" ? pipeline(lines, createGzip(), target) : pipeline(lines, target);
}
