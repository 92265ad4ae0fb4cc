import { describe, expect, test } from "vitest";
import {
  EXCEPTION_CONTINUE_EXECUTION,
  MEM_FREE,
  MEM_RESERVE,
  PAGE_GUARD,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { type Process, ThreadStack } from "../../src/index.ts";
import { BASE, createGuest, faultOf, PAGE, PLACES } from "./support.ts";

const SMALL = { stackReserve: 0x10000 } as const;

/** How much the limit of the thread's stack has moved down since it was `limit`, in pages. */
function grown(limit: number, stack: ThreadStack | null): number {
  return (limit - (stack?.limit ?? 0)) / PAGE;
}

describe.each(PLACES)("a stack, %o", (place) => {
  test("comes with a thread that is made with options, and not otherwise", async () => {
    const { process } = await createGuest(place);
    expect(process.mainThread.stack).toBeNull();
    expect(process.createThread().stack).toBeNull();
    const { regions } = process.counters;
    expect(process.createThread({}).stack).toBeInstanceOf(ThreadStack);
    expect(process.createThread({ stackReserve: undefined }).stack).not.toBeNull();
    expect(process.counters.regions).toBe(regions + 2);
    const stack = process.mainThread.createStack(SMALL);
    expect(process.mainThread.stack).toBe(stack);
    expect(stack.base - stack.deallocationStack).toBe(0x10000);
  });

  test("grows for the current thread, whichever way it became that", async () => {
    const { process, memory } = await createGuest(place);
    const one = process.createThread(SMALL);
    const other = process.createThread(SMALL);
    const { limit = 0 } = one.stack ?? {};
    const { limit: second = 0 } = other.stack ?? {};
    process.currentThread = one;
    memory.setUint8(limit - 1, 1);
    expect(grown(limit, one.stack)).toBe(1);
    other.run(() => {
      memory.setUint8(second - 1, 1);
      expect(faultOf(() => memory.setUint8(limit - PAGE - 1, 1)).code).toBe(0x80000001);
    });
    expect([grown(limit, one.stack), grown(second, other.stack)]).toEqual([1, 1]);
    expect(process.currentThread).toBe(one);
    process.currentThread = process.mainThread;
    expect(faultOf(() => memory.setUint8(second - PAGE - 1, 1)).code).toBe(0x80000001);
  });

  test("grows after the machine has worked for another process", async () => {
    const { machine, process, memory } = await createGuest(place);
    const other = machine.createProcess({ space: "translated" });
    const own = process.mainThread.createStack(SMALL);
    const foreign = other.mainThread.createStack(SMALL);
    const [limit, otherLimit] = [own.limit, foreign.limit];
    for (let page = 0; page < 3; page++) {
      memory.setUint8(limit - page * PAGE - 1, 1);
      other.memory.setUint8(otherLimit - page * PAGE - 1, 2);
    }
    expect([grown(limit, own), grown(otherLimit, foreign)]).toEqual([3, 3]);
    const switched = other.createThread(SMALL);
    other.currentThread = switched;
    memory.setUint8(limit - 4 * PAGE + 1, 1);
    const start = switched.stack?.limit ?? 0;
    other.memory.setUint8(start - 1, 1);
    expect([grown(limit, own), grown(start, switched.stack)]).toEqual([4, 1]);
  });

  test("is made for a thread that runs already", async () => {
    const { process, memory } = await createGuest(place);
    memory.fill(BASE, 0, 0);
    const stack = process.currentThread.createStack();
    const { limit } = stack;
    memory.setUint8(limit - 1, 1);
    expect(grown(limit, stack)).toBe(1);
  });

  test("overflows into handlers, which run on the faulting thread, and goes on", async () => {
    const { process, memory } = await createGuest(place);
    const thread = process.createThread(SMALL);
    const codes: [number, boolean][] = [];
    process.addVectoredExceptionHandler(true, ({ ExceptionRecord }) => {
      codes.push([ExceptionRecord.ExceptionCode, process.currentThread === thread]);
      return EXCEPTION_CONTINUE_EXECUTION;
    });
    const { base = 0, deallocationStack = 0 } = thread.stack ?? {};
    thread.run(() => {
      for (let at = base - 4; at > deallocationStack + PAGE; at -= PAGE) memory.setUint32(at, at);
    });
    expect(codes).toEqual([[0xc00000fd, true]]);
    expect(thread.stack?.limit).toBe(deallocationStack + PAGE);
  });

  test("throws a PageFault that says stack overflow", async () => {
    const { process, memory } = await createGuest(place);
    const { base, deallocationStack } = process.mainThread.createStack(SMALL);
    const fault = faultOf(() => {
      for (let at = base - 4; at > deallocationStack; at -= PAGE) memory.setUint32(at, at);
    });
    expect(fault).toMatchObject({ code: 0xc00000fd, access: 1, page: { protect: PAGE_READWRITE } });
    expect(fault.message).toContain("stack overflow writing");
  });

  test("is released with its thread, once", async () => {
    const guest = await createGuest(place);
    const { process } = guest;
    const { commitCharge } = process.counters;
    const thread = process.createThread(SMALL);
    const { deallocationStack = 0 } = thread.stack ?? {};
    thread.releaseStack();
    expect([thread.stack, process.counters.commitCharge]).toEqual([null, commitCharge]);
    expect(guest.page(deallocationStack).state).toBe(MEM_FREE);
    const before = guest.state();
    thread.releaseStack();
    expect(guest.state()).toEqual(before);
    expect(thread.createStack(SMALL).deallocationStack).toBe(deallocationStack);
  });

  test("has fields that the program may set, as numbers and bigints", async () => {
    const guest = await createGuest(place);
    const { thread, stack } = withStack(guest.process);
    stack.limit = BASE;
    stack.base = BigInt(BASE + PAGE);
    expect([stack.limit, stack.base]).toEqual([BASE, BASE + PAGE]);
    const { deallocationStack } = stack;
    thread.stack = { base: 3, limit: 2, deallocationStack };
    expect([stack.base, stack.limit, stack.deallocationStack]).toEqual([3, 2, deallocationStack]);
    guest.process.createThread().stack = thread.stack;
    thread.stack = null;
    expect([thread.stack, stack.base]).toEqual([null, 0]);
    guest.process.verifySpace();
  });

  test("that lies outside of user space is nobody's", async () => {
    const { process, memory, machine } = await createGuest(place);
    const above = machine.highestUserAddress + 1;
    const bounds = { base: above + 0x100000, limit: above + 0x8000, deallocationStack: above };
    process.mainThread.stack = bounds;
    expect(faultOf(() => memory.setUint8(above + 0x4000, 1)).code).toBe(0xc0000005);
    expect(process.mainThread.stack).toMatchObject(bounds);
  });
});

describe("at the door", () => {
  test("options and bounds are checked, and nothing happens", async () => {
    const guest = await createGuest({ profile: "win32" });
    const { process, kernel32, ntdll } = guest;
    const { thread, stack } = withStack(process);
    guest.refuses(
      TypeError,
      /stackReserve|options|stackCommit|currentThread|base|stackPointer|size/,
      () => process.createThread({ stackReserve: "1" as never }),
      () => process.createThread({ reserve: 1 } as never),
      () => process.createThread(5 as never),
      () => process.createThread({ stackCommit: null as never }),
      () => {
        process.currentThread = {} as never;
      },
      () => {
        thread.stack = {} as never;
      },
      () => kernel32._resetstkoflw("1" as never),
      () => kernel32.SetThreadStackGuarantee({ value: "1" as never }),
    );
    guest.refuses(
      RangeError,
      /stackReserve|stackCommit|limit|CommitAlign|stackPointer|size/,
      () => process.createThread({ stackReserve: -1 }),
      () => process.createThread({ stackCommit: 0.5 }),
      () => process.createThread({ stackCommit: 2 ** 32 }),
      () => {
        stack.limit = -1;
      },
      () => ntdll.RtlCreateUserStack(0, 0, 0, Number.NaN, 1, {}),
      () => kernel32._resetstkoflw(2 ** 32),
      () => kernel32.SetThreadStackGuarantee({ value: -1 }),
    );
  });

  test("a stack that cannot be had leaves no thread behind", async () => {
    const guest = await createGuest({ profile: "win32", commitLimit: 8 });
    const { process } = guest;
    const { id } = process.createThread();
    guest.refuses(
      RangeError,
      /no stack: STATUS_(COMMITMENT_LIMIT|NO_MEMORY)/,
      () => process.createThread({ stackCommit: 0x9000 }),
      () => process.createThread({ stackReserve: 0x7fff0000 }),
    );
    expect(process.createThread().id).toBe(id + 4);
    expect(() => withStack(process).thread.createStack()).toThrow(/has a stack/);
  });

  test("a thread of another process cannot be the current one", async () => {
    const { machine, process } = await createGuest({ profile: "win64" });
    const other = machine.createProcess();
    expect(() => {
      process.currentThread = other.mainThread;
    }).toThrow(RangeError);
    expect(process.currentThread).toBe(process.mainThread);
  });

  test("after the end of the process", async () => {
    const { process } = await createGuest({ profile: "win64" });
    const { thread, stack } = withStack(process);
    process.exit();
    expect(() => thread.stack).toThrow(/has ended/);
    expect(() => stack.limit).toThrow(/has ended/);
    expect(() => thread.createStack()).toThrow(/has ended/);
    expect(() => thread.releaseStack()).toThrow(/has ended/);
    process.currentThread = thread;
    expect(process.currentThread).toBe(thread);
  });
});

describe("out-parameters", () => {
  test("of GetCurrentThreadStackLimits are objects, guest addresses, or nothing", async () => {
    const guest = await createGuest({ profile: "win32" });
    const { kernel32, memory, process } = guest;
    const [low, high] = [{ value: 7 }, { value: 7 }];
    kernel32.GetCurrentThreadStackLimits(low, high);
    expect([low.value, high.value]).toEqual([0, 0]);
    const { stack } = withStack(process);
    kernel32.GetCurrentThreadStackLimits(low, high);
    expect([low.value, high.value]).toEqual([stack.deallocationStack, stack.base]);
    expect(guest.machine.decision).toBe("4.9");
    const at = guest.pages(1);
    kernel32.GetCurrentThreadStackLimits(at, at + 4);
    expect([memory.getUint32(at), memory.getUint32(at + 4), memory.getUint32(at + 8)]).toEqual([
      stack.deallocationStack,
      stack.base,
      0,
    ]);
    guest.protect(at, PAGE_READONLY);
    kernel32.GetCurrentThreadStackLimits(at + 8, null);
    expect(memory.getUint32(at + 8)).toBe(0);
  });

  test("on the guard of the own stack make it grow", async () => {
    const guest = await createGuest({ profile: "win64" });
    const { stack } = withStack(guest.process);
    const { limit } = stack;
    guest.kernel32.GetCurrentThreadStackLimits(limit - 8, null);
    expect(grown(limit, stack)).toBe(1);
    expect(guest.memory.getBigUint64(limit - 8)).toBe(BigInt(stack.deallocationStack));
    expect(guest.page(limit - 2 * PAGE).protect).toBe(PAGE_READWRITE | PAGE_GUARD);
  });
});

test("a stack of a dump is adopted, and grows", async () => {
  const { process, memory } = await createGuest({ profile: "win32" });
  const guard = { size: PAGE, state: 0x1000, protect: PAGE_READWRITE | PAGE_GUARD };
  process.adoptRegion({
    base: BASE,
    size: 0x10000,
    type: 0x20000,
    allocationProtect: PAGE_READWRITE,
    runs: [
      { size: 0xc000, state: MEM_RESERVE },
      guard,
      { size: 0x3000, state: 0x1000, protect: PAGE_READWRITE },
    ],
  });
  process.mainThread.stack = {
    base: BASE + 0x10000,
    limit: BASE + 0xd000,
    deallocationStack: BASE,
  };
  memory.setUint32(BASE + 0xcffc, 5);
  expect(process.mainThread.stack?.limit).toBe(BASE + 0xc000);
});

/** A thread that runs, and its stack. */
function withStack(process: Process) {
  const thread = process.createThread(SMALL);
  process.currentThread = thread;
  const { stack } = thread;
  if (stack === null) throw new Error("no stack");
  return { thread, stack };
}
