import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { createProgress } from "../../src/cli/progress.ts";

/** Everything that is written while a command of 1,000 answers runs. */
function written(terminal: "terminal" | "pipe", wanted: "shown" | "hidden"): string {
  const stream = Object.assign(new PassThrough(), { isTTY: terminal === "terminal", columns: 80 });
  const progress = createProgress(wanted, stream as unknown as NodeJS.WriteStream);
  progress.begin("name.jsonl", 1_000);
  for (let done = 1; done <= 1_000; done += 1) {
    progress.advance(done);
  }
  progress.end();
  return String(stream.read() ?? "");
}

it("a bar is drawn on a terminal", () => {
  expect(written("terminal", "shown")).toContain(" 0/1000 name.jsonl");
});

it("nothing is written to a pipe, or where it is not wanted", () => {
  expect(written("pipe", "shown")).toBe("");
  expect(written("terminal", "hidden")).toBe("");
});
