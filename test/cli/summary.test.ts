import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { version } from "../../package.json";
import { guardpage, guardpageIn, HEADER, Scratch } from "./guardpage.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

const RIGHT = {
  call: "VirtualAlloc",
  args: ["0x10000", "0x1000", "0x3000", "0x4"],
  return: "0x10000",
};
const WRONG = { ...RIGHT, return: "0x20000" };
const LATE = {
  BaseAddress: "0x7ffe0000",
  AllocationBase: "0x7ffe0000",
  AllocationProtect: "0x4",
  RegionSize: "0x1000",
  State: "0x1000",
  Protect: "0x4",
  Type: "0x20000",
};

const COUNT = 3;
const cwd = scratch.path("");

/** The results of all shards of a folder, one file each. */
function resultsOf(folder: string): string[] {
  return Array.from({ length: COUNT }, (_, at) => {
    const shard = `${at + 1}/${COUNT}`;
    const { stdout } = guardpageIn({ cwd }, "replay", "--json", "--shard", shard, folder);
    return scratch.file(stdout, ".json");
  });
}

function writeTrace(name: string, ...rows: readonly object[]): void {
  const lines = [HEADER, ...rows].map((row) => `${JSON.stringify(row)}\n`);
  writeFileSync(scratch.path(name), lines.join(""));
}

let good: string[] = [];
let different: string[] = [];
let broken: string[] = [];
beforeAll(() => {
  for (const name of ["a", "b", "c", "d", "e"]) {
    writeTrace(`good/${name}.jsonl`, RIGHT);
    writeTrace(`different/${name}.jsonl`, RIGHT, ...(name === "d" ? [WRONG] : []));
    writeTrace(`broken/${name}.jsonl`, ...(name === "d" ? [{ initial: LATE }] : [RIGHT]));
  }
  good = resultsOf("good");
  different = resultsOf("different");
  broken = resultsOf("broken");
});

/** A result as it is after a change. */
function changed(path: string, change: (result: Record<string, unknown>) => void): string {
  const result = JSON.parse(readFileSync(path, "utf8"));
  change(result);
  return scratch.file(JSON.stringify(result), ".json");
}

describe("a summary of all shards", () => {
  it("prints the totals, and exits with 0 where all answered as recorded", () => {
    expect(guardpage("summary", ...good.toReversed())).toEqual({
      code: 0,
      stdout: "3 shards, 5 files\n5 passed, 0 failed\n",
      stderr: "",
    });
  });

  it("names the files that differ, and exits with 1", () => {
    expect(guardpage("summary", ...different)).toEqual({
      code: 1,
      stdout: [
        "different/d.jsonl: win32 windowed, 1 passed, 1 failed",
        "3 shards, 5 files",
        "5 passed, 1 failed",
        "",
      ].join("\n"),
      stderr: "",
    });
  });

  it("names the files that could not be replayed, and exits with 2", () => {
    const { code, stdout, stderr } = guardpage("summary", ...broken);
    expect([code, stderr]).toEqual([2, ""]);
    expect(stdout).toMatch(
      /^broken\/d\.jsonl: not replayed: .*initial region.*\n3 shards, 5 files\n/,
    );
  });

  it("exits with 3 where a file met a fault of guardpage", () => {
    const faulty = changed(different[0] as string, (result) => {
      const [first, ...rest] = result.files as { file: string }[];
      const error = { cause: "fault", message: "the worker that had it ended" };
      result.files = [{ file: first?.file, error }, ...rest];
    });
    expect(guardpage("summary", faulty, ...different.slice(1)).code).toBe(3);
  });

  it("is the same as JSON", () => {
    const { code, stdout, stderr } = guardpage("summary", "--json", ...different);
    expect([code, stderr]).toEqual([1, ""]);
    expect(JSON.parse(stdout)).toEqual({
      guardpage: version,
      shards: 3,
      list: { files: 5, digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
      different: [
        {
          file: "different/d.jsonl",
          profile: "win32",
          space: "windowed",
          passed: 1,
          failed: 1,
          differences: [expect.objectContaining({ line: 3 })],
        },
      ],
      notReplayed: [],
      passed: 5,
      failed: 1,
      milliseconds: expect.any(Number),
    });
  });
});

describe("a summary is refused", () => {
  /** With code 2, nothing on standard output, and this on standard error. */
  function expectRefused(message: RegExp, ...args: readonly string[]): void {
    const { code, stdout, stderr } = guardpage("summary", ...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
  }

  it("when a shard is missing", () => {
    const [first, , third] = good as [string, string, string];
    expectRefused(/^guardpage: shard 2 of 3 is missing\n$/, first, third);
    const two = /^guardpage: shard 1 of 3 is missing\nguardpage: shard 2 of 3 is missing\n$/;
    expectRefused(two, third);
  });

  it("when a shard comes twice", () => {
    expectRefused(/: shard 1 again, which .+ is\n$/, ...good, good[0] as string);
  });

  it("when a shard is of another list", () => {
    const others = [good[0], different[1], good[2]] as string[];
    expectRefused(/: a shard of another list of files than /, ...others);
  });

  it("when a shard is of another number of shards", () => {
    const other = changed(good[1] as string, (result) => {
      result.shard = { index: 2, count: 4 };
    });
    expectRefused(/: one of 4 shards, but .+ of 3\n$/, good[0] as string, other);
  });

  it("when a shard is by another version", () => {
    const other = changed(good[1] as string, (result) => {
      result.guardpage = "0.0.1";
    });
    expectRefused(/: by version 0\.0\.1, but .+ by /, good[0] as string, other);
  });

  it("when a shard has lost files", () => {
    const other = changed(good[1] as string, (result) => {
      result.files = [];
    });
    const shards = [good[0] as string, other, good[2] as string];
    expectRefused(
      /^guardpage: the shards have \d files, the list that they are of 5\n$/,
      ...shards,
    );
  });

  it("when a result is cut, something else, or not of a shard", () => {
    const whole = readFileSync(good[0] as string, "utf8");
    expectRefused(/: not JSON: /, scratch.file(whole.slice(0, -20), ".json"));
    expectRefused(/: not what `guardpage replay --json` prints\n$/, scratch.file("{}", ".json"));
    const plain = guardpageIn({ cwd }, "replay", "--json", "good").stdout;
    expectRefused(/: not a shard: .+ ran without --shard\n$/, scratch.file(plain, ".json"));
    expectRefused(/missing\.json: cannot be read: ENOENT/, "missing.json");
    expectRefused(/missing required argument 'result'/);
  });
});
