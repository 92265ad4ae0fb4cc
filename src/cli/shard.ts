import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { inOrder } from "./in-order.ts";

/** One share of a list of files: number `index` of `count`, from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** What tells whether two shards are shares of one list. */
export interface ListIdentity {
  readonly files: number;
  /** SHA-256 over names and sizes of all files, sorted by name, as hexadecimal text. */
  readonly digest: string;
}

export interface ShardedList {
  readonly list: ListIdentity;
  /** The files of the share, sorted by name. */
  readonly files: readonly string[];
}

interface SizedFile {
  readonly file: string;
  readonly sizeBytes: number;
}

const SIZES_AT_A_TIME = 64;

/**
 * The share of a list that belongs to a shard. It follows from the names and sizes of the files
 * alone: sorted by size, largest first, files are dealt out from the first shard to the last and
 * then back again, over and over. So the numbers of files differ by at most one, and the bytes by
 * at most those of the largest file. A file whose size cannot be read counts as empty; to replay
 * it says what is wrong with it.
 */
export async function shardOf(files: readonly string[], shard: Shard): Promise<ShardedList> {
  const sorted: SizedFile[] = [];
  for await (const sized of inOrder([...files].sort(), SIZES_AT_A_TIME, sizeOf)) {
    sorted.push(sized);
  }
  const dealt = sorted
    .toSorted((left, right) => right.sizeBytes - left.sizeBytes)
    .filter((_file, turn) => receiver(turn, shard.count) === shard.index);
  return { list: identityOf(sorted), files: dealt.map(({ file }) => file).sort() };
}

/** Which shard gets the file whose turn it is. */
function receiver(turn: number, count: number): number {
  const place = turn % count;
  const isOnTheWayBack = Math.floor(turn / count) % 2 === 1;
  return isOnTheWayBack ? count - place : place + 1;
}

async function sizeOf(file: string): Promise<SizedFile> {
  const found = await stat(file).catch(() => undefined);
  return { file, sizeBytes: found?.size ?? 0 };
}

function identityOf(sorted: readonly SizedFile[]): ListIdentity {
  const hash = createHash("sha256");
  for (const { file, sizeBytes } of sorted) hash.update(`${sizeBytes} ${file}\0`);
  return { files: sorted.length, digest: hash.digest("hex") };
}
