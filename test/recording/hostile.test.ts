import { expect, test } from "vitest";
import { kernel32 } from "../../src/kernel32.ts";
import { record, replay } from "./support.ts";

const HEADER = '{"trace":2,"profile":"win64","options":{"fields":{}}}\n';
const PROCESS = '{"call":"createProcess","on":"machine","args":[],"return":{"ref":"process/4"}}\n';

function recordingOf(...rows: readonly object[]): string {
  return HEADER + PROCESS + rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

const FUNCTION = { ref: "object/1" };

test.each([
  ["a class", [{ call: "get constructor", on: "machine", args: [], return: FUNCTION }]],
  ["the class of a face", [{ call: "constructor", on: "process/4/kernel32", args: [] }]],
  ["a prototype", [{ call: "set polluted", on: "process/4/__proto__", args: ["0x1"] }]],
  ["the core", [{ call: "get memory", on: "machine/core", args: [] }]],
  ["a method that is no call", [{ call: "destroySpace", on: "machine", args: ["0x1"] }]],
  ["what a process is to its machine", [{ call: "enter", on: "process/4", args: [] }]],
  ["memory of what is no process", [{ written: "machine", at: "0x0", value: { bytes: "AA==" } }]],
])("%s is out of reach", async (_what, rows) => {
  const { differences, machine } = await replay(recordingOf(...rows));
  expect(differences).toMatchObject([{ line: 3 }]);
  expect(JSON.stringify(differences[0]?.actual)).toMatch(/there is no|has no/);
  expect(machine.poisoned).toBe(false);
});

test("what a parameter inherits is not learned, so text does not become code", async () => {
  const inherited = { fields: { constructor: { fields: { constructor: FUNCTION } } } };
  const { differences } = await replay(
    recordingOf(
      { call: "exit", on: "process/4", args: [{ fields: {} }], out: { 0: inherited } },
      { call: "()", on: "object/1", args: [{ text: "globalThis.reached = true" }] },
    ),
  );
  expect(differences.at(-1)).toMatchObject({
    actual: { throw: "RangeError: there is no object/1" },
  });
  expect(globalThis).not.toHaveProperty("reached");
});

test("an object that no row has told of is a difference, though it leads to itself", async () => {
  const { differences } = await replay(
    recordingOf({ call: "createThread", on: "process/4", args: [], return: null }),
  );
  expect(differences).toMatchObject([{ line: 3, actual: { return: { ref: "unknown" } } }]);
});

test.each([
  [
    "attempts that nobody has made",
    recordingOf({ call: "exit", on: "process/4", args: [], ready: ["0x1", "0xffffffffffff"] }),
    'recording:3: "ready": 0xffffffffffff attempts by line 3',
  ],
  [
    "a page store beside a snapshot",
    '{"trace":2,"profile":"win64","pageStore":{"host":"host/1"},"snapshot":"AAAA"}\n',
    'recording:1: a header has "pageStore" or "snapshot", not both',
  ],
  [
    "a page store that cannot write",
    '{"trace":2,"profile":"win64","pageStore":{"host":"host/1","methods":["read"],"fields":{}}}\n',
    "recording:1: options: pageStore must have the methods write and read",
  ],
  [
    "a snapshot that is none",
    '{"trace":2,"profile":"win64","snapshot":"AAAA"}\n',
    "recording:1: these bytes are not a snapshot",
  ],
])("%s: refused with the line", async (_what, text, message) => {
  await expect(replay(text)).rejects.toThrow(message);
});

test("sizes that no memory has are answered like any others", async () => {
  const { text } = await record((machine) => {
    const guest = machine.createProcess();
    kernel32(guest).VirtualAlloc(0, 0x1000, 0x3000, 4);
    guest.memory.read(0x10000, 0x10);
    guest.memory.fill(0x10000, 0, 0x10);
    guest.debugView.read(0x10000, 0x10);
  });
  for (const size of ["0x7fffffff", "0xffffffff", "0x7fffffff0000", "0x1fffffffffffff"]) {
    const started = performance.now();
    const { machine } = await replay(text.replaceAll('"0x10"', `"${size}"`));
    for (const process of machine.processes) process.verifySpace();
    expect(performance.now() - started).toBeLessThan(5_000);
  }
});
