import { expect, test } from "vitest";
import {
  EXCEPTION_CONTINUE_EXECUTION as CONTINUE,
  EXCEPTION_ACCESS_VIOLATION,
  EXCEPTION_NONCONTINUABLE,
  MEM_COMMIT,
  PAGE_READWRITE,
  EXCEPTION_CONTINUE_SEARCH as SEARCH,
} from "../../src/constants.ts";
import { type ExceptionPointers, GuestException, PageFault } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { BASE, blocked } from "./support.ts";

const CODE = 0xe0000001;

/** A guest with reserved memory at BASE, and what its debugger hears. */
async function heard() {
  const guest = await blocked();
  const events: string[] = [];
  const name = ({ ExceptionRecord }: ExceptionPointers) => {
    return ExceptionRecord.ExceptionCode.toString(16);
  };
  guest.process.exceptionEvents = {
    raised: (pointers) => events.push(`raised ${name(pointers)}`),
    ended: (pointers, end) => events.push(`${end} ${name(pointers)}`),
  };
  return { ...guest, events };
}

test("a debugger hears of an exception before its handlers do, and that one went on", async () => {
  const { process, events } = await heard();
  const { memory } = process;
  process.addVectoredExceptionHandler(true, ({ ExceptionRecord }) => {
    events.push("handler");
    const address = ExceptionRecord.ExceptionInformation[1] ?? 0;
    kernel32(process).VirtualAlloc(address, 1, MEM_COMMIT, PAGE_READWRITE);
    return CONTINUE;
  });
  memory.setUint8(BASE, 1);
  expect(events).toEqual(["raised c0000005", "handler", "continued c0000005"]);
});

test("... that a __try block took it", async () => {
  const { process, events } = await heard();
  const { memory } = process;
  process.tryExcept({
    body: () => memory.getUint8(BASE),
    filter: () => 1,
    handler: () => events.push("handler"),
  });
  expect(events).toEqual(["raised c0000005", "unwound c0000005", "handler"]);
});

test("... that nobody handled it, with the same record that is thrown", async () => {
  const { process } = await heard();
  const { memory } = process;
  const records: unknown[] = [];
  process.exceptionEvents = {
    raised: ({ ExceptionRecord }) => records.push(ExceptionRecord),
    ended: ({ ExceptionRecord }, end) => records.push(ExceptionRecord, end),
  };
  try {
    memory.getUint8(BASE);
  } catch (error) {
    records.push((error as PageFault).record);
  }
  const [raised, ended, end, thrown] = records;
  expect(raised).toMatchObject({ ExceptionCode: EXCEPTION_ACCESS_VIOLATION });
  expect([ended, end, thrown]).toEqual([raised, "unhandled", raised]);
  expect(thrown).toBe(raised);
});

test("a filter that ends the process has handled nothing (4.7#7)", async () => {
  const { process, events } = await heard();
  const { memory } = process;
  process.setUnhandledExceptionFilter(() => 1);
  expect(() => memory.getUint8(BASE)).toThrow(PageFault);
  expect(events).toEqual(["raised c0000005", "unhandled c0000005"]);
});

test("to go on with what is noncontinuable raises another inside of it (4.7#6)", async () => {
  const { process, events } = await heard();
  let calls = 0;
  process.addVectoredExceptionHandler(true, () => (calls++ === 0 ? CONTINUE : SEARCH));
  const exception = { code: CODE, flags: EXCEPTION_NONCONTINUABLE };
  expect(() => process.raiseException(exception)).toThrow(GuestException);
  expect(events).toEqual([
    "raised e0000001",
    "raised c0000025",
    "unhandled c0000025",
    "unhandled e0000001",
  ]);
});

test("a debugger is in no hash, and does not follow into a fork", async () => {
  const { process, machine } = await blocked();
  const before = machine.hash();
  process.exceptionEvents = {};
  expect(machine.hash()).toBe(before);
  expect(process.fork().exceptionEvents).toBeUndefined();
});
