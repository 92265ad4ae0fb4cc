import { writeFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { type ShardedList, shardOf } from "../../src/cli/shard.ts";
import { guardpage, guardpageIn, HEADER, recorded, Scratch } from "./guardpage.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

/** Files of these sizes in bytes, named in no particular order. */
function filesOf(folder: string, sizes: readonly number[]): string[] {
  return sizes.map((sizeBytes, at) => {
    const file = scratch.path(`${folder}/${(at * 7919) % 1000}-${at}.jsonl`);
    writeFileSync(file, "x".repeat(sizeBytes));
    return file;
  });
}

async function shardsOf(files: readonly string[], count: number): Promise<ShardedList[]> {
  const indexes = Array.from({ length: count }, (_, at) => at + 1);
  return Promise.all(indexes.map((index) => shardOf(files, { index, count })));
}

describe("the shards of a list", () => {
  it("are all of it, disjoint, sorted, and balanced by number and by bytes", async () => {
    let run = 0;
    const sizes = fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 12 }), async (sizesBytes, count) => {
        run += 1;
        const files = filesOf(`run-${run}`, sizesBytes);
        const shards = await shardsOf(files, count);
        expect(shards.flatMap((shard) => shard.files).sort()).toEqual([...files].sort());
        for (const shard of shards) expect(shard.files).toEqual([...shard.files].sort());
        const numbers = shards.map((shard) => shard.files.length);
        expect(Math.max(...numbers) - Math.min(...numbers)).toBeLessThanOrEqual(1);
        const bytes = shards.map((shard) =>
          shard.files.reduce((sum, file) => sum + (sizesBytes[files.indexOf(file)] ?? 0), 0),
        );
        const largest = Math.max(0, ...sizesBytes);
        expect(Math.max(...bytes) - Math.min(...bytes)).toBeLessThanOrEqual(largest);
      }),
      { numRuns: 60 },
    );
  });

  it("do not depend on the order in which the files are named", async () => {
    const files = filesOf("order", [5, 5, 5, 900, 0, 17, 5]);
    expect(await shardsOf(files.toReversed(), 3)).toEqual(await shardsOf(files, 3));
  });

  it("belong to another list when a name or a size differs", async () => {
    const files = filesOf("identity", [10, 20, 30]);
    const [shard] = await shardsOf(files, 2);
    const [fewer] = await shardsOf(files.slice(1), 2);
    writeFileSync(files[0] as string, "y".repeat(11));
    const [longer] = await shardsOf(files, 2);
    const digests = [shard, fewer, longer].map((each) => each?.list.digest);
    expect(new Set(digests).size).toBe(3);
    expect(shard?.list).toEqual({ files: 3, digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });
});

describe("--shard", () => {
  it("replays its share, and says which list it is of", () => {
    const args = ["replay", "--json", "test/conformance/traces"];
    const shards = ["1/2", "2/2"].map((shard) => {
      const { code, stdout, stderr } = guardpage(...args, "--shard", shard);
      expect([code, stderr]).toEqual([0, ""]);
      return JSON.parse(stdout);
    });
    const named = shards.map(({ files }) => files.map(({ file }: { file: string }) => file));
    expect(named).toEqual(
      [
        ["esbuild-ia32-bundle", "esbuild-ia32-minify", "private-memory"],
        ["biome-x64-format", "esbuild-x64-minify", "sections"],
      ].map((names) => names.map((name) => `test/conformance/traces/${name}.jsonl.gz`)),
    );
    expect(shards.map(({ shard }) => shard)).toEqual([
      { index: 1, count: 2 },
      { index: 2, count: 2 },
    ]);
    expect(shards[0].list).toEqual(shards[1].list);
    expect(shards[0].list.files).toBe(6);
    expect(shards[0].passed + shards[1].passed).toBe(48_926);
  });

  it("of which there are more than files may be empty", () => {
    const file = scratch.trace(HEADER);
    const { code, stdout } = guardpage("replay", "--shard", "2/2", file);
    expect([code, stdout]).toEqual([0, "0 passed, 0 failed\n"]);
  });

  it("keeps the JSON of a replay without it as it was", () => {
    const { stdout } = guardpage("replay", "--json", recorded("biome-x64-format"));
    expect(Object.keys(JSON.parse(stdout))).toEqual(["files", "passed", "failed", "milliseconds"]);
  });

  it.each(["0/2", "3/2", "1", "1/0", "1/2/3", "a/b", "-1/2"])("is refused as %s", (shard) => {
    const { code, stdout, stderr } = guardpageIn({ input: "" }, "replay", "--shard", shard, "x");
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("It must be k/n, with k from 1 to n.");
  });
});
