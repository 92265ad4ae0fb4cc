import { InvalidArgumentError } from "commander";
import type { Shard } from "./shard.ts";

const NUMBER = /^[1-9]\d{0,8}$/;
const SHARD = /^([1-9]\d{0,8})\/([1-9]\d{0,8})$/;

/** A number of threads, or of a line. */
export function parseNumber(text: string): number {
  if (!NUMBER.test(text)) throw new InvalidArgumentError("It must be a number from 1.");
  return Number(text);
}

export function parseShard(text: string): Shard {
  const [, index, count] = (SHARD.exec(text) ?? []).map(Number);
  if (index === undefined || count === undefined || index > count) {
    throw new InvalidArgumentError("It must be k/n, with k from 1 to n.");
  }
  return { index, count };
}

const COUNT_MAXIMUM = 2 ** 31 - 1;

/** A number of things, 0 too. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count <= COUNT_MAXIMUM) return count;
  throw new InvalidArgumentError(`It must be an integer, 0 to ${COUNT_MAXIMUM}.`);
}
