import { describe, expect, test } from "vitest";
import { MEM_COMMIT, MEM_RESERVE, PAGE_GUARD, PAGE_READWRITE } from "../../src/constants.ts";
import type { Machine } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { Recorder } from "../../src/recording.ts";
import { createMachine } from "../setup/machine.ts";
import { record, replay } from "./support.ts";

const BOTH = MEM_RESERVE | MEM_COMMIT;

/** A call, a store, a fault that a handler resolves, and one that nobody does. */
function program(machine: Machine): void {
  const guest = machine.createProcess();
  const { VirtualAlloc, VirtualProtect, AddVectoredExceptionHandler } = kernel32(guest);
  const base = VirtualAlloc(0, 0x2000, BOTH, PAGE_READWRITE);
  guest.memory.setFloat64(base, 0.1);
  VirtualProtect(base, 1, PAGE_READWRITE | PAGE_GUARD, { value: 0 });
  AddVectoredExceptionHandler(1, ({ ExceptionRecord }) =>
    ExceptionRecord.ExceptionCode === 0x80000001 ? -1 : 0,
  );
  guest.memory.getFloat64(base);
  expect(() => guest.memory.getUint8(0)).toThrow();
}

/** Each answer that a changed one of may stand for, and what it becomes. */
const MUTATIONS: readonly (readonly [what: string, from: string, to: string])[] = [
  ["an address", '"return":"0x10000"', '"return":"0x20000"'],
  ["what an out-parameter received", '"value":"0x4"}}}', '"value":"0x2"}}}'],
  ["a value that was loaded", '"return":0.1', '"return":0.2'],
  ["what a handler was told", '"ExceptionCode":"0x80000001"', '"ExceptionCode":"0x80000002"'],
  ["an exception that nobody handled", '"name":"PageFault"', '"name":"TypeError"'],
  ["a decision of a handler", '"return":-1', '"return":"0x0"'],
];

test.each(MUTATIONS)(
  "%s that is not what was recorded is told of at its line",
  async (...given) => {
    const [, from, to] = given;
    const { text } = await record(program);
    const line = text.split("\n").findIndex((row) => row.includes(from)) + 1;
    expect(line).toBeGreaterThan(0);
    const { differences, failed } = await replay(text.replace(from, to));
    expect(failed).toBeGreaterThan(0);
    expect(differences[0]?.line).toBeGreaterThanOrEqual(line);
    expect(differences[0]?.line).toBeLessThanOrEqual(line + 1);
  },
);

test("a callback that the machine does not make is told of, and the replay goes on", async () => {
  const { text } = await record(program);
  const lines = text.split("\n");
  const index = lines.findIndex((row) => row.includes('"AddVectoredExceptionHandler"'));
  const without = lines.filter((_, at) => at !== index).join("\n");
  const { differences, passed } = await replay(without);
  expect(differences.map(({ line }) => line)).toContain(index + 2);
  expect(passed).toBeGreaterThan(0);
});

test("a recording replays in the other kind of address space", async () => {
  const { text } = await record(program);
  const { replayRecording } = await import("../../src/recording.ts");
  const { failed, machine } = await replayRecording(text, { space: "translated" });
  expect(failed).toBe(0);
  expect(machine.processes[0]?.space).toBe("translated");
});

describe("a recorder", () => {
  test("leaves functions that were taken meanwhile, which go on afterwards", async () => {
    const machine = await createMachine({ profile: "win32" });
    const first = new Recorder(machine, () => {});
    const { VirtualAlloc } = kernel32(machine.createProcess());
    first.stop();
    expect(VirtualAlloc(0, 1, BOTH, PAGE_READWRITE)).toBe(0x10000);
  });

  test("is alone with its machine, and takes what it is told to take", async () => {
    const machine = await createMachine();
    const recorder = new Recorder(machine, () => {});
    expect(() => new Recorder(machine, () => {})).toThrow("it is being recorded");
    recorder.stop();
    recorder.stop();
    expect(() => new Recorder({} as Machine, () => {})).toThrow(TypeError);
    expect(() => new Recorder(machine, 4 as never)).toThrow("sink must be a function");
    expect(() => new Recorder(machine, () => {}, { hashEvery: -1 })).toThrow(RangeError);
  });

  test("keeps nothing: lines go to the sink as soon as what they tell is over", async () => {
    const machine = await createMachine({ profile: "win32" });
    const lines: string[] = [];
    const recorder = new Recorder(machine, (line) => lines.push(line));
    const guest = machine.createProcess();
    expect(lines).toHaveLength(2);
    kernel32(guest).VirtualAlloc(0, 1, BOTH, PAGE_READWRITE);
    expect(lines).toHaveLength(3);
    expect(recorder.lines).toBe(3);
    expect(lines.every((line) => line.endsWith("\n"))).toBe(true);
    recorder.stop();
  });
});

describe("a malformed row is refused with its line and what is wrong", () => {
  const HEADER = { trace: 2, profile: "win32" };
  const CALL = { call: "createProcess", on: "machine", args: [] };
  const ROWS: readonly (readonly [what: string, row: object, message: string])[] = [
    ["no kind", { on: "machine" }, "a row must have one of"],
    ["two kinds", { ...CALL, hash: "0" }, "a row must have one of"],
    ["no object", { ...CALL, on: "nowhere" }, '"nowhere" does not name an object'],
    ["no arguments", { ...CALL, args: undefined }, 'createProcess has no "args"'],
    ["a value that is none", { ...CALL, args: ["4"] }, 'args[0]: "4" is not a hexadecimal number'],
    ["two endings", { ...CALL, return: null, later: "0x1" }, 'one of "return", "throw" and'],
    ["an error without a name", { ...CALL, throw: { error: "0x1" } }, 'an error has a "name"'],
    ["an end of nothing", { end: "createProcess" }, "which is not what began last"],
    ["a hash that is none", { hash: "12" }, "16 lower-case hexadecimal digits"],
    ["bytes that are none", { written: "process/4", at: "0x0", value: "0x1" }, "must be bytes"],
  ];

  test.each(ROWS)("%s", async (_what, row, message) => {
    const text = [HEADER, CALL, row].map((each) => JSON.stringify(each)).join("\n");
    await expect(replay(text)).rejects.toThrow(`recording:3: `);
    await expect(replay(text)).rejects.toThrow(message);
  });

  test("a call that does not end", async () => {
    const text = [HEADER, { begin: "createProcess", on: "machine", args: [] }];
    const lines = text.map((each) => JSON.stringify(each)).join("\n");
    await expect(replay(lines)).rejects.toThrow("recording:2: createProcess does not end");
  });

  test("options that no machine has", async () => {
    const text = JSON.stringify({ ...HEADER, options: { fields: { nothing: "0x1" } } });
    await expect(replay(text)).rejects.toThrow("recording:1: options: options: there is no option");
  });
});
