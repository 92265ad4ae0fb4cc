import { describe, expect, test } from "vitest";
import {
  EXCEPTION_CONTINUE_EXECUTION as CONTINUE,
  EXCEPTION_EXECUTE_HANDLER as EXECUTE,
  PAGE_NOACCESS,
  PAGE_READWRITE,
  EXCEPTION_CONTINUE_SEARCH as SEARCH,
} from "../../src/constants.ts";
import { PageFault } from "../../src/index.ts";
import { BASE, blocked, faultOf, noting, PAGE } from "./support.ts";

describe("vectored handlers (4.7#1-#4, 17.6)", () => {
  test("head and tail, and every answer but -1 asks the next", async () => {
    const { process, kernel32, memory } = await blocked();
    const log: string[] = [];
    process.addVectoredExceptionHandler(false, noting(log, "tail", SEARCH));
    process.addVectoredExceptionHandler(true, noting(log, "head", EXECUTE));
    kernel32.AddVectoredExceptionHandler(1, noting(log, "first", 5));
    kernel32.AddVectoredExceptionHandler(0, noting(log, "last", SEARCH));
    expect(() => memory.getUint8(BASE)).toThrow(PageFault);
    expect(log).toEqual(["first", "head", "tail", "last"]);
  });

  test("-1 stops the list, and the access is made again from scratch", async () => {
    const guest = await blocked();
    const log: string[] = [];
    guest.process.addVectoredExceptionHandler(false, () => {
      log.push("fix");
      guest.protect(BASE, PAGE_READWRITE, 2);
      return CONTINUE;
    });
    guest.process.addVectoredExceptionHandler(false, noting(log, "not reached", SEARCH));
    guest.memory.setUint32(BASE + PAGE - 2, 0x01020304);
    expect(log).toEqual(["fix"]);
    expect(guest.memory.getUint32(BASE + PAGE - 2)).toBe(0x01020304);
  });

  test("one function many times, each with a handle of its own", async () => {
    const { process, memory } = await blocked();
    const log: string[] = [];
    const handler = noting(log, "x", SEARCH);
    const handles = [1, 2, 3].map(() => process.addVectoredExceptionHandler(true, handler));
    expect(new Set(handles).size).toBe(3);
    expect(handles.every((handle) => handle !== 0)).toBe(true);
    expect(process.removeVectoredExceptionHandler(handles[1] ?? 0)).toBe(true);
    expect(process.removeVectoredExceptionHandler(handles[1] ?? 0)).toBe(false);
    expect(() => memory.getUint8(BASE)).toThrow(PageFault);
    expect(log.length).toBe(2);
  });

  test("each list knows its own handles only", async () => {
    const { kernel32 } = await blocked();
    const handler = kernel32.AddVectoredExceptionHandler(1, () => SEARCH);
    const continued = kernel32.AddVectoredContinueHandler(1, () => SEARCH);
    expect(kernel32.RemoveVectoredExceptionHandler(continued)).toBe(0);
    expect(kernel32.RemoveVectoredContinueHandler(handler)).toBe(0);
    expect(kernel32.RemoveVectoredExceptionHandler(0)).toBe(0);
    expect(kernel32.RemoveVectoredContinueHandler(12345)).toBe(0);
    expect(kernel32.RemoveVectoredContinueHandler(continued)).toBe(1);
    expect(kernel32.RemoveVectoredExceptionHandler(handler)).toBe(1);
  });

  test("lists belong to the process", async () => {
    const guest = await blocked();
    const log: string[] = [];
    guest.process.addVectoredExceptionHandler(true, noting(log, "first", SEARCH));
    const other = guest.machine.createProcess();
    other.addVectoredExceptionHandler(true, noting(log, "second", SEARCH));
    expect(() => other.memory.getUint8(BASE)).toThrow(PageFault);
    expect(log).toEqual(["second"]);
  });

  test("one that is removed while it runs finishes, and the next one follows", async () => {
    const { process, memory } = await blocked();
    const log: string[] = [];
    const handle = process.addVectoredExceptionHandler(false, () => {
      process.removeVectoredExceptionHandler(handle);
      process.addVectoredExceptionHandler(false, noting(log, "added at the tail", SEARCH));
      process.addVectoredExceptionHandler(true, noting(log, "added at the head", SEARCH));
      log.push("removed");
      return SEARCH;
    });
    expect(() => memory.getUint8(BASE)).toThrow(PageFault);
    expect(log.splice(0)).toEqual(["removed", "added at the tail"]);
    expect(() => memory.getUint8(BASE)).toThrow(PageFault);
    expect(log).toEqual(["added at the head", "added at the tail"]);
  });

  test("one that an earlier one removes is not reached", async () => {
    const { process, memory } = await blocked();
    const log: string[] = [];
    process.addVectoredExceptionHandler(false, () => {
      process.removeVectoredExceptionHandler(later);
      return SEARCH;
    });
    const later = process.addVectoredExceptionHandler(false, noting(log, "later", SEARCH));
    expect(() => memory.getUint8(BASE)).toThrow(PageFault);
    expect(log).toEqual([]);
  });

  test("changing the record changes nothing about the retry", async () => {
    const guest = await blocked();
    guest.process.addVectoredExceptionHandler(true, ({ ExceptionRecord }) => {
      guest.protect(BASE, PAGE_READWRITE);
      ExceptionRecord.ExceptionInformation[1] = 0;
      ExceptionRecord.ExceptionCode = 0;
      return CONTINUE;
    });
    guest.memory.setUint8(BASE, 5);
    expect(guest.memory.getUint8(BASE)).toBe(5);
  });

  test("a handler's own calls leave the exception alone", async () => {
    const guest = await blocked();
    const other = guest.machine.createProcess();
    guest.process.addVectoredExceptionHandler(true, ({ ExceptionRecord }) => {
      guest.kernel32.VirtualAlloc(0, PAGE, 0x3000, PAGE_READWRITE);
      expect(() => other.memory.setUint8(0x1234, 1)).toThrow("access violation writing 0x1234");
      expect(ExceptionRecord.ExceptionInformation).toEqual([0, BASE + 7]);
      return SEARCH;
    });
    const fault = faultOf(() => guest.memory.getUint8(BASE + 7));
    expect([fault.access, fault.address]).toEqual([0, BASE + 7]);
  });
});

