import { describe, expect, test } from "vitest";
import {
  FILE_MAP_ALL_ACCESS,
  FILE_MAP_COPY,
  INVALID_HANDLE_VALUE,
  MEM_COMMIT,
  MEM_PHYSICAL,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_WRITE_WATCH,
  PAGE_EXECUTE_READWRITE,
  PAGE_NOACCESS,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { AccessEmitter, generatedCode } from "../../src/emitter.ts";
import { MemoryFile, MemoryPageStore, type Process } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { createMachine } from "../setup/machine.ts";

const PAGE = 0x1000;
const SELF = -1;
const COMMIT = MEM_RESERVE | MEM_COMMIT;
const VmOfferPriorityLow = 2;

/** Marks pages, and lists the notices. */
function heard(guest: Process, ...addresses: number[]): () => number[] {
  const code = generatedCode(guest);
  const told: number[] = [];
  code.onCodeWritten((address) => told.push(address));
  for (const address of addresses) code.markCode(address, 1);
  return () => {
    code.enter();
    return told.splice(0);
  };
}

test("frames of AWE: a page that shows another one, or none", async () => {
  const guest = (await createMachine({ lockMemoryPrivilege: true })).createProcess();
  const { VirtualAlloc, AllocateUserPhysicalPages, MapUserPhysicalPages } = kernel32(guest);
  const at = VirtualAlloc(0, 4 * PAGE, MEM_RESERVE | MEM_PHYSICAL, PAGE_READWRITE);
  const frames: { value: number[] } = { value: [] };
  AllocateUserPhysicalPages(SELF, { value: 3 }, frames);
  const [one = 0, other = 0, third = 0] = frames.value;
  MapUserPhysicalPages(at, 2, [one, other]);
  const told = heard(guest, at, at + PAGE);
  expect(MapUserPhysicalPages(at, 1, [third])).toBe(1);
  expect(told()).toEqual([at]);
  MapUserPhysicalPages(at + PAGE, 1, null);
  expect(told()).toEqual([at + PAGE]);
  guest.verifySpace();
});

test("offered pages lose their marks with their content", async () => {
  const pageStore = new MemoryPageStore();
  const guest = (await createMachine({ physicalPages: 40, pageStore })).createProcess();
  const { VirtualAlloc, OfferVirtualMemory, ReclaimVirtualMemory } = kernel32(guest);
  const at = VirtualAlloc(0, 64 * PAGE, COMMIT, PAGE_READWRITE);
  guest.memory.setUint8(at, 1);
  const told = heard(guest, at);
  OfferVirtualMemory(at, PAGE, VmOfferPriorityLow);
  ReclaimVirtualMemory(at, PAGE);
  expect([told(), guest.memory.getUint8(at)]).toEqual([[], 1]);
  OfferVirtualMemory(at, PAGE, VmOfferPriorityLow);
  for (let page = 1; page < 64; page++) guest.memory.setUint8(at + page * PAGE, 1);
  ReclaimVirtualMemory(at, PAGE);
  expect([told(), guest.memory.getUint8(at)]).toEqual([[at], 0]);
});

test("a page that leaves memory and comes back keeps its mark", async () => {
  const pageStore = new MemoryPageStore();
  const guest = (await createMachine({ physicalPages: 40, pageStore })).createProcess();
  const at = kernel32(guest).VirtualAlloc(0, 64 * PAGE, COMMIT, PAGE_READWRITE);
  guest.memory.setUint8(at, 1);
  const told = heard(guest, at);
  for (let page = 1; page < 64; page++) guest.memory.setUint8(at + page * PAGE, 1);
  expect([guest.memory.getUint8(at), told()]).toEqual([1, []]);
  guest.verifySpace();
  guest.memory.setUint8(at, 2);
  expect([guest.memory.getUint8(at), told()]).toEqual([2, [at]]);
});

test("views of a file", async () => {
  const machine = await createMachine();
  const guest = machine.createProcess();
  const { CreateFileMapping, MapViewOfFile } = kernel32(guest);
  const file = guest.openFile(new MemoryFile({ contents: new Uint8Array(2 * PAGE) }));
  const section = CreateFileMapping(file, null, PAGE_READWRITE, 0, 0, null);
  const one = MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, 0);
  const other = MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, 0);
  const told = heard(guest, one, other);
  guest.memory.setUint8(one + PAGE, 1);
  expect(told()).toEqual([]);
  guest.memory.setUint8(one, 1);
  expect(told()).toEqual([one, other]);
});

