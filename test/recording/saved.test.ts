import { afterEach, expect, test } from "vitest";
import { MEM_COMMIT, MEM_RESERVE, PAGE_READWRITE } from "../../src/constants.ts";
import { Machine } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { Recorder } from "../../src/recording.ts";
import { coreModule, createMachine } from "../setup/machine.ts";
import { record, replay, rowsOf } from "./support.ts";

/** What stands for the methods that save a machine: a machine with one process, and a number. */
const SAVED = new TextEncoder().encode("one process");

const undo: (() => void)[] = [];
afterEach(() => {
  for (const each of undo.splice(0)) each();
});

function replace(object: object, name: string, value: unknown): void {
  const before = Object.getOwnPropertyDescriptor(object, name);
  Object.defineProperty(object, name, { configurable: true, value });
  undo.push(() => {
    if (before === undefined) Reflect.deleteProperty(object, name);
    else Object.defineProperty(object, name, before);
  });
}

function replaceHash(): void {
  replace(Machine.prototype, "hash", function hash(this: Machine) {
    return this.counters.commitCharge.toString(16).padStart(16, "0");
  });
}

function program(machine: Machine): void {
  const { VirtualAlloc } = kernel32(machine.createProcess());
  for (let call = 0; call < 4; call++) VirtualAlloc(0, 1, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
}

test("hashes are rows at the end and in between, and are compared", async () => {
  replaceHash();
  const machine = await createMachine({ profile: "win32" });
  let text = "";
  const sink = (line: string) => {
    text += line;
  };
  const recorder = new Recorder(machine, sink, { hashEvery: 2 });
  program(machine);
  recorder.stop();
  const hashes = rowsOf(text).flatMap(({ hash }) => (hash === undefined ? [] : [hash]));
  expect(hashes).toEqual([1, 3, 4].map((pages) => `000000000000000${pages}`));
  expect((await replay(text)).differences).toEqual([]);
  const { differences } = await replay(text.replace("0000000000000003", "0000000000000007"));
  expect(differences).toMatchObject([{ call: "hash", actual: { hash: "0000000000000003" } }]);
});

test("a machine that has been in use is recorded from a snapshot on", async () => {
  const make = async () => {
    const machine = await Machine.create({ profile: "win32", module: coreModule() });
    machine.createProcess();
    return machine;
  };
  const restored: unknown[] = [];
  replace(Machine.prototype, "snapshot", () => SAVED);
  replace(Machine, "restore", (bytes: Uint8Array) => {
    restored.push(bytes);
    return make();
  });
  const machine = await make();
  let text = "";
  const recorder = new Recorder(machine, (line) => {
    text += line;
  });
  const [guest] = machine.processes;
  if (guest === undefined) throw new Error("the machine has a process");
  kernel32(guest).VirtualAlloc(0, 1, MEM_RESERVE, PAGE_READWRITE);
  recorder.stop();
  expect((await replay(text)).differences).toEqual([]);
  expect(restored).toEqual([SAVED]);
});

test("without a way to save it, a machine that has been in use is refused", async () => {
  replace(Machine.prototype, "snapshot", undefined);
  const machine = await createMachine();
  machine.createProcess();
  expect(() => new Recorder(machine, () => {})).toThrow("before the first process is made");
  expect(machine.observer).toBeUndefined();
});

test("a function that was taken before a recording began is refused while it goes on", async () => {
  replace(Machine.prototype, "snapshot", () => SAVED);
  const { machine } = await record((made) => made.createProcess());
  const [guest] = machine.processes;
  if (guest === undefined) throw new Error("the machine has a process");
  const { VirtualAlloc } = kernel32(guest);
  const recorder = new Recorder(machine, () => {});
  expect(() => VirtualAlloc(0, 1, MEM_RESERVE, PAGE_READWRITE)).toThrow("take it from its face");
  expect(kernel32(guest).VirtualAlloc(0, 1, MEM_RESERVE, PAGE_READWRITE)).toBe(0x10000);
  recorder.stop();
  expect(VirtualAlloc(0, 1, MEM_RESERVE, PAGE_READWRITE)).toBe(0x20000);
});
