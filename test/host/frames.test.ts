import { describe, expect, test } from "vitest";
import {
  EXCEPTION_CONTINUE_EXECUTION as CONTINUE,
  EXCEPTION_ACCESS_VIOLATION,
  EXCEPTION_GUARD_PAGE,
  EXCEPTION_NONCONTINUABLE,
  EXCEPTION_NONCONTINUABLE_EXCEPTION,
  EXCEPTION_STACK_OVERFLOW,
  EXCEPTION_EXECUTE_HANDLER as EXECUTE,
  PAGE_GUARD,
  PAGE_READWRITE,
  EXCEPTION_CONTINUE_SEARCH as SEARCH,
} from "../../src/constants.ts";
import { type ExceptionPointers, GuestException, PageFault } from "../../src/index.ts";
import { BASE, blocked, faultOf, noting } from "./support.ts";

const CODE = 0xe0000001;

describe("frames (4.7#5)", () => {
  test("a filter's 1 unwinds to its frame", async () => {
    const { process, memory } = await blocked();
    const log: string[] = [];
    const answer = process.tryExcept({
      body: () => {
        try {
          return memory.getUint8(BASE + 1);
        } finally {
          log.push("finally");
        }
      },
      filter: (pointers) => {
        log.push(`filter ${pointers.ExceptionRecord.ExceptionInformation[1]}`);
        return EXECUTE;
      },
      handler: ({ ExceptionRecord }) => {
        log.push("handler");
        return ExceptionRecord.ExceptionCode;
      },
    });
    expect(answer).toBe(EXCEPTION_ACCESS_VIOLATION);
    expect(log).toEqual([`filter ${BASE + 1}`, "finally", "handler"]);
  });

  test("are asked after the vectored handlers, innermost first", async () => {
    const { process, memory } = await blocked();
    const log: string[] = [];
    process.addVectoredExceptionHandler(true, noting(log, "vectored", SEARCH));
    const answer = process.tryExcept({
      filter: noting(log, "outer", EXECUTE),
      handler: () => "outer handler",
      body: () =>
        process.tryExcept({
          filter: noting(log, "inner", SEARCH),
          handler: () => "inner handler",
          body: () => String(memory.getUint8(BASE)),
        }),
    });
    expect(answer).toBe("outer handler");
    expect(log).toEqual(["vectored", "inner", "outer"]);
  });

  test("a body without exception is its answer; without handler there is none", async () => {
    const { process, memory } = await blocked();
    const filter = () => EXECUTE;
    expect(process.tryExcept({ body: () => 7, filter })).toBe(7);
    expect(process.tryExcept({ body: () => memory.getUint8(BASE), filter })).toBeUndefined();
  });

  test("a frame is gone when its body is", async () => {
    const { process, memory } = await blocked();
    let asked = 0;
    const filter = () => {
      asked++;
      return EXECUTE;
    };
    process.tryExcept({ body: () => memory.getUint8(BASE), filter });
    process.tryExcept({ body: () => 0, filter });
    expect(() =>
      process.tryExcept({
        body: () => {
          throw new SyntaxError("the host's own");
        },
        filter,
      }),
    ).toThrow(SyntaxError);
    expect(() => memory.getUint8(BASE)).toThrow(PageFault);
    expect(asked).toBe(1);
  });

  test("an exception in a handler belongs to the frames further out", async () => {
    const { process, memory } = await blocked();
    const answer = process.tryExcept({
      filter: () => EXECUTE,
      handler: ({ ExceptionRecord }) => ExceptionRecord.ExceptionInformation[1],
      body: () =>
        process.tryExcept<number | bigint | undefined>({
          filter: () => EXECUTE,
          handler: () => memory.getUint8(BASE + 9),
          body: () => memory.getUint8(BASE + 8),
        }),
    });
    expect(answer).toBe(BASE + 9);
  });

  test("belong to their thread", async () => {
    const { process, memory } = await blocked();
    const other = process.createThread();
    let asked = 0;
    const body = () => other.run(() => memory.getUint8(BASE));
    const filter = () => {
      asked++;
      return EXECUTE;
    };
    expect(() => process.tryExcept({ body, filter })).toThrow(PageFault);
    expect(asked).toBe(0);
    expect(process.currentThread).toBe(process.mainThread);
  });

  test("a negative answer of a filter goes on with the access", async () => {
    const guest = await blocked();
    const answer = guest.process.tryExcept({
      body: () => guest.memory.getUint8(BASE),
      filter: () => {
        guest.protect(BASE, PAGE_READWRITE);
        return CONTINUE;
      },
      handler: () => 99,
    });
    expect(answer).toBe(0);
  });
});

