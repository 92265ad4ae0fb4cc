import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { inOrder } from "../../src/cli/in-order.ts";
import { guardpage, guardpageIn, HEADER, recorded, Scratch } from "./guardpage.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

const RIGHT = {
  call: "VirtualAlloc",
  args: ["0x10000", "0x1000", "0x3000", "0x4"],
  return: "0x10000",
};
const WRONG = { ...RIGHT, return: "0x20000" };

/** The largest first, so that it is done last where several are replayed at a time. */
const FILES = [
  recorded("private-memory"),
  recorded("esbuild-ia32-bundle"),
  scratch.trace(HEADER, RIGHT, WRONG),
  recorded("biome-x64-format"),
];

const withoutTimes = (text: string) => text.replace(/\(\d+\.\d\d s\)|"milliseconds": \d+/g, "-");

describe("the number of jobs", () => {
  it.each([["--map"], ["--json"]])("changes neither results nor their order: %s", (form) => {
    const [one, three, most] = ["1", "3", "50"].map((jobs) => {
      const { stdout, ...run } = guardpage("replay", form, "--jobs", jobs, ...FILES);
      return { ...run, stdout: withoutTimes(stdout) };
    });
    expect(one).toMatchObject({ code: 1, stderr: "" });
    expect(one?.stdout).toContain("19103");
    expect(three).toEqual(one);
    expect(most).toEqual(one);
  });

  it.each(["0", "-1", "1.5", "many", ""])("is refused as %j", (jobs) => {
    const { code, stdout, stderr } = guardpage("replay", "--jobs", jobs, ...FILES);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("It must be a number from 1.");
  });

  it("does not let a file that is wrong pass: all are named, in their order", () => {
    const wrong = [scratch.file(""), scratch.trace(HEADER, "{")] as const;
    const { code, stdout, stderr } = guardpage("replay", "--jobs", "2", ...FILES, ...wrong);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr.trimEnd().split("\n")).toEqual([
      expect.stringContaining(`${wrong[0]}:1: the file is empty`),
      expect.stringContaining(`${wrong[1]}:2: not JSON`),
    ]);
  });

  it("a file that turns out wrong in the replay does not keep the others from it", () => {
    const base = "0x7ffe0000";
    const initial = { AllocationProtect: "0x4", RegionSize: "0x1000", State: "0x1000" };
    const region = { ...initial, Protect: "0x4", Type: "0x20000" };
    const overlapping = scratch.trace(HEADER, {
      initial: { ...region, BaseAddress: base, AllocationBase: base },
    });
    for (const jobs of ["1", "2"]) {
      const run = guardpage("replay", "--jobs", jobs, "--json", overlapping, ...FILES);
      expect(run.code).toBe(2);
      expect(run.stderr).toContain(`guardpage: ${overlapping}:2: initial region 0x7ffe0000: `);
      const { files, passed } = JSON.parse(run.stdout);
      expect(files[0]).toEqual({
        file: overlapping,
        error: { cause: "input", message: expect.stringContaining("initial region") },
      });
      expect(files.slice(1).map(({ file }: { file: string }) => file)).toEqual(FILES);
      expect(passed).toBe(19_103 + 173 + 1 + 3);
    }
  });
});

describe("a worker that ends by itself", () => {
  /** Loaded into every thread before the program; threads that open such a file end. */
  const preload = scratch.path("preload.mjs");
  writeFileSync(
    preload,
    `import fs from "node:fs";
    import { syncBuiltinESMExports } from "node:module";
    import { isMainThread } from "node:worker_threads";
    const open = fs.createReadStream;
    fs.createReadStream = (file, ...rest) => {
      if (!isMainThread && file.includes("exits")) process.exit(7);
      if (!isMainThread && file.includes("throws")) {
        setImmediate(() => { throw new Error("thrown in a worker"); });
        return new fs.ReadStream(file, { fd: 0 });
      }
      return open(file, ...rest);
    };
    syncBuiltinESMExports();`,
  );
  const env = { NODE_OPTIONS: `--import ${pathToFileURL(preload)}` };

  it.each(["exits", "throws"])("is reported with its file, and the others go on: %s", (how) => {
    const fatal = scratch.path(`${how}.jsonl`);
    writeFileSync(fatal, `${JSON.stringify(HEADER)}\n`);
    const [first, ...rest] = FILES as [string, ...string[]];
    const files = [first, fatal, ...rest];
    const run = guardpageIn({ env }, "replay", "--jobs", "2", "--json", ...files);
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(
      new RegExp(`^guardpage: ${fatal}: the worker that had it ended: .+\n$`),
    );
    const result = JSON.parse(run.stdout);
    expect(result.files.map(({ file }: { file: string }) => file)).toEqual(files);
    expect(result.files[1].error).toMatchObject({ cause: "fault" });
    expect(result).toMatchObject({ passed: 19_103 + 173 + 1 + 3, failed: 1 });
  });
});

describe("inOrder", () => {
  /** Items that are done last first, and how many were under way at a time. */
  async function run(count: number, ahead: number): Promise<{ results: number[]; most: number }> {
    let begun = 0;
    let most = 0;
    const items = Array.from({ length: count }, (_, at) => at);
    const results: number[] = [];
    const act = async (item: number): Promise<number> => {
      begun += 1;
      most = Math.max(most, begun);
      await new Promise((done) => setTimeout(done, count - item));
      begun -= 1;
      return item;
    };
    for await (const result of inOrder(items, ahead, act)) results.push(result);
    expect(results).toEqual(items);
    return { results, most };
  }

  it("keeps the order, and begins no more than it may", async () => {
    expect((await run(20, 1)).most).toBe(1);
    expect((await run(20, 4)).most).toBe(4);
    expect((await run(3, 64)).most).toBe(3);
    expect((await run(0, 4)).results).toEqual([]);
  });
});
