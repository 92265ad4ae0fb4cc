import { describe, expect, test } from "vitest";
import {
  EXCEPTION_CONTINUE_EXECUTION as CONTINUE,
  EXCEPTION_ACCESS_VIOLATION,
  EXCEPTION_GUARD_PAGE,
  EXCEPTION_NONCONTINUABLE,
  EXCEPTION_NONCONTINUABLE_EXCEPTION,
  EXCEPTION_STACK_OVERFLOW,
  EXCEPTION_EXECUTE_HANDLER as EXECUTE,
  MEM_COMMIT,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READWRITE,
  EXCEPTION_CONTINUE_SEARCH as SEARCH,
} from "../../src/constants.ts";
import {
  type ExceptionPointers,
  GuestException,
  PageFault,
  type RaisedException,
} from "../../src/index.ts";
import { BASE, createGuest, faultOf, type Guest, PAGE, PLACES } from "./support.ts";

const CODE = 0xe0000001;

/** A handler that notes its name and answers. */
function noting(log: string[], name: string, answer: number) {
  return () => {
    log.push(name);
    return answer;
  };
}

/** A guest with one page that any access to faults. */
async function blocked(options = {}): Promise<Guest> {
  const guest = await createGuest({ profile: "win32", ...options });
  guest.pages(2, PAGE_NOACCESS);
  return guest;
}

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

describe("limits (17.6)", () => {
  test("64 dispatches at once; one more ends the process", async () => {
    const { process, memory, machine } = await blocked();
    let deepest = 0;
    process.addVectoredExceptionHandler(true, () => {
      deepest++;
      memory.getUint8(BASE + deepest);
      return SEARCH;
    });
    const fault = faultOf(() => memory.getUint8(BASE));
    expect(deepest).toBe(64);
    expect(fault.code).toBe(EXCEPTION_STACK_OVERFLOW);
    expect(fault.record.ExceptionRecord?.ExceptionCode).toBe(EXCEPTION_ACCESS_VIOLATION);
    expect([process.exitCode, machine.processes.length]).toEqual([EXCEPTION_STACK_OVERFLOW, 0]);
  });

  test("the depth is a setting, and one after another is not deep", async () => {
    const { process, memory } = await blocked({ handlerDepthLimit: 3 });
    let calls = 0;
    const handle = process.addVectoredExceptionHandler(true, () => {
      calls++;
      if (calls % 3 !== 0) expect(() => memory.getUint8(BASE)).toThrow(PageFault);
      return SEARCH;
    });
    for (let round = 0; round < 5; round++) {
      expect(() => memory.getUint8(BASE)).toThrow(PageFault);
    }
    expect([calls, process.exited]).toEqual([15, false]);
    process.removeVectoredExceptionHandler(handle);
  });

  test("a handler that resolves nothing is found out", async () => {
    const { process, memory } = await blocked();
    let calls = 0;
    process.addVectoredExceptionHandler(true, () => {
      calls++;
      return CONTINUE;
    });
    expect(() => memory.setUint16(BASE + 4, 1)).toThrow(
      /handler loop: .* 100000 times .*0x50000004/,
    );
    expect(calls).toBe(100_000);
    expect(process.exited).toBe(false);
  });

  test("in bulk operations and fetches too; the number is a setting", async () => {
    const { process, memory } = await blocked({ handlerLoopLimit: 10 });
    let calls = 0;
    process.addVectoredExceptionHandler(true, () => {
      calls++;
      return CONTINUE;
    });
    const accesses = [
      () => memory.read(BASE, 5),
      () => memory.write(BASE, new Uint8Array(5)),
      () => memory.fill(BASE, 0, 5),
      () => memory.copy(BASE, BASE + PAGE, 5),
      () => memory.compare(BASE, BASE + PAGE, 5),
      () => memory.fetch(BASE, 5),
      () => memory.getUint8(0xfffffff0),
    ];
    for (const access of accesses) expect(access).toThrow("handler loop");
    expect(calls).toBe(10 * accesses.length);
  });

  test("different exceptions in one access are no loop", async () => {
    const guest = await blocked({ handlerLoopLimit: 1 });
    guest.process.addVectoredExceptionHandler(true, ({ ExceptionRecord }) => {
      guest.protect(Number(ExceptionRecord.ExceptionInformation[1]) & ~0xfff, PAGE_READWRITE);
      return CONTINUE;
    });
    guest.memory.setUint32(BASE + PAGE - 2, 1);
    guest.protect(BASE, PAGE_READWRITE | PAGE_GUARD, 2);
    expect(guest.memory.getUint32(BASE + PAGE - 2)).toBe(1);
  });
});

