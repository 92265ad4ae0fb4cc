import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { text } from "node:stream/consumers";
import { glob, isDynamicPattern } from "tinyglobby";
import { InputError } from "./replay-files.ts";

const RECORDINGS = ["**/*.jsonl", "**/*.jsonl.gz"];
const STANDARD_INPUT = "-";

/**
 * The files that a command line names, each once, at its first place. A folder stands for the
 * recordings in it and below it, a pattern for the files that match, both in the order of the code
 * units of their names: the same on every system and in every locale.
 *
 * @param named files, folders and patterns
 * @param listed a file with the name of one file a line, taken as they are; "-" for standard input
 * @throws InputError for a folder or a pattern without files, or a list that cannot be read
 */
export async function listFiles(
  named: readonly string[],
  listed: string | undefined,
): Promise<readonly string[]> {
  const expanded = await Promise.all(named.map(expand));
  const lines = listed === undefined ? [] : await readLines(listed);
  return [...new Set([...expanded.flat(), ...lines])];
}

async function expand(name: string): Promise<readonly string[]> {
  const found = await stat(name).catch(() => undefined);
  if (found?.isDirectory()) {
    const below = await glob(RECORDINGS, { cwd: name, dot: true });
    if (below.length === 0) {
      throw new InputError(`${name}: a folder without .jsonl and .jsonl.gz files`);
    }
    return below.map((file) => join(name, file)).sort();
  }
  // What is there is a file, whatever its name looks like.
  if (found !== undefined || !isDynamicPattern(name)) return [name];
  const options = { absolute: isAbsolute(name), expandDirectories: false, dot: true };
  const matching = await glob(name, options);
  if (matching.length === 0) throw new InputError(`${name}: no file matches`);
  return matching.sort();
}

async function readLines(list: string): Promise<readonly string[]> {
  const source = list === STANDARD_INPUT ? process.stdin : createReadStream(list);
  const content = await text(source).catch((error: Error) => {
    throw new InputError(`${list}: cannot be read: ${error.message}`);
  });
  return content.split(/\r?\n/).filter((line) => line !== "");
}
