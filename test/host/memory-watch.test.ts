import { describe, expect, test } from "vitest";
import { clrHost, type HostPolicy, S_OK } from "../../src/clr-host.ts";
import {
  GENERIC_READ,
  MEM_COMMIT,
  MEM_DECOMMIT,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import {
  Machine,
  type MachineOptions,
  MachinePoisoned,
  MemoryFile,
  MemoryPageStore,
  whenReady,
} from "../../src/index.ts";
import { type CoreExports, PHYSICAL_FRAMES, Profile } from "../../src/wasm/exports.ts";
import { Link } from "../../src/wasm/link.ts";
import { instantiate } from "../../src/wasm/load.ts";
import { Requests } from "../../src/wasm/requests.ts";
import { AsyncPageStore } from "../backing/async-page-store.ts";
import { coreModule, createMachine } from "../setup/machine.ts";
import { coreTrappingIn } from "./patched-core.ts";
import { BASE, createGuest, Guest, PAGE, PLACES } from "./support.ts";

const PAGES = 200;
/** Low from 190 frames on, high up to 170. */
const SMALL = { physicalPages: PAGES, lowMemoryPages: 10 };
const [LOW, NEITHER, HIGH] = [1, 2, 3];

/** Ends everything that is synchronous. */
const turn = () => new Promise((resolve) => setTimeout(resolve));

/** What a callback of the guest's process is told. */
function listen(guest: Guest, policy: HostPolicy = {}) {
  const told: number[] = [];
  const host = clrHost(guest.process, { policy });
  host.start();
  const callback = { OnMemoryNotification: (available: number) => told.push(available) };
  expect(host.manager.RegisterMemoryNotificationCallback(callback)).toBe(S_OK);
  return { told, host };
}

/** A guest that has 195 frames to come, but for the one that calls for low memory. */
async function brink(options: MachineOptions & { space?: "windowed" | "translated" }) {
  const guest = await createGuest({ ...SMALL, ...options });
  guest.pages(PAGES);
  guest.memory.fill(BASE, 1, (189 - guest.machine.counters.frames) * PAGE);
  expect(guest.machine.counters.frames).toBe(189);
  return { guest, next: BASE + guest.process.touchedBytes(BASE, PAGES * PAGE) };
}

test.each(PLACES)(
  "the word of the core is the number of frames: $profile $space",
  async (place) => {
    const { guest } = await brink(place);
    const word = () => guest.machine.core.view.words(PHYSICAL_FRAMES, 1)[0];
    expect(word()).toBe(189);
    guest.memory.fill(BASE, 1, 195 * PAGE);
    expect(word()).toBe(guest.machine.counters.frames);
  },
);

/** Whatever takes a frame. */
const CROSSINGS: Record<string, (guest: Guest, address: number) => unknown> = {
  load: ({ memory }, address) => memory.getUint8(address),
  store: ({ memory }, address) => memory.setUint32(address, 1),
  "store of 8 bytes": ({ memory }, address) => memory.setBigUint64(address, 1n),
  read: ({ memory }, address) => memory.read(address, 8),
  fill: ({ memory }, address) => memory.fill(address, 1, 3 * PAGE),
  copy: ({ memory }, address) => memory.copy(address, BASE, 2 * PAGE),
  compare: ({ memory }, address) => memory.compare(BASE, address, PAGE),
  "system.copyIn": ({ process }, address) => process.system.copyIn(address, new Uint8Array(16)),
  "debugView.write": ({ process }, address) => process.debugView.write(address, Uint8Array.of(1)),
  "kernel32 VirtualLock": ({ kernel32 }, address) => kernel32.VirtualLock(address, PAGE),
  "kernel32 ReadProcessMemory": ({ kernel32 }, address) =>
    kernel32.ReadProcessMemory(-1, BASE, address, 16),
  "ntdll NtWriteVirtualMemory": ({ ntdll }, address) =>
    ntdll.NtWriteVirtualMemory(-1, address, Uint8Array.of(1), 1),
  "an out-parameter": ({ kernel32 }, address) =>
    kernel32.VirtualProtect(BASE, PAGE, PAGE_READONLY, address),
  "another process": ({ machine }) => {
    const other = new Guest(machine, { space: "translated" });
    other.pages(1);
    other.memory.setUint8(BASE, 1);
  },
};

describe.each(PLACES)("$profile $space", (place) => {
  test.each(Object.entries(CROSSINGS))("%s: told afterwards, by itself", async (_, cross) => {
    const { guest, next } = await brink(place);
    const { told } = listen(guest);
    cross(guest, next);
    expect(guest.machine.counters.frames).toBeGreaterThanOrEqual(190);
    expect(told).toEqual([]);
    await turn();
    expect(told).toEqual([LOW]);
  });

  test("at each line, to the frame", async () => {
    const { guest } = await brink(place);
    const { told } = listen(guest);
    const pages = () => guest.process.touchedBytes(BASE, PAGES * PAGE);
    for (const [frames, ...expected] of [
      [170, HIGH],
      [171, NEITHER],
      [189],
      [190, LOW],
      [189, NEITHER],
      [171],
      [170, HIGH],
    ] as const) {
      const missing = frames - guest.machine.counters.frames;
      if (missing < 0) {
        const first = BASE + pages() + missing * PAGE;
        guest.kernel32.VirtualFree(first, -missing * PAGE, MEM_DECOMMIT);
        guest.kernel32.VirtualAlloc(first, -missing * PAGE, MEM_COMMIT, PAGE_READWRITE);
      } else {
        guest.memory.fill(BASE + pages(), 1, missing * PAGE);
      }
      await turn();
      expect([guest.machine.counters.frames, ...told.splice(0)]).toEqual([frames, ...expected]);
    }
  });

  test("of memory that comes back", async () => {
    const { guest, next } = await brink(place);
    const { told } = listen(guest);
    guest.memory.setUint8(next, 1);
    await turn();
    guest.kernel32.VirtualFree(next, PAGE, MEM_DECOMMIT);
    await turn();
    guest.kernel32.VirtualFree(BASE, PAGES * PAGE, MEM_DECOMMIT);
    await turn();
    expect(told).toEqual([LOW, NEITHER, HIGH]);
  });

  test("what has changed back before the turn is not told", async () => {
    const { guest, next } = await brink(place);
    const { told } = listen(guest);
    guest.memory.setUint8(next, 1);
    guest.kernel32.VirtualFree(next, PAGE, MEM_DECOMMIT);
    await turn();
    expect(told).toEqual([]);
  });

  test("linear memory that has grown meanwhile is looked at where it is", async () => {
    const options = { ...place, physicalPages: 0x2000, lowMemoryPages: 100 };
    const guest = await createGuest(options);
    const { told } = listen(guest);
    const { memoryBytes } = guest.machine.counters;
    guest.pages(0x2000);
    guest.memory.fill(BASE, 1, 0x1fa0 * PAGE);
    await turn();
    if (guest.process.space === "translated") {
      expect(guest.machine.counters.memoryBytes).toBeGreaterThan(memoryBytes + 0x1000 * PAGE);
    }
    expect(told).toEqual([LOW]);
  });
});

test("the end of a process gives memory back, and its own callback is silent", async () => {
  const { guest } = await brink({ profile: "win64" });
  const other = new Guest(guest.machine, { space: "translated" });
  const [mine, theirs] = [listen(guest), listen(other)];
  guest.process.exit();
  await turn();
  expect([mine.told, theirs.told]).toEqual([[], [HIGH]]);
});

test("a callback may make calls; what they change is told afterwards", async () => {
  const { guest, next } = await brink({ profile: "win64" });
  const told: number[] = [];
  const host = clrHost(guest.process);
  host.start();
  host.manager.RegisterMemoryNotificationCallback({
    OnMemoryNotification(available) {
      told.push(available);
      if (available !== LOW) return;
      guest.kernel32.VirtualFree(BASE, 50 * PAGE, MEM_DECOMMIT);
      host.manager.NeedsVirtualAddressSpace(BASE, PAGE);
      expect(told).toEqual([LOW]);
    },
  });
  guest.memory.setUint8(next, 1);
  host.notify();
  expect(told).toEqual([LOW]);
  await turn();
  expect(told).toEqual([LOW, HIGH]);
});

test("what a callback throws comes out of the method that tells it and does nothing", async () => {
  const { guest, next } = await brink({ profile: "win64" });
  const host = clrHost(guest.process);
  host.start();
  host.manager.RegisterMemoryNotificationCallback({
    OnMemoryNotification() {
      throw new Error("from the callback");
    },
  });
  guest.memory.setUint8(next, 1);
  const acquire = () => host.manager.AcquiredVirtualAddressSpace(BASE, PAGE);
  expect(acquire).toThrow("from the callback");
  expect(host.acquiredRanges).toEqual([]);
  expect(acquire()).toBe(S_OK);
  await turn();
});

test("a core that traps while it is watched is a poisoned machine like any other", async () => {
  const machine = await Machine.create({ ...SMALL, module: coreTrappingIn("fillF64") });
  const guest = new Guest(machine);
  guest.pages(PAGES);
  const { told, host } = listen(guest);
  guest.memory.write(BASE, new Uint8Array(195 * PAGE));
  expect(() => guest.memory.fill(BASE, 1, 5)).toThrow(MachinePoisoned);
  await turn();
  host.notify();
  expect(told).toEqual([]);
  expect(() => host.manager.NeedsVirtualAddressSpace(0, 1)).toThrow(MachinePoisoned);
  expect(() => host.manager.RegisterMemoryNotificationCallback(null)).toThrow(MachinePoisoned);
});

describe("the tap", () => {
  const createLink = async () => {
    const exports = await instantiate(coreModule());
    exports.machineCreateF64(Profile.win64, 7, 0, 100, 100, 0, 0);
    return new Link(exports);
  };

  test("is on the exports while it is there, and leaves nothing behind", async () => {
    const link = await createLink();
    const { exports } = link;
    const seen: unknown[] = [];
    link.onExports((now) => seen.push(now === exports));
    let calls = 0;
    link.tap(() => calls++);
    expect(link.exports.machineCounterF64(3)).toBe(100);
    expect(link.bare.machineCounterF64(3)).toBe(100);
    expect(calls).toBe(1);
    link.tap(undefined);
    expect([link.exports === exports, seen]).toEqual([true, [false, true]]);
  });

  test("stays on whatever takes the place of the exports", async () => {
    const link = await createLink();
    let calls = 0;
    link.tap(() => calls++);
    link.replace({ ...link.bare, machineCounterF64: () => 7 });
    expect([link.exports.machineCounterF64(3), calls]).toEqual([7, 1]);
    link.tap(undefined);
    expect([link.exports.machineCounterF64(3), calls]).toEqual([7, 1]);
  });

  test("is not behind what serves the requests of the core", async () => {
    const link = await createLink();
    let calls = 0;
    link.tap(() => calls++);
    new Requests(link).serveWith(() => 0);
    link.exports.askF64(link.context, 0, 1, 0);
    expect(calls).toBe(1);
    link.tap(undefined);
    link.exports.askF64(link.context, 0, 1, 0);
    expect(calls).toBe(1);
  });

  test("passes every parameter and result on", async () => {
    const link = await createLink();
    const before = Object.entries(link.exports);
    const echo = Object.fromEntries(
      before.map(([name, value]) => [name, typeof value === "function" ? echoOf(value) : value]),
    );
    link.replace(echo as unknown as CoreExports);
    link.tap(() => {});
    for (const [name, value] of before) {
      if (typeof value !== "function") continue;
      const parameters = Array.from({ length: value.length }, (_, index) => index + 1);
      const tapped = link.exports[name as "machineCounterF64"] as (...all: number[]) => unknown;
      expect([name, tapped(...parameters)]).toEqual([name, parameters]);
    }
  });
});

/** A function of as many parameters, which answers them. */
function echoOf(like: { readonly length: number }): unknown {
  const echo = (...parameters: number[]) => parameters;
  return Object.defineProperty(echo, "length", { value: like.length });
}

describe("with a page store", () => {
  test("pages that leave make room, and nobody is told of what they did in between", async () => {
    const pageStore = new MemoryPageStore();
    const guest = await createGuest({ profile: "win64", ...SMALL, pageStore });
    guest.pages(3 * PAGES);
    const { told } = listen(guest);
    guest.memory.fill(BASE, 1, 3 * PAGES * PAGE);
    expect(guest.machine.counters.frames).toBe(PAGES);
    await turn();
    expect(told).toEqual([LOW]);
    expect(guest.memory.getUint8(BASE)).toBe(1);
    guest.process.verifySpace();
  });

  test("that is asked for the first time while a callback is there", async () => {
    const guest = await createGuest({ profile: "win64", ...SMALL });
    const { told } = listen(guest);
    const file = new MemoryFile({ contents: new Uint8Array(PAGES * PAGE).fill(7) });
    const { CreateFileMapping, MapViewOfFile } = guest.kernel32;
    const handle = guest.process.openFile(file, { access: GENERIC_READ });
    const mapping = CreateFileMapping(handle, null, PAGE_READONLY, 0, 0, null);
    const view = MapViewOfFile(mapping, 4, 0, 0, 0);
    expect(view).not.toBe(0);
    expect(guest.memory.read(view, 195 * PAGE).every((byte) => byte === 7)).toBe(true);
    await turn();
    expect(told).toEqual([LOW]);
  });

  test("that answers by promises", async () => {
    const pageStore = new AsyncPageStore(new MemoryPageStore());
    const machine = await createMachine({ profile: "win64", ...SMALL, pageStore });
    const guest = new Guest(machine);
    guest.pages(2 * PAGES);
    const { told } = listen(guest);
    for (let page = 0; page < 2 * PAGES; page++) {
      await whenReady(() => guest.memory.setUint8(BASE + page * PAGE, 1));
    }
    expect(told.at(0)).toBe(NEITHER);
    expect(told).toContain(LOW);
    expect(guest.kernel32.VirtualAlloc(BASE, PAGE, MEM_COMMIT, PAGE_READONLY)).toBe(BASE);
  });
});
