import { expect, test } from "vitest";
import type { Emulator, StepEvent } from "../../demo/cpu/emulator.ts";
import { EXCEPTION_ACCESS_VIOLATION, EXCEPTION_BREAKPOINT } from "../../src/constants.ts";
import { bytesOf, ENTRY, emulatorOf } from "./cpu-scene.ts";

const HANDLERS_AT = 0x40;

/** `code` at the entry, and handlers behind it, the first of them asked first. */
async function program(code: string, ...handlers: string[]): Promise<Emulator> {
  const bytes = new Uint8Array(0x1000);
  bytes.set(bytesOf(code));
  for (const [index, handler] of handlers.entries()) {
    bytes.set(bytesOf(handler), HANDLERS_AT * (index + 1));
  }
  const emulator = await emulatorOf(bytes);
  emulator.state.handlers = handlers.map((_, index) => {
    return { handle: index + 1, address: ENTRY + HANDLERS_AT * (index + 1) };
  });
  return emulator;
}

/** What happens, the instructions left out. */
function eventsOf(emulator: Emulator): StepEvent[] {
  const events: StepEvent[] = [];
  for (let event = emulator.step(); event !== undefined; event = emulator.step()) {
    if (event.kind !== "executed") events.push(event);
  }
  return events;
}

/** mov eax, [0]; ret */
const LOAD = "a1 00 00 00 00 c3";
/** xor eax, eax; ret 4 */
const PASS = "31 c0 c2 04 00";
/**
 * mov eax, [esp + 4]; mov eax, [eax + 4]; add dword ptr [eax + 0xb8], 5;
 * mov dword ptr [eax + 0xb0], 42; or eax, -1; ret 4
 */
const SKIP = `8b 44 24 04 8b 40 04 83 80 b8 00 00 00 05
  c7 80 b0 00 00 00 2a 00 00 00 83 c8 ff c2 04 00`;

test("a program that returns ends with EAX", async () => {
  expect(eventsOf(await program("b8 07 00 00 00 c3"))).toEqual([
    { kind: "ended", ending: { kind: "exit", exitCode: 7 } },
  ]);
});

test("the registers that a handler changes are those that the program goes on with", async () => {
  const emulator = await program(LOAD, SKIP);
  const before = { ...emulator.state.cpu, general: [...emulator.state.cpu.general] };
  expect(eventsOf(emulator).map(({ kind }) => kind)).toEqual(["raised", "continued", "ended"]);
  expect(emulator.state.ending).toEqual({ kind: "exit", exitCode: 42 });
  expect(emulator.state.exceptions).toBe(1);
  const { record, context } = emulator.state.lastException ?? {};
  expect(record).toMatchObject({
    ExceptionCode: EXCEPTION_ACCESS_VIOLATION,
    ExceptionAddress: ENTRY,
    ExceptionInformation: [0, 0],
  });
  expect(context).toMatchObject({ Eip: ENTRY, Esp: before.general[4], EFlags: before.eflags });
});

test("handlers that pass on are asked in turn, with the same exception", async () => {
  const events = eventsOf(await program(LOAD, PASS, PASS, SKIP));
  expect(events.map(({ kind }) => kind)).toEqual([
    ...["raised", "passed", "passed", "continued", "ended"],
  ]);
  expect(events.at(-1)).toEqual({ kind: "ended", ending: { kind: "exit", exitCode: 42 } });
});

test("where all pass on the program ends", async () => {
  const emulator = await program(LOAD, PASS, PASS);
  expect(eventsOf(emulator).map(({ kind }) => kind)).toEqual(["raised", "passed", "ended"]);
  expect(emulator.state.ending).toEqual({
    kind: "unhandled",
    message: "no handler has gone on with the program",
  });
});

test("without handlers the fault is what ends it", async () => {
  const emulator = await program(LOAD);
  eventsOf(emulator);
  expect(emulator.state.ending?.kind).toBe("unhandled");
  expect(emulator.state.ending).toMatchObject({
    message: expect.stringMatching(/^access violation reading 0x0/),
  });
  expect(emulator.state.lastException?.context.Eip).toBe(ENTRY);
});

test("a breakpoint is an exception of its own address", async () => {
  // inc dword ptr of the context's EIP, or eax, -1: behind int3.
  const skipOne = "8b 44 24 04 8b 40 04 ff 80 b8 00 00 00 83 c8 ff c2 04 00";
  const emulator = await program("cc b8 09 00 00 00 c3", skipOne);
  eventsOf(emulator);
  expect(emulator.state.lastException?.record).toMatchObject({
    ExceptionCode: EXCEPTION_BREAKPOINT,
    ExceptionAddress: ENTRY,
  });
  expect(emulator.state.ending).toEqual({ kind: "exit", exitCode: 9 });
});

test("a handler that faults is asked again, until the stack is at its end", async () => {
  const emulator = await program(LOAD, LOAD);
  eventsOf(emulator);
  expect(emulator.state.ending?.kind).toBe("unhandled");
  const { deallocationStack = 0 } = emulator.process.mainThread.stack ?? {};
  expect(emulator.state.cpu.general[4]).toBeLessThan(deallocationStack + 0x4000);
});

test("an unknown instruction ends the program, and its message names the bytes", async () => {
  const emulator = await program("0f 31"); // rdtsc
  expect(eventsOf(emulator)).toEqual([
    {
      kind: "ended",
      ending: { kind: "unknown", message: "no such instruction at 0x00401000: 0f 31 rdtsc" },
    },
  ]);
});
