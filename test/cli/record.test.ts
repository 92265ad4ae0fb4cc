import { existsSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { root } from "../setup/tree.ts";
import { guardpage, Scratch } from "./guardpage.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

const KERNEL32 = pathToFileURL(`${root}/dist/kernel32.js`).href;
const PROGRAM = `
  import { kernel32 } from ${JSON.stringify(KERNEL32)};
  export default async function (machine, args) {
    const guest = machine.createProcess();
    const base = kernel32(guest).VirtualAlloc(0, 0x1000, 0x3000, 4);
    guest.memory.writeString(base, args.join(), { encoding: "latin1" });
    if (args.length > 2) throw new Error("too many");
  }
`;

test.each([".jsonl", ".jsonl.gz"])("a program is recorded and replayed, %s", (ending) => {
  const program = scratch.file(PROGRAM, ".mjs");
  const output = scratch.file("", ending);
  const run = guardpage("record", program, "-o", output, "--profile", "win32", "--", "a", "-b");
  expect(run).toEqual({ code: 0, stdout: "", stderr: "" });
  const bytes = readFileSync(output);
  const text = String(ending.endsWith(".gz") ? gunzipSync(bytes) : bytes);
  expect(text).toContain('{"text":"a,-b"}');
  const replayed = guardpage("replay", output);
  expect(replayed.stderr).toBe("");
  expect(replayed.stdout).toMatch(/win32 windowed, 4 passed, 0 failed.*\n4 passed, 0 failed\n$/);
  expect(replayed.code).toBe(0);
  expect(guardpage("map", output).stdout).toContain("00010000");
});

test("what a program did until it failed is recorded, and the exit code is 1", () => {
  const output = scratch.file("");
  const run = guardpage("record", scratch.file(PROGRAM, ".mjs"), "-o", output, "a", "b", "c");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("too many");
  expect(guardpage("replay", output).code).toBe(0);
});

test("a changed answer is told of at its line", () => {
  const output = scratch.file("");
  guardpage("record", scratch.file(PROGRAM, ".mjs"), "-o", output, "a");
  const changed = readFileSync(output, "utf8").replace('"return":"0x10000"', '"return":"0x20000"');
  const file = scratch.file(changed);
  const { code, stdout } = guardpage("replay", file);
  expect(code).toBe(1);
  expect(stdout).toContain(`${file}:3: process/4/kernel32 VirtualAlloc(`);
});

test.each([
  ["a program that is not there", ["nowhere.mjs"], "nowhere.mjs"],
  ["a file that cannot be written", ["PROGRAM", "-o", "/no/such/folder/x.jsonl"], "ENOENT"],
  ["a profile that is none", ["PROGRAM", "--profile", "vax"], "--profile"],
  ["a wrong count", ["PROGRAM", "--hash-every", "-1"], "--hash-every"],
])("%s ends with 2", (_what, args, message) => {
  const program = scratch.file(PROGRAM, ".mjs");
  const run = guardpage("record", ...args.map((arg) => (arg === "PROGRAM" ? program : arg)));
  expect(run.code).toBe(2);
  expect(run.stderr).toContain(message);
  expect(existsSync("recording.jsonl.gz")).toBe(false);
});
