import { describe, expect, test } from "vitest";
import {
  EXCEPTION_CONTINUE_EXECUTION,
  FILE_MAP_ALL_ACCESS,
  INVALID_HANDLE_VALUE,
  MEM_COMMIT,
  MEM_RESERVE,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { type Machine, MemoryFile, PageFault, type Process } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { createMachine } from "../setup/machine.ts";

const PAGE = 0x1000;
const COMMIT = MEM_RESERVE | MEM_COMMIT;

async function guestOf(options = {}): Promise<{ machine: Machine; guest: Process }> {
  const machine = await createMachine({ profile: "win32", ...options });
  return { machine, guest: machine.createProcess() };
}

describe("process.fork", () => {
  test("makes a process of the machine, translated unless it is asked otherwise", async () => {
    const { machine, guest } = await guestOf();
    const fork = guest.fork();
    expect([fork.id, fork.mainThread.id, fork.space]).toEqual([8, 8, "translated"]);
    expect(machine.processes).toEqual([guest, fork]);
    expect(() => guest.fork({ space: "windowed" })).toThrow("process 4 has the window");
    expect(guest.fork({ space: "auto" }).space).toBe("translated");
    guest.exit();
    expect(fork.fork({ space: "auto" }).space).toBe("windowed");
  });

  test.each([
    [{ space: "elsewhere" }, RangeError, /space must be one of/],
    [{ spaces: "auto" }, TypeError, /spaces/],
    [7, TypeError, /options/],
  ])("refuses %j", async (options, Kind, why) => {
    const { machine, guest } = await guestOf();
    expect(() => guest.fork(options as object)).toThrow(Kind);
    expect(() => guest.fork(options as object)).toThrow(why);
    expect(machine.processes).toEqual([guest]);
  });

  test("is not for a process that has ended", async () => {
    const { guest } = await guestOf();
    guest.exit();
    expect(() => guest.fork()).toThrow("process 4 has ended");
  });

  test("a refused fork takes no numbers", async () => {
    const { machine, guest } = await guestOf({ commitLimit: 10 });
    kernel32(guest).VirtualAlloc(0, 8 * PAGE, COMMIT, PAGE_READWRITE);
    expect(() => guest.fork()).toThrow("fork: STATUS_COMMITMENT_LIMIT");
    const next = machine.createProcess();
    expect([next.id, next.mainThread.id]).toEqual([8, 8]);
  });

  test("gives the fork the commit quota and the working set limits", async () => {
    const machine = await createMachine({ profile: "win64" });
    const guest = machine.createProcess({ commitQuota: 20 });
    const { SetProcessWorkingSetSize, VirtualAlloc } = kernel32(guest);
    expect(SetProcessWorkingSetSize(-1, 30 * PAGE, 60 * PAGE)).toBe(1);
    VirtualAlloc(0, 15 * PAGE, COMMIT, PAGE_READWRITE);
    const fork = kernel32(guest.fork());
    expect(fork.VirtualAlloc(0, 6 * PAGE, COMMIT, PAGE_READWRITE)).toBe(0);
    expect(fork.VirtualAlloc(0, 5 * PAGE, COMMIT, PAGE_READWRITE)).not.toBe(0);
    const [least, most] = [{ value: 0 }, { value: 0 }];
    expect(fork.GetProcessWorkingSetSize(-1, least, most)).toBe(1);
    expect([least.value, most.value]).toEqual([30 * PAGE, 60 * PAGE]);
  });
});

describe("threads of a fork", () => {
  test("are those of the process, with numbers of their own, in the same order", async () => {
    const { guest } = await guestOf();
    const second = guest.createThread({});
    const third = guest.createThread();
    guest.mainThread.lastError = 5;
    guest.currentThread = second;
    const fork = guest.fork();
    const ids = [...guest.threads, ...fork.threads].map(({ id }) => id);
    expect(guest.threads).toEqual([guest.mainThread, second, third]);
    expect(new Set(ids).size).toBe(6);
    expect(fork.threads[0]).toBe(fork.mainThread);
    expect(fork.currentThread).toBe(fork.threads[1]);
    expect(fork.mainThread.lastError).toBe(5);
    expect(fork.threads[2]?.stack).toBeNull();
  });

  test("have the stacks, which grow in one process alone", async () => {
    const { guest } = await guestOf();
    const thread = guest.createThread({});
    guest.currentThread = thread;
    kernel32(guest).SetThreadStackGuarantee({ value: 0x2000 });
    const fork = guest.fork();
    const stack = fork.currentThread.stack;
    if (stack === null || thread.stack === null) throw new Error("no stack");
    const { base, limit, deallocationStack, guarantee } = thread.stack;
    expect(stack).toMatchObject({ base, limit, deallocationStack, guarantee });
    fork.memory.setUint8(limit - PAGE, 1);
    expect(fork.currentThread.stack?.limit).toBe(limit - PAGE);
    expect(thread.stack.limit).toBe(limit);
    guest.verifySpace();
    fork.verifySpace();
  });
});

describe("handles of a fork", () => {
  test("have the same values and lead to the same objects", async () => {
    const { machine, guest } = await guestOf();
    const own = kernel32(guest);
    const hole = own.OpenProcess(0x8, 0, guest.id);
    const size = PAGE;
    const file = INVALID_HANDLE_VALUE;
    const section = own.CreateFileMapping(file, null, PAGE_READWRITE, 0, size, "shared");
    const onFile = guest.openFile(new MemoryFile());
    own.CloseHandle(hole);
    const fork = guest.fork();
    const theirs = kernel32(fork);
    own.CloseHandle(section);
    const view = theirs.MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    expect(view).not.toBe(0);
    fork.memory.setUint32(view, 6);
    expect(theirs.CloseHandle(onFile)).toBe(1);
    expect(own.CloseHandle(onFile)).toBe(1);
    expect(theirs.OpenProcess(0x8, 0, guest.id)).toBe(hole);
    guest.exit();
    fork.exit();
    expect(machine.counters).toMatchObject({ commitCharge: 0, frames: 0, records: 0 });
  });
});

describe("exceptions in a fork", () => {
  test("go to the same functions, until one of them takes its own away", async () => {
    const { guest } = await guestOf();
    const { VirtualAlloc } = kernel32(guest);
    const base = VirtualAlloc(0, PAGE, MEM_RESERVE, PAGE_READWRITE);
    const asked: number[] = [];
    const commit = (process: Process) =>
      kernel32(process).VirtualAlloc(base, PAGE, MEM_COMMIT, PAGE_READWRITE);
    let process = guest;
    const handle = guest.addVectoredExceptionHandler(true, () => {
      asked.push(process.id);
      commit(process);
      return EXCEPTION_CONTINUE_EXECUTION;
    });
    const fork = guest.fork();
    expect(fork.removeVectoredExceptionHandler(handle + 1)).toBe(false);
    process = fork;
    fork.memory.setUint32(base, 1);
    process = guest;
    guest.memory.setUint32(base, 2);
    expect(asked).toEqual([fork.id, guest.id]);
    expect(guest.removeVectoredExceptionHandler(handle)).toBe(true);
    expect(fork.removeVectoredExceptionHandler(handle)).toBe(true);
    expect(() => fork.memory.setUint32(0, 1)).toThrow(PageFault);
  });

  test("have the same context and instruction pointer, and the same last filter", async () => {
    const { guest } = await guestOf();
    const filter = () => 0;
    guest.contextProvider = () => "registers";
    guest.instructionPointer = 0x401000;
    guest.setUnhandledExceptionFilter(filter);
    const fork = guest.fork();
    expect(fork.contextProvider).toBe(guest.contextProvider);
    expect(fork.instructionPointer).toBe(0x401000);
    expect(fork.setUnhandledExceptionFilter(null)).toBe(filter);
  });

  test("do not meet the __try blocks that the process was in", async () => {
    const { guest } = await guestOf();
    const answer = guest.tryExcept({
      body: () => {
        const fork = guest.fork();
        expect(() => fork.memory.setUint32(0, 1)).toThrow(PageFault);
        return "not handled here";
      },
      filter: () => 1,
    });
    expect(answer).toBe("not handled here");
  });
});

describe.each(["win9x", "ce5", "ce6"] as const)("a fork with %s", (profile) => {
  test("sees what all processes see, and has private memory of its own", async () => {
    const machine = await createMachine({ profile });
    const guest = machine.createProcess();
    const base = kernel32(guest).VirtualAlloc(0, PAGE, COMMIT, PAGE_READWRITE);
    guest.memory.setUint32(base, 1);
    const fork = guest.fork();
    fork.memory.setUint32(base, 2);
    expect([guest.memory.getUint32(base), fork.memory.getUint32(base)]).toEqual([1, 2]);
    guest.verifySpace();
    fork.verifySpace();
  });
});