describe("noncontinuable (4.7#6)", () => {
  test("a -1 raises NONCONTINUABLE_EXCEPTION about it", async () => {
    const { process } = await blocked();
    const seen: ExceptionPointers["ExceptionRecord"][] = [];
    process.addVectoredExceptionHandler(true, ({ ExceptionRecord }) => {
      seen.push(ExceptionRecord);
      return ExceptionRecord.ExceptionCode === CODE ? CONTINUE : SEARCH;
    });
    const raise = () => process.raiseException({ code: CODE, flags: EXCEPTION_NONCONTINUABLE });
    expect(raise).toThrow(GuestException);
    expect(seen[1]).toMatchObject({
      ExceptionCode: EXCEPTION_NONCONTINUABLE_EXCEPTION,
      ExceptionFlags: EXCEPTION_NONCONTINUABLE,
      ExceptionRecord: { ExceptionCode: CODE },
      NumberParameters: 0,
    });
    expect(seen.length).toBe(2);
  });

  test("one that goes on from that too ends the process", async () => {
    const { process } = await blocked();
    process.addVectoredExceptionHandler(true, () => CONTINUE);
    const raise = () => process.raiseException({ code: CODE, flags: EXCEPTION_NONCONTINUABLE });
    expect(raise).toThrow(GuestException);
    expect(process.exitCode).toBe(EXCEPTION_STACK_OVERFLOW);
  });
});

describe("nobody handles it (4.7#7)", () => {
  test("PageFault; the process is still there", async () => {
    const { process, memory } = await blocked();
    expect(() => memory.getUint8(BASE)).toThrow(PageFault);
    expect(process.exited).toBe(false);
  });

  test("the unhandled filter is asked last, and its 1 ends the process with the code", async () => {
    const { process, memory, kernel32 } = await blocked();
    const log: string[] = [];
    const filter = noting(log, "unhandled", EXECUTE);
    expect(kernel32.SetUnhandledExceptionFilter(filter)).toBe(null);
    process.addVectoredExceptionHandler(true, noting(log, "vectored", SEARCH));
    expect(() => memory.getUint8(BASE)).toThrow(PageFault);
    expect(log).toEqual(["vectored", "unhandled"]);
    expect(process.exitCode).toBe(EXCEPTION_ACCESS_VIOLATION);
  });

  test("a 0 of the unhandled filter is no answer; null takes it away", async () => {
    const { process, memory } = await blocked();
    let asked = 0;
    const filter = () => {
      asked++;
      return SEARCH;
    };
    process.setUnhandledExceptionFilter(filter);
    expect(() => memory.getUint8(BASE)).toThrow(PageFault);
    expect(process.setUnhandledExceptionFilter(null)).toBe(filter);
    expect(() => memory.getUint8(BASE)).toThrow(PageFault);
    expect([asked, process.exited]).toEqual([1, false]);
  });

  test("the exit code of a guard page is its exception", async () => {
    const guest = await blocked();
    guest.protect(BASE, PAGE_READWRITE | PAGE_GUARD);
    guest.process.setUnhandledExceptionFilter(() => EXECUTE);
    expect(faultOf(() => guest.memory.getUint8(BASE)).code).toBe(EXCEPTION_GUARD_PAGE);
    expect(guest.process.exitCode).toBe(EXCEPTION_GUARD_PAGE);
  });
});
