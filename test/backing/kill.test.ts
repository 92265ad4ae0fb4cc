import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { writesFrom } from "./kill-writes.mjs";

const CHILD = fileURLToPath(new URL("kill-child.mjs", import.meta.url));
const KILLS = 50;
const AT_ONCE = 4;
const PAGES = 24;
const PAGE = 0x1000;
/** Lines of the child after which it is killed, at most. */
const LINES_MOST = 400;
const DELAY_MOST_MILLISECONDS = 3;

const folder = mkdtempSync(join(tmpdir(), "guardpage-kill-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Start the child, kill it after so many lines and a moment more; what it has said until then. */
function killed(path: string, seed: number, lines: number, delay: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CHILD, path, String(seed), String(PAGES)]);
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk: Buffer) => {
      const before = output.split("\n").length;
      output += chunk;
      if (before <= lines && output.split("\n").length > lines) {
        setTimeout(() => child.kill("SIGKILL"), delay);
      }
    });
    child.stderr.on("data", (chunk: Buffer) => {
      errors += chunk;
    });
    child.on("error", reject);
    child.on("close", (_code, signal) => {
      if (signal === "SIGKILL") resolve(output.split("\n").slice(0, -1));
      else reject(new Error(`the child ended by itself: ${errors}`));
    });
  });
}

/** The file after so many writes. */
function stateAfter(seed: number, count: number): Buffer {
  const bytes = Buffer.alloc(PAGES * PAGE);
  let done = 0;
  for (const { position, value } of writesFrom(seed, PAGES)) {
    if (done === count) break;
    bytes.writeUInt32LE(value, position);
    done += 1;
  }
  return bytes;
}

/** Number of writes of the first flush after `count`. */
function nextFlush(seed: number, count: number): number {
  let done = 0;
  for (const { flushes } of writesFrom(seed, PAGES)) {
    done += 1;
    if (done > count && flushes) return done;
  }
  return done;
}

const page = (bytes: Buffer, index: number) => bytes.subarray(index * PAGE, (index + 1) * PAGE);

/**
 * A flush writes its pages upwards. So the file is as the last flush left it that returned, with
 * the first so many pages as the one after it was about to leave them, or that flush is whole: it
 * may have returned without a word.
 */
function expectFlushed(file: Buffer, seed: number, lines: readonly string[]): void {
  const returned = lines.filter((line) => line.startsWith("flushed "));
  let count = Number(returned.at(-1)?.split(" ")[1] ?? 0);
  for (;;) {
    const old = stateAfter(seed, count);
    const begun = nextFlush(seed, count);
    const young = stateAfter(seed, begun);
    let index = 0;
    while (index < PAGES && page(file, index).equals(page(young, index))) index += 1;
    if (index === PAGES && lines.at(-1) === `flushed ${begun}`) return;
    while (index < PAGES && page(file, index).equals(page(old, index))) index += 1;
    if (index === PAGES) return;
    count = begun;
    // Further on than one flush behind what was said: the child says each before the next begins.
    expect(lines.at(-1), `page ${index} is in no state of a flush`).toBe(`flushing ${begun}`);
  }
}

test(`a child that is killed leaves what it has flushed, ${KILLS} times`, async () => {
  let seed = Number(process.env.SEED ?? 1);
  let flushes = 0;
  for (let round = 0; round < KILLS; round += AT_ONCE) {
    const runs = Array.from({ length: Math.min(AT_ONCE, KILLS - round) }, async () => {
      const own = seed++;
      const path = join(folder, `file-${own}`);
      writeFileSync(path, Buffer.alloc(PAGES * PAGE));
      const lines = await killed(
        path,
        own,
        1 + ((own * 7919) % LINES_MOST),
        (own * 31) % DELAY_MOST_MILLISECONDS,
      );
      flushes += lines.filter((line) => line.startsWith("flushed ")).length;
      expectFlushed(readFileSync(path), own, lines);
    });
    await Promise.all(runs);
  }
  expect(flushes).toBeGreaterThan(KILLS);
});
