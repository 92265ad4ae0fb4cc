import { expect, test } from "vitest";
import { ExceptionLog } from "../../demo/session/exception-log.ts";
import {
  EXCEPTION_ACCESS_VIOLATION,
  EXCEPTION_BREAKPOINT,
  EXCEPTION_CONTINUE_EXECUTION,
  EXCEPTION_CONTINUE_SEARCH,
  EXCEPTION_EXECUTE_HANDLER,
  MEM_COMMIT,
  MEM_RESERVE,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { createMachine } from "../setup/machine.ts";

async function logged() {
  const machine = await createMachine({ profile: "win32" });
  const process = machine.createProcess();
  const log = new ExceptionLog();
  log.follow(machine.processes);
  return { machine, process, log, ...kernel32(process) };
}

test("a handler that goes on, a __try block, and nobody", async () => {
  const { process, log, VirtualAlloc } = await logged();
  const base = VirtualAlloc(0, 0x10000, MEM_RESERVE, PAGE_READWRITE);
  const handle = process.addVectoredExceptionHandler(false, () => {
    VirtualAlloc(base, 1, MEM_COMMIT, PAGE_READWRITE);
    return EXCEPTION_CONTINUE_EXECUTION;
  });
  process.memory.setUint8(base, 1);
  process.removeVectoredExceptionHandler(handle);
  process.tryExcept({
    body: () => process.memory.getUint8(base + 0x1000),
    filter: () => EXCEPTION_EXECUTE_HANDLER,
  });
  expect(() => process.memory.fetch(base + 0x2000, 1)).toThrow();
  const entries = log.entries.value;
  expect(entries.map(({ number, end }) => [number, end])).toEqual([
    [1, "continued"],
    [2, "unwound"],
    [3, "unhandled"],
  ]);
  expect(entries.map(({ fault }) => [fault?.access, fault?.address])).toEqual([
    [1, base],
    [0, base + 0x1000],
    [8, base + 0x2000],
  ]);
});

test("an entry has the page, and the rule, which the program still finds", async () => {
  const { machine, process, log, VirtualAlloc } = await logged();
  const base = VirtualAlloc(0, 0x1000, MEM_RESERVE | MEM_COMMIT, PAGE_READONLY);
  let found = "";
  process.addVectoredExceptionHandler(false, () => {
    found = machine.decision;
    return EXCEPTION_CONTINUE_SEARCH;
  });
  expect(() => process.memory.setUint8(base + 4, 1)).toThrow();
  const [entry] = log.entries.value;
  expect(entry?.record.ExceptionCode).toBe(EXCEPTION_ACCESS_VIOLATION);
  expect(entry?.fault?.page).toEqual({ state: MEM_COMMIT, protect: PAGE_READONLY });
  expect(entry?.fault?.region?.base).toBe(base);
  expect(entry?.rule).not.toBe("");
  expect(found).toBe(entry?.rule);
});

test("what was raised has no access; one in a handler says within which", async () => {
  const { process, log } = await logged();
  process.addVectoredExceptionHandler(false, () => EXCEPTION_CONTINUE_EXECUTION);
  expect(() => process.raiseException({ code: EXCEPTION_BREAKPOINT, flags: 1 })).toThrow();
  const [first, second] = log.entries.value;
  expect(first).toMatchObject({ fault: undefined, rule: "", within: undefined });
  expect(second).toMatchObject({ within: 1 });
});

test("registers are those of that time", async () => {
  const { process, log } = await logged();
  const context = { Eip: 0x401000, Eax: 7, flags: "none" };
  process.contextProvider = () => context;
  process.addVectoredExceptionHandler(false, () => {
    context.Eax = 8;
    return EXCEPTION_CONTINUE_EXECUTION;
  });
  process.raiseException({ code: EXCEPTION_BREAKPOINT });
  expect(log.entries.value[0]?.registers).toEqual([
    ["Eip", 0x401000],
    ["Eax", 7],
  ]);
});

test("numbers go on after the list was cleared, and go back with the program", async () => {
  const { process, log } = await logged();
  process.addVectoredExceptionHandler(false, () => EXCEPTION_CONTINUE_EXECUTION);
  const raise = () => process.raiseException({ code: EXCEPTION_BREAKPOINT });
  const numbers = () => log.entries.value.map(({ number }) => number);
  raise();
  log.clear();
  expect(numbers()).toEqual([]);
  raise();
  raise();
  expect(numbers()).toEqual([2, 3]);
  log.forgetAfter(2);
  expect(numbers()).toEqual([2]);
  raise();
  expect(numbers()).toEqual([2, 3]);
});
