import { describe, expect, test } from "vitest";
import {
  EXCEPTION_CONTINUE_EXECUTION as CONTINUE,
  EXCEPTION_ACCESS_VIOLATION,
  EXCEPTION_STACK_OVERFLOW,
  MEM_COMMIT,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READWRITE,
  EXCEPTION_CONTINUE_SEARCH as SEARCH,
} from "../../src/constants.ts";
import { type ExceptionPointers, PageFault, type RaisedException } from "../../src/index.ts";
import { BASE, blocked, createGuest, faultOf, PAGE, PLACES } from "./support.ts";

const CODE = 0xe0000001;

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
