import { attachThread, type Thread } from "guardpage";
import type { Job } from "./job.ts";
import {
  access,
  arm,
  dawdle,
  freeze,
  harvest,
  meet,
  pollOnly,
  protect,
  storeInLine,
  storeOnce,
  takeOnce,
  write,
} from "./roles.ts";
import { live } from "./stress.ts";

type Role = (thread: Thread, words: Int32Array, job: Job) => unknown;

const all: Readonly<Record<string, Role>> = {
  ...{ access, arm, dawdle, freeze, harvest, live, meet, pollOnly, protect },
  ...{ storeInLine, storeOnce, takeOnce, write },
};

/** Does a job in the worker that this is called in. */
export async function perform(job: Job): Promise<unknown> {
  const role = all[job.role];
  if (role === undefined) throw new Error(`there is no role "${job.role}"`);
  return role(await attachThread(job.thread), new Int32Array(job.words), job);
}
