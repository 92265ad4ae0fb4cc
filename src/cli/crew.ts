import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pool } from "workerpool";
import {
  checkFile,
  type FileFailure,
  type FileOutcome,
  type FileTask,
  replayFile,
} from "./file-task.ts";
import type { Progress } from "./progress.ts";

/** Who does the work: this thread, or workers. What comes of it is the same. */
export interface Crew {
  /** How many tasks are worth handing over before the first of them is done. */
  readonly ahead: number;
  check(task: FileTask): Promise<FileFailure | undefined>;
  replay(task: FileTask): Promise<FileOutcome>;
  close(): Promise<void>;
}

/** @param progress hears of the calls of each file */
export function sameThread(progress: Progress): Crew {
  return {
    ahead: 1,
    check: checkFile,
    replay: (task) => replayFile(task, progress),
    close: async () => {},
  };
}

/** Workers wait for the slowest file among as many as this for each of them. */
const TASKS_AHEAD = 64;
const WORKER = join(dirname(fileURLToPath(import.meta.url)), "cli-worker.js");

/** As many threads as jobs. One that ends by itself takes its file with it, and another begins. */
export function workers(jobs: number): Crew {
  const threads = pool(WORKER, { workerType: "thread", maxWorkers: jobs });
  const hand = async <Result>(method: "check" | "replay", task: FileTask): Promise<Result> => {
    return await threads.exec(method, [task]);
  };
  return {
    ahead: jobs * TASKS_AHEAD,
    check: (task) =>
      hand<FileFailure | undefined>("check", task).catch((error) => crashOf(task, error)),
    replay: (task) => hand<FileOutcome>("replay", task).catch((error) => crashOf(task, error)),
    close: async () => {
      await threads.terminate();
    },
  };
}

/** Workers answer with an outcome whatever happens in a file; this one did not answer. */
function crashOf({ file }: FileTask, error: Error): FileFailure {
  const [reason] = error.message.split("\n");
  return { file, cause: "fault", message: `${file}: the worker that had it ended: ${reason}` };
}
