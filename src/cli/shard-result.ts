import { readFile } from "node:fs/promises";
import { InputError } from "./replay-files.ts";
import type { FileResult, ReplayResults, ShardResult } from "./result.ts";

/** What `replay --json --shard` printed, and the file that it was kept in. */
export interface KeptResult extends ShardResult, ReplayResults {
  readonly from: string;
}

type Json = Readonly<Record<string, unknown>>;

/** @throws InputError where the file cannot be read, or is something else */
export async function readShardResult(from: string): Promise<KeptResult> {
  const text = await readFile(from, "utf8").catch((error: Error) => {
    throw new InputError(`${from}: cannot be read: ${error.message}`);
  });
  const result = parse(text, from);
  if (!isReplayResults(result)) {
    throw new InputError(`${from}: not what \`guardpage replay --json\` prints`);
  }
  if (!isShardResult(result)) {
    throw new InputError(`${from}: not a shard: \`guardpage replay --json\` ran without --shard`);
  }
  return { from, ...result };
}

function parse(text: string, from: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${from}: not JSON: ${(error as Error).message}`);
  }
}

function isReplayResults(value: unknown): value is ReplayResults {
  if (!isObject(value)) return false;
  const { files, milliseconds } = value;
  return Array.isArray(files) && files.every(isFileResult) && isCount(milliseconds);
}

function isFileResult(value: unknown): value is FileResult {
  if (!isObject(value) || typeof value.file !== "string") return false;
  const { profile, space, passed, failed, differences, error } = value;
  if (error !== undefined) {
    const isKnown = isObject(error) && (error.cause === "input" || error.cause === "fault");
    return isKnown && typeof error.message === "string";
  }
  const isCounted = isCount(passed) && isCount(failed) && Array.isArray(differences);
  return typeof profile === "string" && typeof space === "string" && isCounted;
}

function isShardResult(value: object): value is ShardResult {
  const { guardpage, shard, list } = value as Json;
  if (typeof guardpage !== "string" || !isObject(shard) || !isObject(list)) return false;
  const { index, count } = shard;
  const isPlaced = isCount(index) && isCount(count) && index >= 1 && index <= count;
  return isPlaced && isCount(list.files) && typeof list.digest === "string";
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
