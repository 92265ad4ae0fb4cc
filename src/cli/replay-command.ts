import { version } from "../../package.json";
import { type Crew, sameThread, workers } from "./crew.ts";
import { exitCodeOf } from "./exit-codes.ts";
import { listFiles } from "./file-list.ts";
import type { FileOutcome, FileTask } from "./file-task.ts";
import { inOrder } from "./in-order.ts";
import { createProgress, type Progress, SILENT } from "./progress.ts";
import { InputError, type ReplayChoice } from "./replay-files.ts";
import { differenceLines, fileLine, totalsLine } from "./report.ts";
import {
  type FileResult,
  failedResult,
  isFailed,
  type ReplayResults,
  replayedResult,
  type ShardResult,
  totalsOf,
} from "./result.ts";
import { type Shard, shardOf } from "./shard.ts";

export interface ReplayOptions extends ReplayChoice {
  readonly filesFrom?: string;
  readonly shard?: Shard;
  readonly jobs: number;
  readonly json?: boolean;
  readonly map?: boolean;
  readonly progress: boolean;
}

/** What is replayed, and what of it the JSON says. */
interface Selection {
  readonly files: readonly string[];
  readonly shard: ShardResult | undefined;
}

/** `guardpage replay FILE...`: the exit code. */
export async function replayCommand(
  named: readonly string[],
  options: ReplayOptions,
): Promise<number> {
  const started = performance.now();
  const { files, shard } = await select(await listFiles(named, options.filesFrom), options.shard);
  const results = await replayFiles(files, options);
  const totals = totalsOf(results);
  if (options.json) {
    const milliseconds = Math.round(performance.now() - started);
    const all: ReplayResults = { files: results, ...totals, milliseconds };
    console.log(JSON.stringify({ ...shard, ...all }, null, 2));
  } else if (results.length === 0 || !results.every(isFailed)) {
    console.log(totalsLine(totals));
  }
  return exitCodeOf(results);
}

async function select(files: readonly string[], shard: Shard | undefined): Promise<Selection> {
  if (shard === undefined) return { files, shard: undefined };
  const share = await shardOf(files, shard);
  return { files: share.files, shard: { guardpage: version, shard, list: share.list } };
}

/**
 * A bar tells of the calls of a single file, and of how many files are done where there are more.
 * A single file is read once: it is wrong before anything is printed about it, and may be a pipe.
 */
async function replayFiles(
  files: readonly string[],
  options: ReplayOptions,
): Promise<readonly FileResult[]> {
  const { profile, space, map } = options;
  const choice = { ...(profile && { profile }), ...(space && { space }) };
  const tasks = files.map((file): FileTask => ({ file, choice, map: map ? "wanted" : "unwanted" }));
  const progress = createProgress(options.progress ? "shown" : "hidden");
  const printed = options.json ? sayFailure : sayOutcome;
  if (tasks.length === 1) return replayAll(tasks, sameThread(progress), SILENT, printed);
  const jobs = Math.min(options.jobs, tasks.length);
  const crew = jobs > 1 ? workers(jobs) : sameThread(SILENT);
  try {
    await checkAll(tasks, crew, progress);
    return await replayAll(tasks, crew, progress, printed);
  } finally {
    await crew.close();
  }
}

/**
 * Read every file before the first is replayed, so that whatever is wrong with any of them is said
 * at once. What was read is not kept: there may be more than memory holds. A worker that ends here
 * will say so when the file is replayed.
 */
async function checkAll(tasks: readonly FileTask[], crew: Crew, progress: Progress): Promise<void> {
  const wrong: string[] = [];
  let done = 0;
  progress.begin("files read", tasks.length);
  for await (const failure of inOrder(tasks, crew.ahead, crew.check)) {
    progress.advance(++done);
    if (failure?.cause === "input") wrong.push(failure.message);
  }
  progress.end();
  if (wrong.length > 0) throw new InputError(wrong.join("\n"));
}

async function replayAll(
  tasks: readonly FileTask[],
  crew: Crew,
  progress: Progress,
  printed: (outcome: FileOutcome) => void,
): Promise<readonly FileResult[]> {
  const results: FileResult[] = [];
  progress.begin("files", tasks.length);
  for await (const outcome of inOrder(tasks, crew.ahead, crew.replay)) {
    results.push("report" in outcome ? replayedResult(outcome.report) : failedResult(outcome));
    // The bar stands where lines are printed.
    progress.end();
    printed(outcome);
    progress.begin("files", tasks.length, results.length);
  }
  progress.end();
  return results;
}

function sayFailure(outcome: FileOutcome): void {
  if ("report" in outcome) return;
  for (const line of outcome.message.split("\n")) console.error(`guardpage: ${line}`);
}

function sayOutcome(outcome: FileOutcome): void {
  sayFailure(outcome);
  if (!("report" in outcome)) return;
  const { report, map } = outcome;
  const lines = differenceLines(report);
  if (map !== undefined) lines.push(map, "");
  console.log([...lines, fileLine(report)].join("\n"));
}
