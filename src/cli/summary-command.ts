import { exitCodeOf } from "./exit-codes.ts";
import { InputError } from "./replay-files.ts";
import { totalsLine } from "./report.ts";
import { type FileResult, isFailed, totalsOf } from "./result.ts";
import { type KeptResult, readShardResult } from "./shard-result.ts";

export interface SummaryOptions {
  readonly json?: boolean;
}

/** `guardpage summary RESULT.json...`: the exit code. */
export async function summaryCommand(
  from: readonly string[],
  options: SummaryOptions,
): Promise<number> {
  const shards: KeptResult[] = [];
  for (const each of from) shards.push(await readShardResult(each));
  checkWhole(shards);
  const files = shards.flatMap((shard) => shard.files).sort(byName);
  console.log(options.json ? summaryJson(shards, files) : summaryText(shards, files));
  return exitCodeOf(files);
}

/** As the list is sorted, by code units. */
function byName(left: FileResult, right: FileResult): number {
  return left.file < right.file ? -1 : 1;
}

/** @throws InputError unless they are every shard of one list, once each, by one version */
function checkWhole(shards: readonly KeptResult[]): void {
  const [first] = shards as readonly [KeptResult];
  const byIndex = new Map<number, KeptResult>();
  const wrong: string[] = [];
  for (const each of shards) {
    const { from, shard, list, guardpage } = each;
    const other = byIndex.get(shard.index);
    if (guardpage !== first.guardpage) {
      wrong.push(`${from}: by version ${guardpage}, but ${first.from} by ${first.guardpage}`);
    } else if (shard.count !== first.shard.count) {
      wrong.push(
        `${from}: one of ${shard.count} shards, but ${first.from} of ${first.shard.count}`,
      );
    } else if (list.digest !== first.list.digest || list.files !== first.list.files) {
      wrong.push(`${from}: a shard of another list of files than ${first.from}`);
    } else if (other !== undefined) {
      wrong.push(`${from}: shard ${shard.index} again, which ${other.from} is`);
    } else {
      byIndex.set(shard.index, each);
    }
  }
  if (wrong.length === 0) wrong.push(...missing(first.shard.count, byIndex));
  if (wrong.length === 0) wrong.push(...uncovered(first, shards));
  if (wrong.length > 0) throw new InputError(wrong.join("\n"));
}

function missing(count: number, byIndex: ReadonlyMap<number, KeptResult>): string[] {
  const indexes = Array.from({ length: count }, (_, at) => at + 1);
  return indexes
    .filter((index) => !byIndex.has(index))
    .map((index) => `shard ${index} of ${count} is missing`);
}

/** Shards of one list that do not come to the list were cut short, or edited. */
function uncovered({ list }: KeptResult, shards: readonly KeptResult[]): string[] {
  const names = new Set(shards.flatMap(({ files }) => files.map(({ file }) => file)));
  const all = shards.reduce((total, { files }) => total + files.length, 0);
  if (names.size === list.files && all === list.files) return [];
  return [`the shards have ${names.size} files, the list that they are of ${list.files}`];
}

function summaryText(shards: readonly KeptResult[], files: readonly FileResult[]): string {
  const lines = files.flatMap(fileLines);
  const shardsText = shards.length === 1 ? "1 shard" : `${shards.length} shards`;
  const filesText = files.length === 1 ? "1 file" : `${files.length} files`;
  return [...lines, `${shardsText}, ${filesText}`, totalsLine(totalsOf(files))].join("\n");
}

/** Nothing for a file of which every call answered as recorded. */
function fileLines(result: FileResult): string[] {
  if (isFailed(result)) return [`${result.file}: not replayed: ${result.error.message}`];
  const { file, profile, space, failed } = result;
  return failed === 0 ? [] : [`${file}: ${profile} ${space}, ${totalsLine(result)}`];
}

function summaryJson(shards: readonly KeptResult[], files: readonly FileResult[]): string {
  const [{ guardpage, list }] = shards as readonly [KeptResult];
  const different = files.filter((result) => !isFailed(result) && result.failed > 0);
  const notReplayed = files.filter(isFailed);
  const milliseconds = shards.reduce((total, shard) => total + shard.milliseconds, 0);
  const totals = totalsOf(files);
  const summary = { guardpage, shards: shards.length, list, different, notReplayed };
  return JSON.stringify({ ...summary, ...totals, milliseconds }, null, 2);
}
