import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith } from "../setup/tools.ts";
import { Browser } from "./browser.ts";
import type { run } from "./entries/threads.ts";

type Answer = Awaited<ReturnType<typeof run>>;

describeWith("chromium", "threads in Chromium", (program) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await Browser.open(program, {
      threads: "test/browser/entries/threads.ts",
      "threads-worker": "test/threads/web-worker.ts",
    });
  });
  afterAll(() => browser?.close());

  // A page may not block while it waits for the core, and a worker may.
  test.each(["inPage", "inWorker"] as const)("keep what is promised: %s", async (place) => {
    const answer = (await browser[place]("threads")) as Answer;
    expect(answer.isIsolated).toBe(true);
    const accesses = answer.protect.answers.slice(0, 3) as number[][];
    for (const [through, failed] of accesses) expect([through, failed]).toEqual([0, 0]);
    expect(answer.code.answers[3]).toBe(0);
    const met = answer.guard.answers[4] as number[];
    expect(met.length).toBeGreaterThan(0);
    expect(met.filter((faults) => faults !== 1)).toEqual([]);
    const harvest = answer.watch.answers[3] as { stale: number[]; reported: number[] };
    const written = new Set((answer.watch.answers.slice(0, 3) as number[][]).flat());
    expect(harvest.stale).toEqual([]);
    expect(harvest.reported).toEqual([...written].sort((left, right) => left - right));
    expect(answer.protect.calls).toBeGreaterThan(0);
  });
});