describe("continue handlers (4.7#3, 17.6)", () => {
  test("run in order after a -1 until one answers -1", async () => {
    const guest = await blocked();
    const { process, memory } = guest;
    const log: string[] = [];
    process.addVectoredContinueHandler(false, noting(log, "second", CONTINUE));
    process.addVectoredContinueHandler(false, noting(log, "third", SEARCH));
    process.addVectoredContinueHandler(true, noting(log, "first", SEARCH));
    expect(() => memory.getUint8(BASE)).toThrow(PageFault);
    expect(log).toEqual([]);
    process.addVectoredExceptionHandler(true, () => {
      guest.protect(BASE, PAGE_READWRITE);
      return CONTINUE;
    });
    memory.getUint8(BASE);
    expect(log).toEqual(["first", "second"]);
  });

  test("run after the -1 of a frame filter and of the unhandled filter too", async () => {
    const guest = await blocked();
    const log: string[] = [];
    const fix = () => {
      guest.protect(BASE, PAGE_READWRITE);
      return CONTINUE;
    };
    guest.process.addVectoredContinueHandler(true, noting(log, "continued", SEARCH));
    guest.process.tryExcept({ body: () => guest.memory.getUint8(BASE), filter: fix });
    guest.protect(BASE, PAGE_NOACCESS);
    guest.process.setUnhandledExceptionFilter(fix);
    guest.memory.getUint8(BASE);
    expect(log).toEqual(["continued", "continued"]);
  });
});
