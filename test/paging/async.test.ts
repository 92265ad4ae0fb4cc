import { describe, expect, test } from "vitest";
import { PAGE_EXECUTE_READ, PAGE_READWRITE } from "../../src/constants.ts";
import {
  MemoryPageStore,
  PageFault,
  PageNotReady,
  type PageStore,
  whenReady,
} from "../../src/index.ts";
import { AsyncPageStore } from "../backing/async-page-store.ts";
import { pattern } from "../backing/check.ts";
import { FailingPageStore } from "../backing/failing-store.ts";
import { BASE, expectBytes, Guest, PAGE, PLACES } from "../host/support.ts";
import { createMachine } from "../setup/machine.ts";

const FRAMES = 16;
const PAGES = 64;

const later = () => new Promise((resolve) => setTimeout(resolve, 0));

describe.each(PLACES)("a page store that answers by promises, $profile $space", (place) => {
  async function guestWith(store: PageStore) {
    const { profile, space } = place;
    const window = "window" in place ? { window: place.window } : {};
    const machine = await createMachine({
      profile,
      physicalPages: FRAMES,
      pageStore: store,
      ...window,
    });
    return new Guest(machine, { space });
  }

  const soon = () => guestWith(new AsyncPageStore(new MemoryPageStore()));

  /** Pages at BASE, each with its number at offset 8; of them the last are in memory. */
  async function numbered(guest: Guest, pages = PAGES) {
    const base = guest.pages(pages);
    for (let page = 0; page < pages; page++) {
      await guest.memory.setUint32Async(base + page * PAGE + 8, page);
    }
    return base;
  }

  /** The same with a store that settles on demand, nothing under way. */
  async function onDemand(pages: number) {
    const store = new AsyncPageStore(new MemoryPageStore(), { settle: "on demand" });
    const guest = await guestWith(store);
    const base = await settled(store, numbered(guest, pages));
    return { store, guest, base, memory: guest.memory };
  }

  /** Lets the store work until the operation has come to its end. */
  async function settled<T>(store: AsyncPageStore, operation: Promise<T>): Promise<T> {
    let isDone = false;
    const done = () => {
      isDone = true;
    };
    operation.then(done, done);
    while (!isDone) {
      if (store.pending.length > 0) await store.settle();
      else await later();
    }
    return operation;
  }

  test("every scalar access has a twin that waits", async () => {
    const guest = await soon();
    const base = await numbered(guest);
    const { memory } = guest;
    const integers = {
      Uint8: 0xfe,
      Int8: -2,
      Uint16: 0xfedc,
      Int16: -3,
      Uint32: 0xfedcba98,
      Int32: -4,
      Float32: 0.5,
      Float64: 1 / 3,
    } as const;
    let page = 0;
    for (const [kind, value] of Object.entries(integers)) {
      const name = kind as keyof typeof integers;
      // The last byte of the page: what is longer lies on two that are not in memory.
      await memory[`set${name}Async`](base + ++page * PAGE - 1, value);
    }
    await memory.setBigUint64Async(base + ++page * PAGE - 1, 0xfedcba9876543210n);
    await memory.setBigInt64Async(base + ++page * PAGE - 1, -5n);
    await memory.fillAsync(base + 32 * PAGE, 1, 32 * PAGE);
    page = 0;
    for (const [kind, value] of Object.entries(integers)) {
      const name = kind as keyof typeof integers;
      expect(await memory[`get${name}Async`](base + ++page * PAGE - 1), name).toBe(value);
    }
    expect(await memory.getBigUint64Async(base + ++page * PAGE - 1)).toBe(0xfedcba9876543210n);
    expect(await memory.getBigInt64Async(base + ++page * PAGE - 1)).toBe(-5n);
    guest.process.verifySpace();
  });

  test("operations on more bytes than memory holds go on where they were", async () => {
    const guest = await soon();
    const base = await numbered(guest);
    const { memory } = guest;
    const bytes = pattern(30 * PAGE + 100, 3);
    await memory.writeAsync(base + 5, bytes);
    expectBytes(await memory.readAsync(base + 5, bytes.length), bytes);
    const target = new Uint8Array(bytes.length);
    expect(await memory.readAsync(base + 5, target)).toBe(target);
    expectBytes(target, bytes);
    await memory.copyAsync(base + 32 * PAGE + 17, base + 5, bytes.length);
    expect(await memory.compareAsync(base + 5, base + 32 * PAGE + 17, bytes.length)).toBe(0);
    await memory.setUint8Async(base + 60 * PAGE, 0);
    await memory.setUint8Async(base + 5 + 28 * PAGE - 17, 1);
    expect(await memory.compareAsync(base + 5, base + 32 * PAGE + 17, bytes.length)).toBe(1);
    await memory.fillAsync(base, 0x41, PAGES * PAGE - 1);
    await memory.setUint8Async(base + PAGES * PAGE - 1, 0);
    const text = await memory.readStringAsync(base, { encoding: "latin1" });
    expect(text).toBe("A".repeat(PAGES * PAGE - 1));
    const written = await memory.writeStringAsync(base + 1, text.slice(2), { encoding: "latin1" });
    expect(written).toBe(PAGES * PAGE - 2);
    guest.protect(base, PAGE_EXECUTE_READ);
    expectBytes(await memory.fetchAsync(base, 15), new Uint8Array(15).fill(0x41));
    guest.process.verifySpace();
  });

  test.each([
    ["below", -3 * PAGE - 11],
    ["a little below", -11],
    ["above", 3 * PAGE + 11],
    ["a little above", 11],
  ])("a copy to a place %s that overlaps is what memmove gives", async (_where, distance) => {
    const guest = await soon();
    const base = guest.pages(PAGES);
    const source = base + 5 * PAGE;
    const bytes = pattern(50 * PAGE, 9);
    await guest.memory.writeAsync(source, bytes);
    await guest.memory.copyAsync(source + distance, source, bytes.length);
    expectBytes(await guest.memory.readAsync(source + distance, bytes.length), bytes);
  });

  test("two copies that overlap, at once, and accesses in between", async () => {
    const { store, guest, base, memory } = await onDemand(PAGES);
    const bytes = pattern(20 * PAGE, 4);
    await settled(store, memory.writeAsync(base, bytes));
    await settled(store, memory.writeAsync(base + 32 * PAGE, bytes));
    const one = memory.copyAsync(base + PAGE + 1, base, bytes.length);
    const other = memory.copyAsync(base + 33 * PAGE + 1, base + 32 * PAGE, bytes.length);
    for (let round = 0; round < 10; round++) {
      await store.settle();
      await later();
      // Asks for other pages, and what was asked for before is forgotten.
      expect(() => memory.copy(base + 57 * PAGE + 3, base + 56 * PAGE, 5 * PAGE)).toThrow(
        PageNotReady,
      );
      guest.process.verifySpace();
    }
    await settled(store, Promise.all([one, other]));
    for (const from of [base + PAGE + 1, base + 33 * PAGE + 1]) {
      expectBytes(await settled(store, memory.readAsync(from, bytes.length)), bytes);
    }
    guest.process.verifySpace();
  });

  test("an access that cannot wait says so, and nothing has happened", async () => {
    const { store, guest, base, memory } = await onDemand(PAGES);
    const before = guest.state();
    const refused = caught(() => memory.setUint32(base + 8, 77));
    expect(refused).toBeInstanceOf(PageNotReady);
    expect(guest.state()).toEqual(before);
    const { ready } = refused as PageNotReady;
    await store.settleAll();
    await ready;
    expect(guest.machine.poisoned).toBe(false);
    expect(await settled(store, memory.getUint32Async(base + 8))).toBe(0);
    await settled(store, memory.setUint32Async(base + 8, 77));
    expect(await settled(store, memory.getUint32Async(base + 8))).toBe(77);
  });

  test("calls wait, and are made once", async () => {
    const { store, guest, base } = await onDemand(PAGES);
    const { kernel32, ntdll } = guest;
    expect(() => kernel32.VirtualLock(base, 4 * PAGE)).toThrow(PageNotReady);
    const lock = await settled(
      store,
      whenReady(() => kernel32.VirtualLock(base, 4 * PAGE)),
    );
    expect(lock).toBe(1);
    expect(guest.process.counters.lockedPages).toBe(4);
    // Base and size lie in pages that left.
    const at = base + 20 * PAGE;
    const cells = guest.machine.pointerBytes === 8 ? "BigUint64" : "Uint32";
    const value = (number: number) => (cells === "BigUint64" ? BigInt(number) : number) as never;
    await settled(store, memory(guest)[`set${cells}Async`](at, value(0)));
    await settled(store, memory(guest)[`set${cells}Async`](at + 5 * PAGE, value(PAGE)));
    await settled(store, memory(guest).fillAsync(base + 30 * PAGE, 1, 20 * PAGE));
    const { regions } = guest.process.counters;
    const status = await settled(
      store,
      whenReady(() => ntdll.NtAllocateVirtualMemory(-1, at, 0, at + 5 * PAGE, 0x3000, 4)),
    );
    expect(status).toBe(0);
    expect(guest.process.counters.regions).toBe(regions + 1);
    guest.process.verifySpace();
  });

  test("a transfer longer than memory goes on where it was, whatever is done then", async () => {
    const { store, guest, base } = await onDemand(PAGES);
    const { kernel32, process } = guest;
    const bytes = pattern(40 * PAGE, 8);
    const done = { value: 0 };
    const meddling = async <T>(operation: Promise<T>) => {
      for (let round = 0; round < 6; round++) {
        if (store.pending.length > 0) await store.settle();
        await later();
        // Goes through the same area of the core.
        const other = new Uint8Array(64).fill(0xee);
        kernel32.WriteProcessMemory(-1, 0x1234, other, 64);
        caught(() => memory(guest).fetch(base + 63 * PAGE, 15));
      }
      return settled(store, operation);
    };
    const write = whenReady(() => {
      return kernel32.WriteProcessMemory(-1, base + 9, bytes, bytes.length, done);
    });
    expect(await meddling(write)).toBe(1);
    expect(done.value).toBe(bytes.length);
    const buffer = new Uint8Array(bytes.length);
    const read = whenReady(() => {
      return kernel32.ReadProcessMemory(-1, base + 9, buffer, buffer.length, done);
    });
    expect(await meddling(read)).toBe(1);
    expect(done.value).toBe(bytes.length);
    expectBytes(buffer, bytes);
    const peeked = whenReady(() => process.debugView.read(base + 9, bytes.length).bytes);
    expectBytes(await meddling(peeked), bytes);
    const poked = whenReady(() => process.debugView.write(base + 9, bytes.fill(3)));
    expect(await meddling(poked)).toBe(bytes.length);
    const within = whenReady(() => {
      return kernel32.ReadProcessMemory(-1, base + 9, base + 41 * PAGE, 20 * PAGE, done);
    });
    expect(await meddling(within)).toBe(1);
    expect(done.value).toBe(20 * PAGE);
    const copy = await settled(store, memory(guest).readAsync(base + 41 * PAGE, 20 * PAGE));
    expectBytes(copy, bytes.subarray(0, 20 * PAGE));
    process.verifySpace();
  });

  test("an answer that nobody awaits any more is refused", async () => {
    const { store, base, memory } = await onDemand(PAGES);
    const first = memory.getUint32Async(base + 8);
    await later();
    expect(store.pending.length).toBe(1);
    // Another page is asked for before the store has answered.
    expect(() => memory.getUint32(base + PAGE + 8)).toThrow(PageNotReady);
    const second = memory.getUint32Async(base + 2 * PAGE + 8);
    expect(await settled(store, Promise.all([first, second]))).toEqual([0, 2]);
  });

  test("many accesses at once all come to their end", async () => {
    const { store, guest, base, memory } = await onDemand(PAGES);
    const all = Array.from({ length: PAGES }, (_, page) => {
      return memory.getUint32Async(base + page * PAGE + 8);
    });
    const stores = Array.from({ length: PAGES }, (_, page) => {
      return memory.setUint32Async(base + page * PAGE + 12, page + 1);
    });
    await settled(store, Promise.all(stores));
    expect(await settled(store, Promise.all(all))).toEqual(all.map((_, page) => page));
    for (let page = 0; page < PAGES; page++) {
      const value = await settled(store, memory.getUint32Async(base + page * PAGE + 12));
      expect(value).toBe(page + 1);
    }
    guest.process.verifySpace();
  });

  test("memory that is freed while the store works stays free", async () => {
    const { store, guest, base, memory } = await onDemand(PAGES);
    const { kernel32 } = guest;
    const read = memory.getUint32Async(base + 8).catch((error: unknown) => error);
    while (store.pending[0]?.method !== "read") {
      if (store.pending.length > 0) await store.settle();
      await later();
    }
    expect(kernel32.VirtualFree(base, PAGE, 0x4000)).toBe(1);
    await store.settleAll();
    expect(await settled(store, read)).toBeInstanceOf(PageFault);
    // Committed again it is zeros, whatever the store has brought.
    expect(kernel32.VirtualAlloc(base, PAGE, 0x1000, PAGE_READWRITE)).toBe(base);
    expect(await settled(store, memory.getUint32Async(base + 8))).toBe(0);
    guest.process.verifySpace();
  });

  test("memory that is freed and filled again while the store works keeps the new", async () => {
    const { store, guest, base, memory } = await onDemand(PAGES);
    const { kernel32 } = guest;
    const free = base + (PAGES - 1) * PAGE;
    const read = memory.getUint32Async(base + PAGE + 8);
    while (store.pending[0]?.method !== "read") {
      if (store.pending.length > 0) await store.settle();
      await later();
    }
    // A frame gets free, so that the new page asks for none.
    expect(kernel32.VirtualFree(free, PAGE, 0x4000)).toBe(1);
    expect(kernel32.VirtualFree(base + PAGE, PAGE, 0x4000)).toBe(1);
    expect(kernel32.VirtualAlloc(base + PAGE, PAGE, 0x1000, PAGE_READWRITE)).toBe(base + PAGE);
    memory.setUint32(base + PAGE + 8, 0xabcdef);
    expect(await settled(store, read)).toBe(0xabcdef);
    guest.process.verifySpace();
  });

  test("a page that is written while it is being stored is stored again", async () => {
    const { store, guest, base, memory } = await onDemand(FRAMES);
    const another = guest.pages(PAGES, PAGE_READWRITE, base + 0x100000);
    const touch = memory.setUint32Async(another, 1);
    await later();
    expect(store.pending.map(({ method }) => method)).toEqual(["write"]);
    // The oldest page is the one that is on its way out.
    memory.setUint32(base + 8, 0x5555);
    await settled(store, touch);
    await settled(store, memory.fillAsync(another, 2, PAGES * PAGE));
    expect(await settled(store, memory.getUint32Async(base + 8))).toBe(0x5555);
    guest.process.verifySpace();
  });

  test("a process that ends while the store works leaves nothing", async () => {
    const { store, guest, base, memory } = await onDemand(PAGES);
    const read = memory.getUint32Async(base + 8).catch((error: unknown) => error);
    await later();
    guest.process.exit();
    await store.settleAll();
    expect(String(await settled(store, read))).toContain("has ended");
    expect(guest.machine.counters.frames).toBe(0);
    expect(guest.machine.counters.commitCharge).toBe(0);
    expect(guest.machine.poisoned).toBe(false);
  });

  test("a store that rejects is an in-page error, once", async () => {
    const inner = new FailingPageStore(new MemoryPageStore(), { at: 1, of: ["read"] });
    const guest = await guestWith(new AsyncPageStore(inner));
    const base = await numbered(guest);
    const { memory } = guest;
    await expect(memory.getUint32Async(base + 8)).rejects.toMatchObject({
      code: 0xc0000006,
      address: base + 8,
      status: 0xc0000185,
    });
    expect(await memory.getUint32Async(base + 8)).toBe(0);
    const full = new FailingPageStore(new MemoryPageStore(), { at: 1, times: 3, of: ["write"] });
    const other = await guestWith(new AsyncPageStore(full));
    await numbered(other);
    for (let page = 0; page < PAGES; page++) {
      expect(await other.memory.getUint32Async(BASE + page * PAGE + 8)).toBe(page);
    }
    expect(full.failedCalls).toBe(3);
  });

  test("a page whose store fails when nobody awaits it any more is not lost", async () => {
    const failing = new FailingPageStore(new MemoryPageStore(), { at: 1, of: ["write"] });
    const store = new AsyncPageStore(failing, { settle: "on demand" });
    const guest = await guestWith(store);
    const base = guest.pages(PAGES);
    const { memory: bytes } = guest;
    const at = (page: number) => base + page * PAGE;
    for (let page = 0; page < FRAMES; page++) bytes.setUint32(at(page), page + 1);
    for (const page of [40, 41, 42]) {
      expect(() => bytes.setUint32(at(page), 1)).toThrow(PageNotReady);
    }
    await store.settleAll();
    expect(failing.failedCalls).toBe(1);
    await settled(store, bytes.fillAsync(at(FRAMES), 1, (PAGES - FRAMES) * PAGE));
    for (let page = 0; page < FRAMES; page++) {
      expect(await settled(store, bytes.getUint32Async(at(page)))).toBe(page + 1);
    }
  });

  test("wrong arguments and faults reject", async () => {
    const { memory } = await soon();
    await expect(memory.getUint8Async(-1)).rejects.toBeInstanceOf(RangeError);
    await expect(memory.setUint8Async(BASE, "1" as never)).rejects.toBeInstanceOf(TypeError);
    await expect(memory.getUint8Async(BASE)).rejects.toBeInstanceOf(PageFault);
    await expect(
      whenReady(() => {
        throw new Error("of its own");
      }),
    ).rejects.toThrow("of its own");
  });
});

function memory({ memory: found }: Guest) {
  return found;
}

function caught(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