test("a page that a write copies takes no mark but its own", async () => {
  const guest = (await createMachine()).createProcess();
  const { CreateFileMapping, MapViewOfFile, WriteProcessMemory } = kernel32(guest);
  const file = INVALID_HANDLE_VALUE;
  const section = CreateFileMapping(file, null, PAGE_READWRITE, 0, 3 * PAGE, null);
  const plain = MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, 0);
  const copy = MapViewOfFile(section, FILE_MAP_COPY, 0, 0, 0);
  const told = heard(guest, plain, copy, plain + PAGE, copy + PAGE, copy + 2 * PAGE);
  guest.memory.setUint8(copy, 1);
  expect(told()).toEqual([copy]);
  WriteProcessMemory(SELF, copy + PAGE, new Uint8Array(1), 1);
  expect(told()).toEqual([copy + PAGE]);
  // What nobody has copied yet shows what is written to the section.
  guest.memory.setUint8(plain + 2 * PAGE, 1);
  expect(told()).toEqual([copy + 2 * PAGE]);
  guest.memory.setUint8(plain, 1);
  expect(told()).toEqual([plain]);
  guest.verifySpace();
});

test("discarded pages, private and of views", async () => {
  const guest = (await createMachine()).createProcess();
  const { CreateFileMapping, DiscardVirtualMemory, MapViewOfFile, VirtualAlloc } = kernel32(guest);
  const file = INVALID_HANDLE_VALUE;
  const section = CreateFileMapping(file, null, PAGE_READWRITE, 0, PAGE, null);
  const one = MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, 0);
  const other = MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, 0);
  const at = VirtualAlloc(0, PAGE, COMMIT, PAGE_READWRITE);
  for (const address of [one, at]) guest.memory.setUint8(address, 1);
  const told = heard(guest, other, at);
  expect([DiscardVirtualMemory(one, PAGE), DiscardVirtualMemory(at, PAGE)]).toEqual([0, 0]);
  expect(told()).toEqual([other, at]);
});

test("memory that Windows CE shows twice", async () => {
  const guest = (await createMachine({ profile: "ce6" })).createProcess();
  const { VirtualAlloc } = kernel32(guest);
  const { VirtualCopy } = await import("../../src/coredll.ts").then((all) => all.coredll(guest));
  const at = VirtualAlloc(0, 2 * PAGE, COMMIT, PAGE_READWRITE);
  const place = VirtualAlloc(0, 2 * PAGE, MEM_RESERVE, PAGE_NOACCESS);
  expect(VirtualCopy(place, at, 2 * PAGE, PAGE_READWRITE)).toBe(1);
  const told = heard(guest, at, place + PAGE);
  guest.memory.setUint8(place, 1);
  expect(told()).toEqual([at]);
  guest.memory.setUint8(at + PAGE, 1);
  expect(told()).toEqual([place + PAGE]);
  guest.verifySpace();
});

test("memory that all processes of Windows 9x see", async () => {
  const machine = await createMachine({ profile: "win9x" });
  const [one, other] = [machine.createProcess(), machine.createProcess()];
  const { CreateFileMapping, MapViewOfFile } = kernel32(one);
  const file = INVALID_HANDLE_VALUE;
  const section = CreateFileMapping(file, null, PAGE_READWRITE, 0, PAGE, null);
  const at = MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, 0);
  const told = heard(one, at);
  other.memory.setUint8(at, 1);
  expect(told()).toEqual([at]);
});

test("answers of Windows are the same with marks and without", async () => {
  const answers = await Promise.all(
    [true, false].map(async (isMarked) => {
      const guest = (await createMachine({ profile: "win32" })).createProcess();
      const { VirtualAlloc, VirtualLock, GetWriteWatch, VirtualQuery } = kernel32(guest);
      const at = VirtualAlloc(0, 8 * PAGE, COMMIT | MEM_WRITE_WATCH, PAGE_EXECUTE_READWRITE);
      guest.memory.getUint8(at);
      if (isMarked) generatedCode(guest).markCode(at, 8 * PAGE);
      for (const page of [0, 2, 2, 5]) guest.memory.setUint32(at + (page + 1) * PAGE - 2, 7);
      VirtualLock(at, 2 * PAGE);
      const [found, count] = [{ value: [] as number[] }, { value: 8 }];
      GetWriteWatch(0, at, 8 * PAGE, found, count, { value: 0 });
      const information = {};
      VirtualQuery(at, information as never, 28);
      return [found.value, count.value, information, guest.counters, guest.machine.counters.frames];
    }),
  );
  expect(answers[0]).toEqual(answers[1]);
});

