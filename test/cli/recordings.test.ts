import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MEM_COMMIT, MEM_RESERVE, PAGE_READONLY, PAGE_READWRITE } from "../../src/constants.ts";
import { MemoryPageStore, type Snapshot } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { Recorder } from "../../src/recording.ts";
import { createMachine } from "../setup/machine.ts";
import { guardpage, HEADER, Scratch } from "./guardpage.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

const BASE = 0x10000;
const CALL = '"call":"VirtualAlloc"';
let text: string;
let file: string;
let snapshot: Snapshot;

/** Two processes; a store that a handler resolves by a call of its own; hashes. */
beforeAll(async () => {
  const machine = await createMachine({ profile: "win32" });
  text = "";
  const sink = (line: string) => {
    text += line;
  };
  const recorder = new Recorder(machine, sink, { hashEvery: 2 });
  const guest = machine.createProcess();
  const { AddVectoredExceptionHandler, VirtualAlloc } = kernel32(guest);
  AddVectoredExceptionHandler(1, () => {
    return VirtualAlloc(BASE, 0x1000, MEM_COMMIT, PAGE_READWRITE) === 0 ? 0 : -1;
  });
  VirtualAlloc(BASE, 0x2000, MEM_RESERVE, PAGE_READONLY);
  guest.memory.setUint32(BASE, 7);
  const other = machine.createProcess({ space: "translated" });
  kernel32(other).VirtualAlloc(0x50000, 0x1000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  other.memory.setUint8(0x50000, 9);
  recorder.stop();
  file = scratch.file(text);
  snapshot = machine.snapshot();
});

/** The line of the n-th row that has this in it. */
function lineOf(part: string, number = 1): number {
  const lines = text.split("\n").flatMap((row, index) => (row.includes(part) ? [index + 1] : []));
  return lines[number - 1] as number;
}

function found(where: string): unknown {
  const { stdout, stderr } = guardpage("bisect", file, "--json", "--where", where);
  expect(stderr).toBe("");
  const { holds, line } = JSON.parse(stdout);
  return [holds, line];
}

describe("bisect of a recording", () => {
  it("finds the outermost call, also where what changed was done inside of it", () => {
    expect(found("reserved(0x10000) || committed(0x10000)")).toEqual(["found", lineOf(CALL)]);
    expect(found("committed(0x10000)")).toEqual(["found", lineOf('"begin":"setUint32"')]);
  });

  it("asks every process", () => {
    const created = lineOf('"call":"createProcess"', 2);
    expect(found("processes == 2")).toEqual(["found", created]);
    expect(found("process(2).committed(0x50000)")).toEqual(["found", lineOf(CALL, 3)]);
    expect(found("process(2).value8(0x50000) == 9")).toEqual([
      "found",
      lineOf('"call":"setUint8"'),
    ]);
    expect(found("process(3).regions > 0")).toEqual(["nowhere", undefined]);
  });

  it("counts outermost calls alone", () => {
    const { stdout } = guardpage("bisect", file, "--json", "--where", "processes == 2");
    expect(JSON.parse(stdout)).toMatchObject({
      number: 5,
      call: expect.stringMatching(/^machine /),
    });
  });
});

describe("diff of a recording", () => {
  const subjects = (...args: readonly string[]) => {
    const { stdout, stderr } = guardpage("diff", "--json", ...args);
    expect(stderr).toBe("");
    const all: readonly { subject: string }[] = JSON.parse(stdout).differences;
    return all.map(({ subject }) => subject);
  };

  it("takes the state after a line, of one side or of both", () => {
    const reserved = lineOf(CALL);
    expect(subjects(file, file)).toEqual([]);
    expect(subjects(`${file}@${reserved}`, `${file}@${lineOf('"end":"setUint32"')}`)).toEqual(
      expect.arrayContaining(["region", "pages"]),
    );
    expect(subjects("--at", `${reserved}`, file, file)).toEqual([]);
    expect(subjects(`${file}@1`, `${file}@2`)).toContain("process");
  });

  it("compares it with a trace", () => {
    const trace = scratch.trace(HEADER, {
      call: "VirtualAlloc",
      args: ["0x10000", "0x2000", "0x2000", "0x2"],
      return: "0x10000",
    });
    expect(subjects(trace, `${file}@${lineOf(CALL)}`)).toEqual([]);
  });

  it("refuses a line inside of a call, and one without a row", () => {
    const begin = lineOf('"begin":"setUint32"');
    const end = lineOf('"end":"setUint32"');
    const lines = `inside of a call that is on lines ${begin} to ${end}`;
    const refused = (line: number, message: string) => {
      const { code, stdout, stderr } = guardpage("diff", `${file}@${line}`, file);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toContain(`guardpage: ${file}:${line}: ${message}`);
    };
    refused(begin, lines);
    refused(lineOf('"enter"'), lines);
    refused(lineOf(CALL, 2), lines);
    refused(999, "no call is on this line; they are on lines 2 to ");
  });
});

describe("diff of snapshots", () => {
  it("lists what Snapshot.diff does, with places and both sides", async () => {
    const machine = await createMachine({ profile: "win32", window: false });
    const guest = machine.createProcess();
    const { VirtualAlloc, VirtualProtect, SetLastError } = kernel32(guest);
    VirtualAlloc(BASE, 0x2000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    const left = scratch.file(machine.snapshot(), ".state");
    guest.memory.setUint8(BASE, 1);
    VirtualProtect(BASE + 0x1000, 0x1000, PAGE_READONLY, { value: 0 });
    VirtualAlloc(0x50000, 0x1000, MEM_RESERVE, PAGE_READWRITE);
    SetLastError(5);
    const right = scratch.file(gzipSync(machine.snapshot()), ".gz");
    const { code, stdout, stderr } = guardpage("diff", left, right);
    expect([code, stderr]).toEqual([1, ""]);
    for (const part of [
      `--- ${left}\n+++ ${right}\nprocesses[0].threads[0].lastError\n  - 0\n  + 5\n`,
      "process 4, region 0x50000\n  - none\n  + size 0x1000, kind private, allocationProtect RW",
      "process 4, protection 0x11000 to 0x11fff\n  - RW\n  + RO\n",
      "process 4, facts 0x10000 to 0x10fff\n  - none\n  + valid, ",
      "process 4, content 0x10000 to 0x10fff\n",
    ]) {
      expect(stdout).toContain(part);
    }
    const { equal, differences } = JSON.parse(guardpage("diff", "--json", left, right).stdout);
    expect(equal).toBe(false);
    expect(stdout).toContain(`\n${differences.length} differences\n`);
    expect(differences).toContainEqual({
      subject: "protection",
      process: 4,
      at: "0x11000",
      size: "0x1000",
      left: "0x4",
      right: "0x2",
    });
    expect(guardpage("diff", right, right)).toEqual({
      code: 0,
      stdout: "0 differences\n",
      stderr: "",
    });
  });

  it("compares one with the end of a recording, and finds it equal", () => {
    const state = scratch.file(snapshot, ".state");
    expect(guardpage("diff", file, state).stdout).toBe("0 differences\n");
    expect(guardpage("diff", state, `${file}@2`).code).toBe(1);
  });

  it("needs no page store of the machine that was saved", async () => {
    const machine = await createMachine({ profile: "win64", pageStore: new MemoryPageStore() });
    const before = scratch.file(machine.snapshot(), ".state");
    machine.createProcess();
    const { code, stdout } = guardpage("diff", before, scratch.file(machine.snapshot(), ".state"));
    expect(code).toBe(1);
    expect(stdout).toContain("lastProcessId\n  - 0\n  + 4\n");
  });

  it("refuses what is damaged, a line, and another profile", () => {
    const state = scratch.file(snapshot, ".state");
    const refused = (message: string, ...args: readonly string[]) => {
      const { code, stdout, stderr } = guardpage("diff", ...args);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toContain(message);
    };
    const damaged = scratch.file(new Uint8Array(snapshot).fill(0xff, -1), ".state");
    refused(`guardpage: ${damaged}: the snapshot is damaged`, damaged, state);
    refused(`guardpage: ${state}:2: a snapshot has no lines`, `${state}@2`, state);
    refused('a snapshot is of its own profile, "win32"', "--profile", "win64", state, state);
  });
});

describe("replay of recordings", () => {
  it("gives one result for any number of jobs, and for shards that are joined", () => {
    const folder = scratch.path("many/0.jsonl");
    for (const number of [0, 1, 2])
      writeFileSync(folder.replace("0.jsonl", `${number}.jsonl`), text);
    const many = folder.slice(0, folder.lastIndexOf("/"));
    const counts = (...args: readonly string[]) => {
      const { code, stdout, stderr } = guardpage("replay", "--json", ...args, many);
      expect([code, stderr]).toEqual([0, ""]);
      return { stdout, ...JSON.parse(stdout) };
    };
    const one = counts("--jobs", "1");
    const two = counts("--jobs", "2");
    expect(
      two.files.map(({ file: name, passed }: Record<string, unknown>) => [name, passed]),
    ).toEqual(one.files.map(({ file: name, passed }: Record<string, unknown>) => [name, passed]));
    expect(one).toMatchObject({ passed: two.passed, failed: 0 });
    expect(one.files).toHaveLength(3);
    const shards = ["1/2", "2/2"].map((shard) => {
      return scratch.file(counts("--shard", shard).stdout, ".json");
    });
    expect(guardpage("summary", ...shards).stdout).toBe(
      `2 shards, 3 files\n${one.passed} passed, 0 failed\n`,
    );
  });

  it("tells of a hash that differs at its line, and the summary names the file", () => {
    const hash = /"hash":"([0-9a-f]{16})"/.exec(text)?.[1] ?? "";
    const changed = scratch.file(readFileSync(file, "utf8").replace(hash, "0".repeat(16)));
    const line = lineOf(hash);
    const { code, stdout } = guardpage("replay", "--json", "--shard", "1/1", changed);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      failed: 1,
      files: [{ differences: [{ line, call: "hash", actual: { hash } }] }],
    });
    const summary = guardpage("summary", scratch.file(stdout, ".json"));
    expect(summary.code).toBe(1);
    expect(summary.stdout).toContain(`${changed}: `);
    expect(guardpage("replay", changed).stdout).toContain(`${changed}:${line}: hash`);
  });
});
