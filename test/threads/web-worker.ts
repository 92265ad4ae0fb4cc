/** A worker of a browser that does one job. */
import type { Job } from "./job.ts";
import { perform } from "./perform.ts";

const scope = globalThis as unknown as Worker;

scope.onmessage = async ({ data }: MessageEvent<Job>) => {
  try {
    scope.postMessage({ answer: (await perform(data)) ?? null });
  } catch (error) {
    scope.postMessage({ failure: String(error) });
  }
};