describe("the door", () => {
  test("refuses what is no address, no length, not committed, no function", async () => {
    const guest = (await createMachine()).createProcess();
    const code = generatedCode(guest);
    const wrong = (value: unknown) => value as never;
    expect(() => code.markCode(wrong("a"), 1)).toThrow(TypeError);
    expect(() => code.markCode(0, -1)).toThrow(RangeError);
    expect(() => code.markCode(0x10000, 1)).toThrow(/not all of 1 bytes at 0x10000 is committed/);
    expect(() => code.forgetCode(0, wrong(1n))).not.toThrow();
    expect(() => code.onCodeWritten(wrong(1))).toThrow(/listener must be a function/);
    expect(() => code.onPoll(wrong(null))).toThrow(/listener must be a function/);
    guest.exit();
    expect(() => code.markCode(0x10000, 1)).toThrow(/has ended/);
  });

  test("a listener that has ended hears nothing; one that throws loses no other page", async () => {
    const guest = (await createMachine()).createProcess();
    const at = kernel32(guest).VirtualAlloc(0, 2 * PAGE, COMMIT, PAGE_READWRITE);
    const code = generatedCode(guest);
    const told: number[] = [];
    const end = code.onCodeWritten(() => {
      throw new Error("listener");
    });
    code.markCode(at, 2 * PAGE);
    kernel32(guest).VirtualFree(at, 0, MEM_RELEASE);
    expect(() => code.enter()).toThrow("listener");
    end();
    code.onCodeWritten((address) => told.push(address));
    generatedCode(guest).enter();
    expect(told).toEqual([at + PAGE]);
  });
});

describe("polls", () => {
  async function guestOf(): Promise<Process> {
    return (await createMachine()).createProcess();
  }

  /** A loop of a thousand rounds that polls at its end: how many it has done. */
  function looping(code: ReturnType<typeof generatedCode>, poll: number[]): () => number {
    const I32 = 0x7f;
    const body = [
      ...[1, 1, I32], // one local
      ...[0x02, 0x40, 0x03, 0x40], // block loop
      ...[0x20, 0, 0x41, 1, 0x6a, 0x21, 0],
      ...poll,
      ...[0x20, 0, 0x41, 0xe8, 0x07, 0x48, 0x0d, 0, 0x0b, 0x0b], // br_if < 1000, end end
      ...[0x20, 0, 0x0b],
    ];
    const name = (text: string) => [text.length, ...new TextEncoder().encode(text)];
    const section = (id: number, bytes: number[]) => [id, bytes.length, ...bytes];
    const bytes = new Uint8Array([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, [2, 0x60, 0, 0, 0x60, 0, 1, I32]),
      ...section(2, [
        ...[2, ...name("e"), ...name("memory"), 2, 0, 0],
        ...[...name("e"), ...name("poll"), 0, 0],
      ]),
      ...section(3, [1, 1]),
      ...section(7, [1, ...name("run"), 0, 1]),
      ...section(10, [1, body.length, ...body]),
    ]);
    const e = code.imports as unknown as WebAssembly.ModuleImports;
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { e });
    return exports.run as () => number;
  }

  test("nothing is written where nobody asks for it", async () => {
    const code = generatedCode(await guestOf());
    expect(new AccessEmitter(code, { slow: "leave", depth: 1 }).poll()).toEqual([]);
    expect(new AccessEmitter(code, { slow: "call", load: 0, store: 1 }).poll()).toEqual([]);
    const wrong = { slow: "leave", depth: 1, polls: 1 } as never;
    expect(() => new AccessEmitter(code, wrong)).toThrow(/slow.polls/);
  });

  test("code that is to leave leaves at its back edge", async () => {
    const code = generatedCode(await guestOf());
    const emitter = new AccessEmitter(code, { slow: "leave", depth: 1, polls: true });
    const run = looping(code, emitter.poll());
    expect(run()).toBe(1000);
    code.stop();
    expect(run()).toBe(1);
    expect([code.poll(), code.poll(), run()]).toEqual([true, false, 1000]);
  });

  test("code that is to leave calls, once", async () => {
    const code = generatedCode(await guestOf());
    const emitter = new AccessEmitter(code, { slow: "call", load: 0, store: 0, poll: 0 });
    const run = looping(code, emitter.poll());
    let polled = 0;
    const end = code.onPoll(() => {
      polled += 1;
    });
    code.stop();
    expect([run(), polled]).toEqual([1000, 1]);
    end();
    code.stop();
    expect([run(), polled]).toEqual([1000, 1]);
    code.onPoll(() => {
      throw new Error("stopped");
    });
    code.stop();
    expect(run).toThrow("stopped");
  });
});
