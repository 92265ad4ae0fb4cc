import { expect, test } from "vitest";
import { MEM_COMMIT, MEM_RELEASE, MEM_RESERVE, PAGE_READWRITE } from "../../src/constants.ts";
import { Machine } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { coreWithRoom } from "../host/patched-core.ts";

const MB = 2 ** 20;
const PAGE = 0x1000;
/** 64 MB of linear memory, of which some 60 MB are left for pages. */
const UNITS = 1024;

async function start() {
  const machine = await Machine.create({
    profile: "win32",
    window: false,
    module: coreWithRoom(UNITS),
  });
  const guest = machine.createProcess();
  const { VirtualAlloc, VirtualFree } = kernel32(guest);
  return {
    machine,
    guest,
    free: (base: number) => VirtualFree(base, 0, MEM_RELEASE),
    allocate: (size: number) => VirtualAlloc(0, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE),
  };
}

test("where the guest needs their memory, checkpoints go, and it sees nothing of it", async () => {
  const { machine, guest, allocate } = await start();
  const base = allocate(30 * MB);
  guest.memory.fill(base, 1, 30 * MB);
  const first = machine.checkpoint();
  guest.memory.fill(base, 2, 10 * MB);
  expect(machine.checkpoints).toEqual([first]);
  machine.checkpoint();
  // The journal has not room for all of it.
  guest.memory.fill(base, 3, 30 * MB);
  expect(machine.checkpoints).toEqual([]);
  expect(() => machine.rewind(first)).toThrow("checkpoint 1 is not there; there are: none");
  guest.verifySpace();
  // All memory is the guest's again.
  const more = allocate(25 * MB);
  guest.memory.fill(more, 4, 25 * MB);
  expect(guest.memory.read(base, 30 * MB).every((byte) => byte === 3)).toBe(true);
});

test("new pages of the guest go before checkpoints", async () => {
  const { machine, guest, allocate } = await start();
  const base = allocate(20 * MB);
  guest.memory.fill(base, 1, 20 * MB);
  machine.checkpoint();
  guest.memory.fill(base, 2, 20 * MB);
  expect(machine.checkpoints).toEqual([1]);
  const more = allocate(35 * MB);
  guest.memory.fill(more, 3, 35 * MB);
  expect(machine.checkpoints).toEqual([]);
  guest.verifySpace();
});

test("what is rewound takes no memory: it can be done for ever", async () => {
  const { machine, guest, allocate, free } = await start();
  const base = allocate(10 * MB);
  guest.memory.fill(base, 1, 10 * MB);
  const first = machine.checkpoint();
  const hash = machine.hash();
  let least = 0;
  for (let turn = 0; turn < 12; turn += 1) {
    const more = allocate(15 * MB);
    for (let at = 0; at < 15 * MB; at += PAGE) guest.memory.setUint32(more + at, turn);
    free(base);
    machine.createProcess();
    machine.rewind(first);
    least ||= machine.counters.memoryBytes;
    expect(machine.counters.memoryBytes).toBe(least);
  }
  expect(machine.hash()).toBe(hash);
  guest.verifySpace();
});
