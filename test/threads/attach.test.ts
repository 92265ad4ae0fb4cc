import { describe, expect, test } from "vitest";
import { clrHost } from "../../src/clr-host.ts";
import { MEM_COMMIT, MEM_RELEASE, MEM_RESERVE, PAGE_READWRITE } from "../../src/constants.ts";
import {
  attachThread,
  Machine,
  MemoryFile,
  MemoryPageStore,
  type SharedThread,
} from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { ntdll } from "../../src/ntdll.ts";

const ALLOCATE = MEM_RESERVE | MEM_COMMIT;

async function guestOf(profile: "win32" | "win64" = "win32") {
  return (await Machine.create({ profile, threads: true })).createProcess();
}

/** A thread of the process, as a worker has it; all that it calls returns at once here. */
const attached = async (guest: Awaited<ReturnType<typeof guestOf>>) =>
  attachThread(guest.createThread().share());

describe("a machine with threads", () => {
  test("refuses what it cannot have", async () => {
    const threads = true;
    await expect(Machine.create({ threads, pageStore: new MemoryPageStore() })).rejects.toThrow(
      RangeError,
    );
    await expect(Machine.create({ threads, enclaves: ["SGX1"] })).rejects.toThrow(RangeError);
    await expect(Machine.create({ threads: 1 as never })).rejects.toThrow(TypeError);
    const module = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    await expect(Machine.create({ threads, module })).rejects.toThrow("core for threads");
    const guest = await guestOf();
    expect(() => guest.openFile(new MemoryFile())).toThrow("not on a machine with threads");
  });

  test("has no views in place", async () => {
    const guest = await guestOf();
    const base = kernel32(guest).VirtualAlloc(0, 1, ALLOCATE, PAGE_READWRITE);
    expect(guest.memory.view(base, 16)).toBeUndefined();
  });

  test("needs pages that are isolated", async () => {
    Object.assign(globalThis, { crossOriginIsolated: false });
    try {
      await expect(Machine.create({ threads: true })).rejects.toThrow("Cross-Origin-Opener-Policy");
    } finally {
      Reflect.deleteProperty(globalThis, "crossOriginIsolated");
    }
  });
});

describe("thread.share", () => {
  test("is for machines with threads, and threads that do not run here", async () => {
    const plain = (await Machine.create()).createProcess();
    expect(() => plain.createThread().share()).toThrow("without threads");
    const guest = await guestOf();
    expect(() => guest.mainThread.share()).toThrow("current");
    const thread = guest.createThread();
    thread.share();
    expect(() => thread.share()).toThrow("is shared");
    expect(() => thread.run(() => 0)).toThrow("not shared");
    thread.unshare();
    expect(thread.run(() => 1)).toBe(1);
  });

  test("gives a context again that came back", async () => {
    const guest = await guestOf();
    const thread = guest.createThread();
    const first = thread.share();
    thread.unshare();
    thread.unshare();
    const second = thread.share();
    expect(second.context).toBe(first.context);
    expect(guest.createThread().share().context).not.toBe(first.context);
  });

  test("keeps the number of a process that ended from being given again", async () => {
    const guest = await guestOf("win64");
    const thread = guest.createThread();
    const { process } = await attachThread(thread.share());
    guest.exit();
    expect(guest.machine.createProcess().spaceNumber).not.toBe(guest.spaceNumber);
    expect(process.exited).toBe(true);
    expect(() => process.memory.getUint8(0x10000)).toThrow("has ended");
    expect(() => kernel32(process).VirtualAlloc(0, 1, ALLOCATE, PAGE_READWRITE)).toThrow("ended");
    thread.unshare();
    expect(guest.machine.createProcess().spaceNumber).toBe(guest.spaceNumber);
  });
});