describe.each(PLACES)("records, $profile $space (4.6)", (place) => {
  test("of a page fault", async () => {
    const guest = await createGuest(place);
    guest.pages(1, PAGE_NOACCESS);
    let pointers: ExceptionPointers | undefined;
    guest.process.instructionPointer = 0x401000;
    guest.process.contextProvider = () => ({ eax: 1 });
    guest.process.addVectoredExceptionHandler(true, (given) => {
      pointers = given;
      return SEARCH;
    });
    expect(() => guest.memory.setUint8(BASE + 5, 1)).toThrow(PageFault);
    expect(pointers).toEqual({
      ContextRecord: { eax: 1 },
      ExceptionRecord: {
        ExceptionCode: EXCEPTION_ACCESS_VIOLATION,
        ExceptionFlags: 0,
        ExceptionRecord: null,
        ExceptionAddress: 0x401000,
        NumberParameters: 2,
        ExceptionInformation: [1, BASE + 5],
      },
    });
  });

  test("reserve, then commit each page from the handler", async () => {
    const guest = await createGuest(place);
    guest.reserve(16);
    let faults = 0;
    guest.process.addVectoredExceptionHandler(true, ({ ExceptionRecord }) => {
      faults++;
      const [, address = 0] = ExceptionRecord.ExceptionInformation;
      guest.kernel32.VirtualAlloc(address, 1, MEM_COMMIT, PAGE_READWRITE);
      return CONTINUE;
    });
    for (let at = BASE; at < BASE + 16 * PAGE - 4; at += 0x333) guest.memory.setUint32(at, at);
    for (let at = BASE; at < BASE + 16 * PAGE - 4; at += 0x333) {
      expect(guest.memory.getUint32(at)).toBe(at);
    }
    expect(faults).toBe(16);
  });
});

describe("raiseException", () => {
  test("reaches handlers, and returns where one goes on", async () => {
    const { process, kernel32 } = await blocked();
    const seen: unknown[] = [];
    const handle = process.addVectoredExceptionHandler(true, ({ ExceptionRecord }) => {
      seen.push({ ...ExceptionRecord });
      return CONTINUE;
    });
    process.raiseException({ code: CODE, flags: 0xfe, information: [1, 2n], address: 0x1234 });
    kernel32.RaiseException(CODE, 0, [7]);
    kernel32.RaiseException(CODE, 0);
    process.removeVectoredExceptionHandler(handle);
    expect(seen.slice(1)).toMatchObject([
      { ExceptionCode: CODE, ExceptionFlags: 0, ExceptionAddress: 0, ExceptionInformation: [7] },
      { NumberParameters: 0, ExceptionInformation: [] },
    ]);
    expect(seen[0]).toMatchObject({ ExceptionAddress: 0x1234, ExceptionInformation: [1, 2] });
    expect(() => process.raiseException({ code: CODE })).toThrow("unhandled exception 0xe0000001");
  });
});

test("bad input at the door", async () => {
  const guest = await blocked();
  const { process, kernel32, ntdll } = guest;
  const wrong = <T>(value: unknown) => value as T;
  guest.refuses(
    TypeError,
    /must be|there is no option/,
    () => process.addVectoredExceptionHandler(true, wrong(null)),
    () => process.addVectoredContinueHandler(true, wrong(5)),
    () => kernel32.AddVectoredExceptionHandler(wrong("1"), () => 0),
    () => ntdll.RtlAddVectoredContinueHandler(1, wrong({})),
    () => process.setUnhandledExceptionFilter(wrong(undefined)),
    () => process.tryExcept(wrong(undefined)),
    () => process.tryExcept(wrong({ body: 1, filter: () => 0 })),
    () => process.tryExcept(wrong({ body: () => 0 })),
    () => process.tryExcept(wrong({ body: () => 0, filter: () => 0, finally: () => 0 })),
    () => process.raiseException(wrong<RaisedException>(CODE)),
    () => process.raiseException(wrong({ code: "x" })),
    () => process.raiseException(wrong({ code: 1, information: 5 })),
    () => process.mainThread.run(wrong(3)),
    () => {
      process.instructionPointer = wrong("0");
    },
  );
  guest.refuses(
    RangeError,
    /must be/,
    () => process.raiseException({ code: -1 }),
    () => process.raiseException({ code: 1, flags: 2 ** 32 }),
    () => process.raiseException({ code: 1, information: new Array(16).fill(0) }),
    () => process.raiseException({ code: 1, information: [-1] }),
    () => process.raiseException({ code: 1, address: Number.NaN }),
    () => kernel32.RaiseException(1.5, 0),
    () => {
      process.instructionPointer = -4;
    },
  );
});
