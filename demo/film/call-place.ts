import type { Process } from "guardpage";
import type { PlayedStep } from "guardpage/recording";
import { runQuery } from "../session/runs.ts";

const NUMBER = /0x[0-9a-f]+/;

/**
 * Where in memory a call was at work: at its first argument, or where that is no place in a region,
 * say NULL or a handle, at what it returned. Undefined where neither is.
 */
export function placeOf({ text, answer }: PlayedStep, process: Process): number | undefined {
  const query = runQuery(process);
  return [text, answer]
    .map((words) => Number(NUMBER.exec(words)?.[0]))
    .find((address) => Number.isSafeInteger(address) && query(address)?.regionBase !== undefined);
}
