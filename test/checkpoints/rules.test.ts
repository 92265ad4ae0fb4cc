import { describe, expect, test } from "vitest";
import {
  EXCEPTION_CONTINUE_EXECUTION,
  EXCEPTION_CONTINUE_SEARCH,
  FILE_MAP_WRITE,
  INVALID_HANDLE_VALUE,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_NOACCESS,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { generatedCode } from "../../src/emitter.ts";
import { type Machine, MemoryFile, type Process } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { createMachine } from "../setup/machine.ts";

const BASE = 0x50000000;
const PAGE = 0x1000;
const SIZE = 16 * PAGE;

function committed(guest: Process, protect = PAGE_READWRITE): number {
  return kernel32(guest).VirtualAlloc(BASE, SIZE, MEM_RESERVE | MEM_COMMIT, protect);
}

describe.each(["windowed", "translated"] as const)("checkpoints, %s", (space) => {
  async function start(): Promise<{ machine: Machine; guest: Process }> {
    const machine = await createMachine({ profile: "win32" });
    const guest = machine.createProcess({ space });
    expect(committed(guest)).toBe(BASE);
    return { machine, guest };
  }

  test("are numbered from 1 on; a rewind forgets the later ones, and keeps its own", async () => {
    const { machine, guest } = await start();
    expect(machine.checkpoints).toEqual([]);
    const hashes = [1, 2, 3, 4].map((value) => {
      guest.memory.setUint32(BASE, value);
      expect(machine.checkpoint()).toBe(value);
      return machine.hash();
    });
    machine.rewind(3);
    machine.rewind(3);
    expect(machine.hash()).toBe(hashes[2]);
    expect(machine.checkpoints).toEqual([1, 2, 3]);
    machine.rewind(2);
    expect(guest.memory.getUint32(BASE)).toBe(2);
    expect(machine.checkpoint()).toBe(3);
    machine.dropCheckpoints(2);
    expect(machine.checkpoints).toEqual([3]);
    machine.rewind(3);
    expect(machine.hash()).toBe(hashes[1]);
    machine.dropCheckpoints();
    expect(machine.checkpoints).toEqual([]);
    expect(machine.checkpoint()).toBe(4);
  });

  test("pages that a fork shares lie where they lay, whoever wrote to them since", async () => {
    const { machine, guest } = await start();
    for (let page = 0; page < 6; page++) guest.memory.setUint32(BASE + page * PAGE, page + 1);
    const child = guest.fork();
    const shared = machine.checkpoint();
    const hash = machine.hash();
    for (let round = 0; round < 2; round++) {
      // The first write of either side moves a frame, or makes one.
      guest.memory.setUint32(BASE, 100);
      child.memory.setUint32(BASE + PAGE, 200);
      kernel32(guest).VirtualFree(BASE + 2 * PAGE, PAGE, MEM_DECOMMIT);
      kernel32(child).VirtualFree(BASE + 3 * PAGE, PAGE, MEM_DECOMMIT);
      guest.memory.fill(BASE + 4 * PAGE, 0xee, 2 * PAGE);
      const later = machine.checkpoint();
      child.exit();
      guest.memory.setUint32(BASE + PAGE, 300);
      machine.rewind(later);
      expect(child.memory.getUint32(BASE)).toBe(1);
      expect(child.memory.getUint32(BASE + 4 * PAGE)).toBe(5);
      machine.rewind(shared);
      for (const process of [guest, child]) {
        process.verifySpace();
        for (let page = 0; page < 6; page++) {
          expect(process.memory.getUint32(BASE + page * PAGE)).toBe(page + 1);
        }
      }
      machine.rewind(shared);
      expect(machine.hash()).toBe(hash);
    }
  });

  test("what is no checkpoint is refused", async () => {
    const { machine } = await start();
    machine.checkpoint();
    expect(() => machine.rewind(2)).toThrow(
      new RangeError("checkpoint 2 is not there; there are: 1"),
    );
    expect(() => machine.dropCheckpoints(0)).toThrow(RangeError);
    expect(() => machine.rewind("1" as never)).toThrow(
      new TypeError('checkpoint must be a number, not "1"'),
    );
    machine.dropCheckpoints();
    expect(() => machine.rewind(1)).toThrow("there are: none");
  });

  test("bytes come back, of pages that were written, decommitted, released, and new", async () => {
    const { machine, guest } = await start();
    const { VirtualFree, VirtualAlloc } = kernel32(guest);
    guest.memory.fill(BASE, 0xa1, SIZE);
    const first = machine.checkpoint();
    guest.memory.setUint8(BASE + 5, 1);
    guest.debugView.write(BASE + PAGE, Uint8Array.of(2));
    guest.memory.copy(BASE + 2 * PAGE, BASE, PAGE + 10);
    VirtualFree(BASE, 0, MEM_RELEASE);
    expect(VirtualAlloc(BASE, SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE)).toBe(BASE);
    guest.memory.fill(BASE, 0xb2, SIZE);
    machine.rewind(first);
    const bytes = guest.memory.read(BASE, SIZE);
    expect(bytes.every((byte) => byte === 0xa1)).toBe(true);
    guest.verifySpace();
    // A page that was first touched in what is undone begins with zeros again.
    VirtualFree(BASE, 0, MEM_RELEASE);
    committed(guest);
    expect(guest.memory.read(BASE, SIZE).every((byte) => byte === 0)).toBe(true);
  });

  test("processes are alive again, and those that came since have ended", async () => {
    const { machine, guest } = await start();
    guest.memory.setUint32(BASE, 0x1234);
    const { threads } = guest;
    const first = machine.checkpoint();
    const later = machine.createProcess();
    committed(later);
    guest.createThread();
    guest.exit(7);
    expect(() => guest.memory.getUint32(BASE)).toThrow("has ended");
    machine.rewind(first);
    expect(guest.exited).toBe(false);
    expect(guest.exitCode).toBeUndefined();
    expect(guest.memory.getUint32(BASE)).toBe(0x1234);
    guest.memory.setUint32(BASE, 1);
    expect(guest.threads).toEqual(threads);
    expect(machine.processes).toEqual([guest]);
    expect(later.exited).toBe(true);
    expect(() => later.memory.getUint32(BASE)).toThrow("has ended");
    // Numbers are given as if it had never been.
    expect(machine.createProcess().id).toBe(later.id);
  });

  test("handles, names, errors and handlers are those that were there", async () => {
    const { machine, guest } = await start();
    const api = kernel32(guest);
    const section = api.CreateFileMapping(INVALID_HANDLE_VALUE, null, PAGE_READWRITE, 0, PAGE, "a");
    const view = api.MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    guest.memory.setUint32(view, 11);
    guest.mainThread.lastError = 5;
    guest.instructionPointer = 0x401000;
    let asked = 0;
    const handler = guest.addVectoredExceptionHandler(true, () => {
      asked += 1;
      return EXCEPTION_CONTINUE_SEARCH;
    });
    const first = machine.checkpoint();
    const hash = machine.hash();
    guest.memory.setUint32(view, 12);
    api.UnmapViewOfFile(view);
    api.CloseHandle(section);
    api.CreateFileMapping(INVALID_HANDLE_VALUE, null, PAGE_READWRITE, 0, PAGE, "b");
    guest.removeVectoredExceptionHandler(handler);
    guest.addVectoredExceptionHandler(true, () => EXCEPTION_CONTINUE_EXECUTION);
    guest.contextProvider = () => 1;
    guest.mainThread.lastError = 9;
    guest.instructionPointer = 1;
    machine.rewind(first);
    expect(machine.hash()).toBe(hash);
    expect(guest.memory.getUint32(view)).toBe(11);
    expect(guest.mainThread.lastError).toBe(5);
    expect(guest.instructionPointer).toBe(0x401000);
    expect(guest.contextProvider).toBeUndefined();
    expect(() => guest.memory.getUint8(4)).toThrow();
    expect(asked).toBe(1);
    expect(api.OpenFileMapping(FILE_MAP_WRITE, 0, "b")).toBe(0);
    expect(api.OpenFileMapping(FILE_MAP_WRITE, 0, "a")).not.toBe(0);
    expect(api.CloseHandle(section)).toBe(1);
  });

  test("files are open again, and keep what was written to them", async () => {
    const { machine, guest } = await start();
    const api = kernel32(guest);
    const backing = new MemoryFile({ contents: new Uint8Array(PAGE).fill(3) });
    const file = guest.openFile(backing);
    const section = api.CreateFileMapping(file, null, PAGE_READWRITE, 0, 0, null);
    const view = api.MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    expect(guest.memory.getUint8(view)).toBe(3);
    const first = machine.checkpoint();
    const hash = machine.hash();
    guest.memory.setUint8(view, 4);
    api.UnmapViewOfFile(view);
    api.CloseHandle(section);
    api.CloseHandle(file);
    const written = new Uint8Array(1);
    backing.read(0, written);
    expect(written).toEqual(Uint8Array.of(4));
    machine.rewind(first);
    expect(machine.hash()).toBe(hash);
    expect(guest.memory.getUint8(view)).toBe(3);
    expect(api.CloseHandle(file)).toBe(1);
  });

  test("are refused in the middle of a call", async () => {
    const { machine, guest } = await start();
    kernel32(guest).VirtualProtect(BASE, PAGE, PAGE_NOACCESS, { value: 0 });
    const first = machine.checkpoint();
    const refused = /^rewind: not from a handler, or in the middle of a call/;
    guest.addVectoredExceptionHandler(true, () => {
      expect(() => machine.rewind(first)).toThrow(refused);
      expect(() => machine.checkpoint()).toThrow("checkpoint: not from a handler");
      return EXCEPTION_CONTINUE_SEARCH;
    });
    expect(() => guest.memory.getUint8(BASE)).toThrow("access violation");
    guest.tryExcept({
      body: () => expect(() => machine.rewind(first)).toThrow(refused),
      filter: () => 0,
    });
    const thread = guest.createThread();
    thread.run(() => expect(() => machine.rewind(first)).toThrow(refused));
    machine.rewind(first);
    expect(guest.threads).not.toContain(thread);
    expect.assertions(7);
  });

  test("whoever made code from a page is told that it may be another", async () => {
    const { machine, guest } = await start();
    const code = generatedCode(guest);
    const told: number[] = [];
    code.onCodeWritten((address) => told.push(address));
    guest.memory.setUint8(BASE, 1);
    const first = machine.checkpoint();
    code.markCode(BASE + PAGE, 1);
    machine.rewind(first);
    expect(told).toEqual([BASE + PAGE]);
    code.enter();
    code.markCode(BASE + PAGE, 1);
    guest.memory.setUint8(BASE + PAGE, 1);
    expect(told).toEqual([BASE + PAGE, BASE + PAGE]);
  });
});
