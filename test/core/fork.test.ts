import { describe, expect, test } from "vitest";
import {
  ENCLAVE_TYPE_SGX,
  FILE_MAP_ALL_ACCESS,
  FILE_MAP_COPY,
  INVALID_HANDLE_VALUE,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_LARGE_PAGES,
  MEM_PHYSICAL,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  MEM_WRITE_WATCH,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { Machine, MemoryPageStore, type Process } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { coreWithRoom } from "../host/patched-core.ts";
import { createMachine } from "../setup/machine.ts";

const PAGE = 0x1000;
const CHUNK = 1024 * PAGE;
const COMMIT = MEM_RESERVE | MEM_COMMIT;
const LARGE = 0x400000;

/** How the process and its fork are reached. */
const PLACES = [
  ["windowed", "translated"],
  ["translated", "translated"],
  ["translated", "windowed"],
] as const;

async function guestIn(space: "windowed" | "translated", options = {}) {
  const machine = await createMachine({ profile: "win32", ...options });
  const guest = machine.createProcess({ space });
  return { machine, guest, ...kernel32(guest) };
}

/** Committed pages, each with its number in it. */
function fill(guest: Process, pages: number, type = COMMIT): number {
  const base = kernel32(guest).VirtualAlloc(0, pages * PAGE, type, PAGE_READWRITE);
  for (let page = 0; page < pages; page++) guest.memory.setUint32(base + page * PAGE, page + 1);
  return base;
}

function numbers(guest: Process, base: number, pages: number): number[] {
  return Array.from({ length: pages }, (_, page) => guest.memory.getUint32(base + page * PAGE));
}

function ascending(pages: number): number[] {
  return Array.from({ length: pages }, (_, page) => page + 1);
}

function verifyAll({ processes }: Machine): void {
  for (const process of processes) process.verifySpace();
}

describe.each(PLACES)("a %s process and its %s fork", (space, forked) => {
  test("have the same frames until one of them writes: then one more", async () => {
    const { machine, guest } = await guestIn(space);
    const pages = 1024 + 8;
    const base = fill(guest, pages);
    const { frames } = machine.counters;
    const fork = guest.fork({ space: forked });
    expect([guest.space, fork.space]).toEqual([space, forked]);
    expect(machine.counters.frames).toBe(frames);
    expect(numbers(fork, base, pages)).toEqual(ascending(pages));
    expect(machine.counters.frames).toBe(frames);
    guest.memory.setUint32(base + 3 * PAGE, 77);
    expect(machine.counters.frames).toBe(frames + 1);
    guest.memory.setUint32(base + 3 * PAGE + 4, 78);
    expect(machine.counters.frames).toBe(frames + 1);
    fork.memory.setUint32(base + 5 * PAGE, 79);
    expect(machine.counters.frames).toBe(frames + 2);
    expect(fork.memory.getUint32(base + 3 * PAGE)).toBe(4);
    expect(guest.memory.getUint32(base + 5 * PAGE)).toBe(6);
    verifyAll(machine);
  });

  test("copy both pages of a write over two, or none", async () => {
    const { machine, guest } = await guestIn(space);
    const base = fill(guest, 2);
    const fork = guest.fork({ space: forked });
    const { frames } = machine.counters;
    fork.memory.setUint32(base + PAGE - 2, 0xffffffff);
    expect(machine.counters.frames).toBe(frames + 2);
    expect(guest.memory.getUint32(base + PAGE - 2)).toBe(2 << 16);
    expect(fork.memory.getUint32(base + PAGE - 2)).toBe(0xffffffff);
    verifyAll(machine);
  });

  test("keep what they have when the other frees, resets or ends", async () => {
    const { machine, guest, VirtualAlloc, VirtualFree } = await guestIn(space, {
      resetEffect: "zero",
    });
    const pages = 3 * 1024;
    const base = fill(guest, pages);
    const fork = guest.fork({ space: forked });
    expect(VirtualFree(base + PAGE, CHUNK, MEM_DECOMMIT)).toBe(1);
    expect(VirtualAlloc(base + 2 * CHUNK, 4 * PAGE, MEM_RESET, PAGE_READWRITE)).not.toBe(0);
    verifyAll(machine);
    expect(guest.memory.getUint32(base + 2 * CHUNK)).toBe(0);
    expect(numbers(fork, base, pages)).toEqual(ascending(pages));
    expect(VirtualFree(base, 0, MEM_RELEASE)).toBe(1);
    verifyAll(machine);
    guest.exit();
    verifyAll(machine);
    expect(numbers(fork, base, pages)).toEqual(ascending(pages));
    fork.memory.fill(base, 9, pages * PAGE);
    expect(machine.counters.frames).toBe(pages);
    fork.exit();
    expect(machine.counters).toMatchObject({ frames: 0, records: 0, commitCharge: 0 });
  });

  test("a fork of a fork, and those that come after it", async () => {
    const { machine, guest } = await guestIn(space);
    const base = fill(guest, 16);
    const fork = guest.fork({ space: forked });
    fork.memory.setUint32(base, 100);
    const second = fork.fork();
    second.memory.setUint32(base + PAGE, 101);
    const third = guest.fork();
    guest.exit();
    fork.exit();
    verifyAll(machine);
    expect(numbers(second, base, 3)).toEqual([100, 101, 3]);
    expect(numbers(third, base, 3)).toEqual([1, 2, 3]);
    // The window is free again, and what the dead have left in it belongs to others.
    const next = machine.createProcess({ space: "windowed" });
    const own = kernel32(next).VirtualAlloc(base, 16 * PAGE, COMMIT, PAGE_READWRITE);
    expect(numbers(next, own, 3)).toEqual([0, 0, 0]);
    next.memory.fill(own, 5, 16 * PAGE);
    verifyAll(machine);
    expect(numbers(third, base, 16)).toEqual(ascending(16));
  });

  test("write through services and as a debugger without touching the other", async () => {
    const { machine, guest } = await guestIn(space);
    const base = fill(guest, 4);
    const fork = guest.fork({ space: forked });
    fork.debugView.write(base, Uint8Array.of(7));
    const { WriteProcessMemory } = kernel32(guest);
    const buffer = Uint8Array.of(8);
    expect(WriteProcessMemory(-1, base + PAGE, buffer, 1, { value: 0 })).toBe(1);
    fork.memory.copy(base + 2 * PAGE, base + 3 * PAGE, PAGE);
    expect(numbers(guest, base, 4)).toEqual([1, 8, 3, 4]);
    expect(numbers(fork, base, 4)).toEqual([7, 2, 4, 4]);
    verifyAll(machine);
  });

  test("show one section, and have private copies of its pages each", async () => {
    const { machine, guest, CreateFileMapping, MapViewOfFile } = await guestIn(space);
    const section = CreateFileMapping(INVALID_HANDLE_VALUE, null, PAGE_READWRITE, 0, PAGE, null);
    const shared = MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    const copied = MapViewOfFile(section, FILE_MAP_COPY, 0, 0, 0);
    guest.memory.setUint32(shared, 1);
    guest.memory.setUint32(copied, 2);
    const fork = guest.fork({ space: forked });
    fork.memory.setUint32(shared, 3);
    fork.memory.setUint32(copied, 4);
    expect([guest.memory.getUint32(shared), guest.memory.getUint32(copied)]).toEqual([3, 2]);
    verifyAll(machine);
    // A page that only one of them discards.
    expect(kernel32(fork).DiscardVirtualMemory(copied, PAGE)).toBe(0);
    expect([guest.memory.getUint32(copied), fork.memory.getUint32(copied)]).toEqual([2, 0]);
    guest.exit();
    expect(fork.memory.getUint32(shared)).toBe(3);
    verifyAll(machine);
  });

  test("page out together, and come back to both", async () => {
    const { machine, guest } = await guestIn(space, {
      physicalPages: 24,
      pageStore: new MemoryPageStore(),
    });
    const base = fill(guest, 16);
    const fork = guest.fork({ space: forked });
    for (let round = 0; round < 3; round++) {
      fill(fork, 20);
      verifyAll(machine);
      for (const { counters } of [guest, fork]) {
        expect(counters.residentPages).toBeLessThanOrEqual(machine.counters.frames);
      }
      expect(numbers(guest, base, 16)).toEqual(ascending(16));
      expect(numbers(fork, base, 16)).toEqual(ascending(16));
      verifyAll(machine);
    }
    for (let page = 0; page < 16; page++) fork.memory.setUint32(base + page * PAGE, 0);
    fill(guest, 20);
    expect(numbers(guest, base, 16)).toEqual(ascending(16));
    guest.exit();
    expect(numbers(fork, base, 16)).toEqual(Array(16).fill(0));
    verifyAll(machine);
  });

  test("a fork has the marks of the write watch, and keeps its own from then on", async () => {
    const { machine, guest, ResetWriteWatch } = await guestIn(space);
    const base = fill(guest, 4, COMMIT | MEM_WRITE_WATCH);
    ResetWriteWatch(base, 4 * PAGE);
    guest.memory.setUint32(base + PAGE, 1);
    const fork = guest.fork({ space: forked });
    fork.memory.setUint32(base + 2 * PAGE, 1);
    guest.memory.setUint32(base + 3 * PAGE, 1);
    expect(written(guest, base)).toEqual([base + PAGE, base + 3 * PAGE]);
    expect(written(fork, base)).toEqual([base + PAGE, base + 2 * PAGE]);
    verifyAll(machine);
  });

  test("locks stay behind, and lock what they lock for both", async () => {
    const { machine, guest, VirtualLock } = await guestIn(space, {
      physicalPages: 24,
      pageStore: new MemoryPageStore(),
    });
    const base = fill(guest, 2);
    expect(VirtualLock(base, PAGE)).toBe(1);
    const fork = guest.fork({ space: forked });
    expect([guest.counters.lockedPages, fork.counters.lockedPages]).toEqual([1, 0]);
    expect(kernel32(fork).VirtualLock(base + PAGE, PAGE)).toBe(1);
    fill(fork, 40);
    expect(bitsOf(fork, base)).toEqual({ valid: 1, count: 2, shared: 1 });
    expect(bitsOf(guest, base + PAGE)).toEqual({ valid: 1, count: 2, shared: 1 });
    expect(kernel32(fork).VirtualUnlock(base, PAGE)).toBe(0);
    verifyAll(machine);
  });

  test("frames of AWE stay behind: the windows of the fork are empty", async () => {
    const { machine, guest, VirtualAlloc, AllocateUserPhysicalPages, MapUserPhysicalPages } =
      await guestIn(space, { lockMemoryPrivilege: true });
    const beside = fill(guest, 1);
    const base = VirtualAlloc(0, 4 * PAGE, MEM_RESERVE | MEM_PHYSICAL, PAGE_READWRITE);
    const list = { value: [] as number[] };
    expect(AllocateUserPhysicalPages(-1, { value: 2 }, list)).toBe(1);
    const frames = list.value;
    expect(MapUserPhysicalPages(base, 2, frames)).toBe(1);
    guest.memory.setUint32(base, 5);
    const { commitCharge } = guest.counters;
    const fork = guest.fork({ space: forked });
    expect(fork.counters.commitCharge).toBe(commitCharge - 2);
    expect(() => fork.memory.getUint32(base)).toThrow(/access violation/);
    expect(fork.memory.getUint32(beside)).toBe(1);
    expect(MapUserPhysicalPages(base + 2 * PAGE, 1, [frames[0] ?? 0])).toBe(0);
    expect(MapUserPhysicalPages(base, 2, null)).toBe(1);
    expect(MapUserPhysicalPages(base + 2 * PAGE, 2, frames)).toBe(1);
    expect(guest.memory.getUint32(base + 2 * PAGE)).toBe(5);
    verifyAll(machine);
  });

  test("enclaves stay behind: their addresses are free in the fork", async () => {
    const { machine, guest, CreateEnclave, VirtualQuery } = await guestIn(space, {
      enclaves: ["SGX1"],
    });
    const beside = fill(guest, 1);
    const information = new Uint8Array(4096);
    const size = 16 * PAGE;
    const own = -1;
    const error = { value: 0 };
    const type = ENCLAVE_TYPE_SGX;
    const base = CreateEnclave(own, 0, size, size, type, information, 4096, error);
    expect(base).not.toBe(0);
    const fork = guest.fork({ space: forked });
    const state = (query: typeof VirtualQuery) => {
      const run = { BaseAddress: 0, AllocationBase: 0, AllocationProtect: 0, PartitionId: 0 };
      const answer = { ...run, RegionSize: 0, State: 0, Protect: 0, Type: 0 };
      query(base, answer);
      return answer.State;
    };
    expect([state(VirtualQuery), state(kernel32(fork).VirtualQuery)]).not.toContain(0);
    expect(state(kernel32(fork).VirtualQuery)).toBe(0x10000);
    expect(fork.memory.getUint32(beside)).toBe(1);
    verifyAll(machine);
  });

  test("large pages are resident in both, and copied by 4 KB", async () => {
    const { machine, guest } = await guestIn(space, { lockMemoryPrivilege: true });
    const pages = LARGE / PAGE;
    const base = fill(guest, pages, COMMIT | MEM_LARGE_PAGES);
    const { frames } = machine.counters;
    const fork = guest.fork({ space: forked });
    expect(fork.counters.residentPages).toBe(guest.counters.residentPages);
    fork.memory.setUint32(base, 2);
    expect(machine.counters.frames).toBe(frames + 1);
    expect(guest.memory.getUint32(base)).toBe(1);
    verifyAll(machine);
  });

  test("working sets say that a page is shared, and by how many (9#13)", async () => {
    const { guest } = await guestIn(space);
    const base = fill(guest, 2);
    expect(bitsOf(guest, base)).toEqual({ valid: 1, count: 0, shared: 0 });
    const fork = guest.fork({ space: forked });
    expect(bitsOf(guest, base)).toEqual({ valid: 1, count: 2, shared: 1 });
    kernel32(fork).EmptyWorkingSet(-1);
    expect(bitsOf(guest, base)).toEqual({ valid: 1, count: 1, shared: 1 });
    expect(bitsOf(fork, base)).toEqual({ valid: 0, count: 0, shared: 1 });
    guest.memory.setUint32(base, 2);
    expect(bitsOf(guest, base)).toEqual({ valid: 1, count: 0, shared: 0 });
    expect(bitsOf(fork, base)).toEqual({ valid: 0, count: 0, shared: 0 });
  });
});

describe("what stands against a fork", () => {
  test("the commit limit: nothing has changed then", async () => {
    const { machine, guest } = await guestIn("windowed", { commitLimit: 30 });
    const base = fill(guest, 16);
    const before = machine.counters;
    expect(() => guest.fork()).toThrow(/STATUS_COMMITMENT_LIMIT/);
    expect(machine.counters).toEqual(before);
    expect(machine.processes).toEqual([guest]);
    expect(numbers(guest, base, 16)).toEqual(ascending(16));
    verifyAll(machine);
  });

  test("linear memory, wherever it ends: nothing has changed then", async () => {
    const blocks = 320;
    const machine = await Machine.create({
      profile: "win64",
      window: false,
      commitLimit: 2 ** 30,
      module: coreWithRoom(blocks),
    });
    const guest = machine.createProcess();
    const watched = fill(guest, 4 * 1024, COMMIT | MEM_WRITE_WATCH);
    const forks: Process[] = [];
    let refusals = 0;
    for (; forks.length < 4000 && refusals === 0; verifyEvery(forks.length, guest)) {
      try {
        forks.push(guest.fork());
      } catch (error) {
        expect(String(error)).toMatch(/STATUS_INSUFFICIENT_RESOURCES/);
        refusals++;
      }
    }
    expect(refusals).toBe(1);
    guest.verifySpace();
    forks.at(-1)?.verifySpace();
    for (const fork of forks) fork.exit();
    guest.verifySpace();
    expect(numbers(guest, watched, 4)).toEqual([1, 2, 3, 4]);
    expect(guest.fork().memory.getUint32(watched)).toBe(1);
  });

  test("a frame that a write needs: it is an in-page error, and nothing is written", async () => {
    const { machine, guest } = await guestIn("translated", { physicalPages: 16 });
    const base = fill(guest, 15);
    const fork = guest.fork();
    fork.memory.setUint32(base, 9);
    expect(machine.counters.frames).toBe(16);
    expect(() => fork.memory.setUint32(base + PAGE, 9)).toThrow(/in-page error/);
    expect(() => guest.memory.setUint32(base + 2 * PAGE - 2, 9)).toThrow(/in-page error/);
    expect(numbers(guest, base, 15)).toEqual(ascending(15));
    verifyAll(machine);
  });
});

function verifyEvery(count: number, guest: Process): void {
  if (count % 256 === 0) guest.verifySpace();
}

function written(process: Process, base: number): number[] {
  const addresses = { value: [] as number[] };
  kernel32(process).GetWriteWatch(0, base, 4 * PAGE, addresses, { value: 4 }, { value: 0 });
  return addresses.value;
}

/** What QueryWorkingSetEx says of a page. */
function bitsOf(process: Process, address: number) {
  const pair = { VirtualAddress: address, VirtualAttributes: 0 };
  expect(kernel32(process).QueryWorkingSetEx(-1, [pair], 8)).toBe(1);
  const bits = Number(pair.VirtualAttributes);
  return { valid: bits & 1, count: (bits >> 1) & 7, shared: (bits >> 15) & 1 };
}
