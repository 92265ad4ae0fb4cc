import { Machine } from "../machine.ts";
import type { ProfileName } from "../profile.ts";
import { MachineSubject } from "../replay/machine-subject.ts";
import { ModelSubject } from "../replay/model-subject.ts";
import { defaultSpace, pointerBytesOf, type Space } from "../replay/profiles.ts";
import { replay } from "../replay/replay.ts";
import { type Trace, TraceError } from "../replay/trace.ts";
import type { Progress } from "./progress.ts";
import { readTrace } from "./read-trace.ts";
import type { FileReport } from "./report.ts";

/** How traces are to be replayed, where a command line does not leave it to the file. */
export interface ReplayChoice {
  readonly profile?: string;
  readonly space?: Space;
}

/** Input that cannot be used: the message has one line for each thing that is wrong. */
export class InputError extends Error {}

/**
 * Read every file before the first is replayed, so that whatever is wrong with any of them is said
 * at once.
 */
export async function readTraces(
  files: readonly string[],
  choice: ReplayChoice,
): Promise<readonly Trace[]> {
  const settled = await Promise.allSettled(files.map((file) => readTrace(file, choice.profile)));
  const traces: Trace[] = [];
  const wrong: string[] = [];
  for (const outcome of settled) {
    if (outcome.status === "fulfilled") {
      traces.push(outcome.value);
    } else if (outcome.reason instanceof TraceError) {
      wrong.push(outcome.reason.message);
    } else {
      throw outcome.reason;
    }
  }
  if (wrong.length > 0) {
    throw new InputError(wrong.join("\n"));
  }
  return traces;
}

/** A replayed file, and the machine as the trace left it. */
export interface Replayed {
  readonly report: FileReport;
  readonly subject: MachineSubject;
}

export async function replayTrace(
  trace: Trace,
  choice: ReplayChoice,
  progress: Progress,
): Promise<Replayed> {
  const started = performance.now();
  const { profile } = trace;
  const space = choice.space ?? defaultSpace(profile);
  const subject = await createSubject(trace, space);
  progress.begin(trace.file, trace.answers);
  try {
    const result = replay(trace, subject, {
      reference: new ModelSubject(profile),
      onAnswer: (answers) => progress.advance(answers),
    });
    const milliseconds = Math.round(performance.now() - started);
    return { report: { trace, profile, space, result, milliseconds }, subject };
  } finally {
    progress.end();
  }
}

async function createSubject({ file, profile }: Trace, space: Space): Promise<MachineSubject> {
  const machine = await Machine.create({
    profile: profile as ProfileName,
    // As the model, whatever the profile stands for.
    version: "win10",
    window: space === "windowed" && pointerBytesOf(profile) === 4,
  });
  try {
    return new MachineSubject(machine, space);
  } catch (error) {
    if (error instanceof RangeError) {
      throw new InputError(`${file}: ${error.message}`);
    }
    throw error;
  }
}
