import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BUDGETS } from "../../bench/budgets.mjs";
import type { Record } from "../../bench/record.mjs";
import { GROUPS } from "../../bench/rows/groups.mjs";
import { root } from "../setup/tree.ts";

const GZIP = "size/core-gzip"; // quick, and its ratio, the bytes, is always the same
const READ = "memory/windowed/load/random";

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Run the program as `npm run bench` does, without the build. */
function bench(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["bench/main.mjs", ...args], { cwd: root, env });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

const folder = mkdtempSync(join(tmpdir(), "guardpage-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A baseline for Node.js in a file of its own. */
function baseline(name: string, ratios: { [row: string]: number }): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify({ node: ratios }));
  return path;
}

describe("a run of every row", () => {
  const rows = GROUPS.flatMap((group) => group.rows);
  let run: Run;
  let record: Record;

  beforeAll(async () => {
    const path = join(folder, "all.json");
    run = await bench(["--samples", "1", "--json", path]);
    if (run.code === 0) record = JSON.parse(readFileSync(path, "utf8"));
  });

  test("ends with 0 and prints the title of each", () => {
    expect(run).toMatchObject({ code: 0, stderr: "" });
    for (const { title } of rows) expect(run.stdout).toContain(title);
  });

  test("writes JSON that says where it ran", () => {
    expect(record).toMatchObject({ schema: 1, engine: "node", samples: 1, native: null });
    expect(record.version).toBe(`Node.js ${process.version}`);
  });

  test("measures each case of each row, and v86 too", () => {
    expect(record.rows.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
    for (const { id, kind, figures, ratio, notes } of record.rows) {
      expect(Object.keys(figures), id).not.toHaveLength(0);
      for (const figure of Object.values(figures)) {
        expect(Number.isFinite(figure) && figure >= 0, `${id}: ${figure}`).toBe(true);
      }
      expect(kind === "reference" ? ratio === null : Number.isFinite(ratio), id).toBe(true);
      expect(notes, id).toEqual({});
    }
    const read = record.rows.find(({ id }) => id === READ);
    const cases = ["ours", "limit", "typed arrays", "map of pages"];
    expect(Object.keys(read?.figures ?? {})).toEqual(cases);
    const loop = record.rows.find(({ id }) => id === "wasm/windowed/load/sequential/leave");
    expect(Object.keys(loop?.figures ?? {})).toEqual(["ours", "limit", "v86"]);
  });

  test("holds each budget against a figure, or says why not", () => {
    expect(record.budgets.map(({ title }) => title)).toEqual(BUDGETS.map(({ title }) => title));
    for (const [index, { title, measured, holds, note }] of record.budgets.entries()) {
      const wanted = BUDGETS[index]?.rows.length ?? 0;
      expect(measured, title).toHaveLength(wanted);
      expect(holds === null, title).toBe(wanted === 0);
      expect(note === "", title).toBe(wanted > 0);
      expect(run.stdout).toContain(title);
    }
  });
});

describe("exit code 2", () => {
  const NOWHERE = { ...process.env, PATH: "" };

  test.each([
    ["an engine that there is not", ["--engine", "netscape"], "Allowed choices are node, bun"],
    ["an option that there is not", ["--engin", "node"], "unknown option '--engin'"],
    ["a number of samples that is none", ["--samples", "few"], "It has to be 1 to 9999"],
    ["a pattern that no row has", ["--rows", "no/such"], 'no row has "no/such" in its id'],
    ["a file that is no run", ["--publish", "package.json"], "package.json is no run"],
  ])("%s", async (_, args, message) => {
    const { code, stderr } = await bench(args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test("an engine that is not on PATH", async () => {
    const { code, stderr, stdout } = await bench(["--engine", "chromium", "--rows", GZIP], NOWHERE);
    expect(stderr).toBe("bench: PATH has no chromium, chromium-browser or google-chrome\n");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  test("--native without Wine", async () => {
    const { code, stderr } = await bench(["--native", "--rows", GZIP], NOWHERE);
    expect(code).toBe(2);
    expect(stderr).toContain("a mingw compiler (x86_64-w64-mingw32-gcc) and Wine");
  });
});

describe("--check", () => {
  const check = (path: string) => bench(["--check", "--baseline", path, "--rows", GZIP]);

  test("accepts a run within its baseline", async () => {
    expect(await check(baseline("generous.json", { [GZIP]: 10 ** 6 }))).toMatchObject({ code: 0 });
  });

  test("accepts a row that has no baseline", async () => {
    expect(await check(baseline("empty.json", {}))).toMatchObject({ code: 0 });
  });

  test("lists the rows over it, and exits with 1", async () => {
    const { code, stderr } = await check(baseline("doctored.json", { [GZIP]: 10 }));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^over: size\/core-gzip: [\d.]+, baseline 10\.00\n$/);
  });

  test("--write-baseline makes one, and leaves other engines alone", async () => {
    const path = baseline("written.json", { other: 2 });
    const run = await bench(["--write-baseline", "--baseline", path, "--rows", GZIP]);
    expect(run.code).toBe(0);
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
      node: { other: 2, [GZIP]: expect.any(Number) },
    });
  });

  test("--raise-baseline keeps what is higher", async () => {
    const path = baseline("raised.json", { [GZIP]: 10 ** 6 });
    const run = await bench(["--raise-baseline", "--baseline", path, "--rows", GZIP]);
    expect(run.code).toBe(0);
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ node: { [GZIP]: 10 ** 6 } });
  });
});

describe("the README", () => {
  const NUMBER = / <sup>(\d+)<\/sup>/;
  const readme = readFileSync(`${root}/README.md`, "utf8");
  const [, speed = ""] = /\n## Speed\n([\s\S]*?)\n## /.exec(readme) ?? [];
  const lines = speed.split("\n");

  test("has each budget once, with a figure of each engine", () => {
    const cells = lines
      .filter((line) => /^\| (?!work |---)/.test(line))
      .map((line) => line.slice(2, -2).split(" | "));
    const titles = cells.map(([title, budget]) => [title?.replace(NUMBER, ""), budget]);
    expect(titles).toEqual(BUDGETS.map(({ title, text }) => [title, text]));
    for (const row of cells) {
      expect(row).toHaveLength(6);
      for (const cell of row.slice(0, 5)) expect(cell, row[0]).not.toBe("");
    }
  });

  test("gives a reason for each budget that is not kept, and for no other", () => {
    const rows = lines.filter((line) => line.startsWith("| "));
    const isOver = (row: string) => /\*\*|\| - \|/.test(row);
    const numbers = (chosen: string[]) => chosen.map((row) => NUMBER.exec(row)?.[1]);
    expect(numbers(rows.filter((row) => !isOver(row))).every((one) => one === undefined)).toBe(
      true,
    );
    const used = new Set(numbers(rows.filter(isOver)));
    const given = lines.flatMap((line) => /^(\d+)\. [A-Z].*\.$/.exec(line)?.[1] ?? []);
    expect([...used]).toEqual(given);
  });
});
