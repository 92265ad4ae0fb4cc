import { type Bisection, bisect } from "./bisect.ts";
import { parseCondition } from "./condition/condition.ts";
import { EXIT_FAILED, EXIT_PASSED } from "./exit-codes.ts";
import { stateAfter, warn } from "./open-state.ts";
import type { PlacedCall } from "./placed-call.ts";
import { createProgress } from "./progress.ts";
import { readTrace } from "./read-trace.ts";
import type { ReplayChoice } from "./replay-files.ts";
import { callAt, callsOf } from "./trace-prefix.ts";

export interface BisectOptions extends ReplayChoice {
  readonly where: string;
  readonly json?: boolean;
  readonly progress: boolean;
}

/** `guardpage bisect TRACE --where EXPR`: the exit code. */
export async function bisectCommand(file: string, options: BisectOptions): Promise<number> {
  const holds = parseCondition(options.where);
  const trace = await readTrace(file, options.profile);
  const progress = createProgress(options.progress ? "shown" : "hidden");
  const count = callsOf(trace);
  let replays = 0;
  progress.begin("replays", replaysMost(count));
  const found = await bisect(count, async (calls) => {
    const state = await stateAfter(trace, calls, options);
    progress.advance(++replays);
    if (calls === count) warn(trace, state);
    return holds(state.machine);
  });
  progress.end();
  const call = found.call === undefined ? undefined : callAt(trace, found.call);
  const { where } = options;
  console.log(
    options.json ? foundJson(file, where, found, call) : foundText(file, where, found, call),
  );
  return found.holds === "found" ? EXIT_PASSED : EXIT_FAILED;
}

/** The start, the end, and what a binary search between them takes. */
function replaysMost(calls: number): number {
  return Math.ceil(Math.log2(calls + 1)) + 2;
}

function foundText(
  file: string,
  where: string,
  { holds, asked }: Bisection,
  call: PlacedCall | undefined,
): string {
  const replays = asked === 1 ? "1 replay" : `${asked} replays`;
  if (call !== undefined) {
    const when = "holds after this call, and not before it";
    return `${file}:${call.line}: ${call.text}\n  ${where}: ${when} (${replays})`;
  }
  const when =
    holds === "start" ? "holds before the first call" : "does not hold after the last call";
  return `${file}: ${where}: ${when} (${replays})`;
}

function foundJson(
  file: string,
  where: string,
  { holds, call: number, asked }: Bisection,
  call: PlacedCall | undefined,
): string {
  const place = call && { number, line: call.line, call: call.text };
  return JSON.stringify({ file, where, holds, ...place, replays: asked }, null, 2);
}
