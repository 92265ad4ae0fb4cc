import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { guardpage, guardpageIn, HEADER, Scratch } from "./guardpage.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

const TRACE = `${JSON.stringify(HEADER)}\n`;
const NAMES = [
  "b.jsonl",
  "a.jsonl",
  "B.jsonl",
  "deep/z.jsonl",
  "deep/er/c[1].jsonl",
  ".hidden.jsonl",
];
const SORTED = [
  ".hidden.jsonl",
  "B.jsonl",
  "a.jsonl",
  "b.jsonl",
  "deep/er/c[1].jsonl",
  "deep/z.jsonl",
];

const cwd = scratch.path("");
beforeAll(() => {
  for (const name of NAMES) writeFileSync(scratch.path(`all/${name}`), TRACE);
  writeFileSync(scratch.path("all/notes.txt"), "not a recording");
});

/** The files that a command line comes to, in their order. */
function replayed(...args: readonly string[]): string[] {
  const { code, stdout, stderr } = guardpageIn({ cwd }, "replay", "--json", ...args);
  expect([code, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout).files.map(({ file }: { file: string }) => file);
}

describe("the files of a command line", () => {
  it("a folder stands for the recordings in it and below it, by code units", () => {
    expect(replayed("all")).toEqual(SORTED.map((name) => `all/${name}`));
  });

  it("a pattern stands for what matches, by code units", () => {
    expect(replayed("all/**/*.jsonl")).toEqual(SORTED.map((name) => `all/${name}`));
    expect(replayed("all/{b,a}.jsonl")).toEqual(["all/a.jsonl", "all/b.jsonl"]);
    expect(replayed(`${cwd}/all/?.jsonl`)).toEqual(
      ["B", "a", "b"].map((name) => `${cwd}/all/${name}.jsonl`),
    );
  });

  it("what is there is a file, even where its name is a pattern", () => {
    expect(replayed("all/deep/er/c[1].jsonl")).toEqual(["all/deep/er/c[1].jsonl"]);
  });

  it("are in the order of the arguments, each once", () => {
    expect(replayed("all/b.jsonl", "all/deep", "all/?.jsonl")).toEqual([
      "all/b.jsonl",
      "all/deep/er/c[1].jsonl",
      "all/deep/z.jsonl",
      "all/B.jsonl",
      "all/a.jsonl",
    ]);
  });

  it("come from a list too, a name a line, after those that are named", () => {
    const list = scratch.file("all/b.jsonl\r\n\nall/deep/er/c[1].jsonl\n", ".txt");
    expect(replayed("--files-from", list, "all/a.jsonl")).toEqual([
      "all/a.jsonl",
      "all/b.jsonl",
      "all/deep/er/c[1].jsonl",
    ]);
  });

  it("come from standard input with -", () => {
    const input = "all/b.jsonl\nall/a.jsonl";
    const { stdout } = guardpageIn({ cwd, input }, "replay", "--files-from", "-", "--jobs", "1");
    expect(stdout.split("\n").map((line) => line.split(":")[0])).toEqual([
      "all/b.jsonl",
      "all/a.jsonl",
      "0 passed, 0 failed",
      "",
    ]);
  });

  it("a list may be empty; a pattern, a folder and a list that is not there may not", () => {
    expect(guardpageIn({ input: "" }, "replay", "--files-from", "-")).toEqual({
      code: 0,
      stdout: "0 passed, 0 failed\n",
      stderr: "",
    });
    const refused = (...args: readonly string[]) => guardpage("replay", ...args);
    expect(refused("none/*.jsonl")).toEqual({
      code: 2,
      stdout: "",
      stderr: "guardpage: none/*.jsonl: no file matches\n",
    });
    expect(refused("--files-from", "none.txt")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("guardpage: none.txt: cannot be read: ENOENT"),
    });
  });
});
