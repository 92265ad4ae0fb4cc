import type { Difference } from "../replay/difference.ts";
import type { FileFailure } from "./file-task.ts";
import type { FileReport, Totals } from "./report.ts";
import type { ListIdentity, Shard } from "./shard.ts";

/** A file of the JSON that `replay --json` prints. */
export interface ReplayedResult extends Totals {
  readonly file: string;
  readonly profile: string;
  readonly space: string;
  readonly differences: readonly Difference[];
}

/** A file that could not be replayed. */
export interface FailedResult {
  readonly file: string;
  readonly error: { readonly cause: "input" | "fault"; readonly message: string };
}

export type FileResult = ReplayedResult | FailedResult;

/** What a replay of one shard says beside: which share of which list, and by which version. */
export interface ShardResult {
  readonly guardpage: string;
  readonly shard: Shard;
  readonly list: ListIdentity;
}

export interface ReplayResults extends Totals {
  readonly files: readonly FileResult[];
  readonly milliseconds: number;
}

export function replayedResult({ file, profile, space, result }: FileReport): ReplayedResult {
  return { file, profile, space, ...result };
}

export function failedResult({ file, cause, message }: FileFailure): FailedResult {
  return { file, error: { cause, message } };
}

export function isFailed(result: FileResult): result is FailedResult {
  return "error" in result;
}

/** A file that could not be replayed adds nothing. */
export function totalsOf(results: readonly FileResult[]): Totals {
  const replayed = results.filter((result): result is ReplayedResult => !isFailed(result));
  return {
    passed: replayed.reduce((total, { passed }) => total + passed, 0),
    failed: replayed.reduce((total, { failed }) => total + failed, 0),
  };
}
