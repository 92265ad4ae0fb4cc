import { MachineSubject } from "../replay/machine-subject.ts";
import { ModelSubject } from "../replay/model-subject.ts";
import { defaultSpace, type Space } from "../replay/profiles.ts";
import { replay } from "../replay/replay.ts";
import type { Trace } from "../replay/trace.ts";
import type { MapSource } from "./map.ts";
import type { Progress } from "./progress.ts";
import { replayRecordedMachine } from "./recorded-machine.ts";
import type { FileReport } from "./report.ts";

/** How traces are to be replayed, where a command line does not leave it to the file. */
export interface ReplayChoice {
  readonly profile?: string;
  readonly space?: Space;
}

/** Input that cannot be used: the message has one line for each thing that is wrong. */
export class InputError extends Error {}

/** To tell of each of some thousand calls would cost more than the calls. */
const PROGRESS_STEP = 128;

/** A replayed file, and the machine as the trace left it. */
export interface Replayed {
  readonly report: FileReport;
  readonly subject: MapSource;
}

export async function replayTrace(
  trace: Trace,
  choice: ReplayChoice,
  progress: Progress,
): Promise<Replayed> {
  if (trace.recording !== undefined) {
    return replayRecordedMachine(trace, trace.recording, { space: choice.space, progress });
  }
  const started = performance.now();
  const { file, answers, profile } = trace;
  const space = spaceOf(trace, choice);
  const subject = await createSubject(trace, choice);
  progress.begin(file, answers);
  try {
    const result = replay(trace, subject, {
      reference: new ModelSubject(profile),
      onAnswer: (done) => {
        if (done % PROGRESS_STEP === 0) progress.advance(done);
      },
    });
    const milliseconds = Math.round(performance.now() - started);
    return { report: { file, profile, space, result, milliseconds }, subject };
  } finally {
    progress.end();
  }
}

/**
 * A machine on which no call of the trace has been made.
 *
 * @throws InputError where its profile has no space of the kind that was chosen
 */
export async function createSubject(trace: Trace, choice: ReplayChoice): Promise<MachineSubject> {
  const { file, profile } = trace;
  try {
    return await MachineSubject.create(profile, spaceOf(trace, choice));
  } catch (error) {
    if (error instanceof RangeError) {
      throw new InputError(`${file}: ${error.message}`);
    }
    throw error;
  }
}

function spaceOf({ profile }: Trace, { space }: ReplayChoice): Space {
  return space ?? defaultSpace(profile);
}