describe("an attached thread", () => {
  test("is the thread that was shared, in the process that it is of", async () => {
    const guest = await guestOf();
    const thread = guest.createThread({});
    const there = await attachThread(thread.share());
    expect([there.id, there.process.id, there.stack?.limit]).toEqual([
      thread.id,
      guest.id,
      thread.stack?.limit,
    ]);
    expect(there.process.currentThread).toBe(there);
    expect(kernel32(there.process).GetCurrentThreadId()).toBe(thread.id);
  });

  test("has the calls on virtual memory, which its owner sees at once", async () => {
    const guest = await guestOf();
    const { process } = await attached(guest);
    const base = kernel32(process).VirtualAlloc(0, 1, ALLOCATE, PAGE_READWRITE);
    process.memory.setUint32(base, 7);
    expect(guest.memory.getUint32(base)).toBe(7);
    process.memory.writeString(base, "shared", { encoding: "utf-8" });
    expect(guest.memory.readString(base, { encoding: "utf-8" })).toBe("shared");
    guest.debugView.write(base, Uint8Array.of(9));
    expect(process.memory.getUint8(base)).toBe(9);
    expect(process.debugView.read(base, 1).bytes).toEqual(Uint8Array.of(9));
    expect(kernel32(guest).VirtualFree(base, 0, MEM_RELEASE)).toBe(1);
    expect(() => process.memory.getUint32(base)).toThrow("access violation reading");
    expect(kernel32(process).GetLastError()).toBe(0);
    guest.verifySpace();
  });

  test("asks the __try blocks of its own thread", async () => {
    const { process } = await attached(await guestOf());
    const code = process.tryExcept({
      body: () => process.memory.getUint8(0x10),
      filter: () => 1,
      handler: ({ ExceptionRecord }) => ExceptionRecord.ExceptionCode,
    });
    expect(code).toBe(0xc0000005);
  });

  test("refuses what belongs to the owner", async () => {
    const { process } = await attached(await guestOf());
    const belongs = /belongs to the owner/;
    expect(() => process.exit()).toThrow(belongs);
    expect(() => process.createThread()).toThrow(belongs);
    expect(() => process.fork()).toThrow(belongs);
    expect(() => process.threads).toThrow(belongs);
    expect(() => process.machine.createProcess()).toThrow(belongs);
    expect(() => process.openFile(new MemoryFile())).toThrow(belongs);
    expect(() => process.addVectoredExceptionHandler(true, () => 0)).toThrow(belongs);
    expect(() => kernel32(process).CloseHandle(4)).toThrow(belongs);
    expect(() => kernel32(process).CreateFileMappingW(-1, null, 4, 0, 1, null)).toThrow(belongs);
    expect(() => ntdll(process).NtClose(4)).toThrow(belongs);
    expect(() => clrHost(process)).toThrow(belongs);
  });

  test("loses its rights to write when the owner forks: the first write copies", async () => {
    const guest = await guestOf();
    const { process } = await attached(guest);
    const base = kernel32(guest).VirtualAlloc(0, 0x2000, 0x3000, 4);
    process.memory.setUint32(base, 1);
    guest.memory.setUint32(base + 0x1000, 2);
    const fork = guest.fork();
    process.memory.setUint32(base, 3);
    process.memory.setUint32(base + 0x1000, 4);
    expect(fork.threads.length).toBe(guest.threads.length);
    expect([fork.memory.getUint32(base), fork.memory.getUint32(base + 0x1000)]).toEqual([1, 2]);
    expect([guest.memory.getUint32(base), guest.memory.getUint32(base + 0x1000)]).toEqual([3, 4]);
    guest.verifySpace();
    fork.verifySpace();
  });

  test("is made of nothing but what was shared", async () => {
    await expect(attachThread({} as SharedThread)).rejects.toThrow(TypeError);
    await expect(attachThread(null as never)).rejects.toThrow(TypeError);
  });
});

test("a core that has trapped is unusable in every thread, and nobody waits for it", async () => {
  const guest = await guestOf();
  const { process } = await attached(guest);
  process.core.agent?.poison();
  expect(() => process.memory.getUint8(0x10)).toThrow("the core trapped");
  expect(() => guest.verifySpace()).toThrow("the core trapped");
  expect(guest.machine.poisoned).toBe(true);
});
