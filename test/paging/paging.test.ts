import { describe, expect, test } from "vitest";
import { MEM_RESET, PAGE_READWRITE } from "../../src/constants.ts";
import { MemoryPageStore, type PageStore } from "../../src/index.ts";
import { Guest, PAGE, PLACES } from "../host/support.ts";
import { createMachine } from "../setup/machine.ts";

const FRAMES = 16;
const PAGES = 64;

/** Counts what goes out and comes back. */
class CountingStore implements PageStore {
  readonly #store = new MemoryPageStore();
  writes = 0;
  reads = 0;

  write(slot: number, bytes: Uint8Array): void {
    this.writes++;
    this.#store.write(slot, bytes);
  }

  read(slot: number, target: Uint8Array): void {
    this.reads++;
    this.#store.read(slot, target);
  }
}

describe.each(PLACES)("physical memory that does not suffice, $profile $space", (place) => {
  async function guestWith(store: PageStore, physicalPages = FRAMES) {
    const { profile, space } = place;
    const machine = await createMachine({
      profile,
      physicalPages,
      pageStore: store,
      ...("window" in place ? { window: place.window } : {}),
    });
    return new Guest(machine, { space });
  }

  test("pages leave and come back with their bytes (17.14)", async () => {
    const store = new CountingStore();
    const guest = await guestWith(store);
    const base = guest.pages(PAGES);
    for (let round = 1; round <= 3; round++) {
      for (let page = 0; page < PAGES; page++) {
        guest.memory.setUint32(base + page * PAGE + 8, page * round);
        expect(guest.machine.counters.frames).toBeLessThanOrEqual(FRAMES);
      }
      guest.process.verifySpace();
      for (let page = 0; page < PAGES; page++) {
        expect(guest.memory.getUint32(base + page * PAGE + 8)).toBe(page * round);
      }
      guest.process.verifySpace();
    }
    expect(store.writes).toBeGreaterThan(PAGES);
    expect(store.reads).toBeGreaterThan(PAGES);
  });

  test("a page that was not written since it came back is not stored again (17.14)", async () => {
    const store = new CountingStore();
    const guest = await guestWith(store);
    const base = guest.pages(PAGES);
    guest.memory.fill(base, 7, PAGES * PAGE);
    guest.memory.read(base, PAGES * PAGE);
    const { writes } = store;
    guest.memory.read(base, PAGES * PAGE);
    guest.memory.read(base, PAGES * PAGE);
    expect(store.writes).toBe(writes);
  });

  test("reset pages leave without a write and come back as zeros (17.2, 17.14)", async () => {
    const store = new CountingStore();
    const guest = await guestWith(store);
    const base = guest.pages(FRAMES / 2);
    guest.memory.fill(base, 0xaa, (FRAMES / 2) * PAGE);
    const size = (FRAMES / 2) * PAGE;
    expect(guest.kernel32.VirtualAlloc(base, size, MEM_RESET, PAGE_READWRITE)).toBe(base);
    const other = guest.pages(FRAMES, PAGE_READWRITE, base + 0x1000000);
    for (let page = 0; page < FRAMES; page++) guest.memory.getUint8(other + page * PAGE);
    expect(store.writes).toBe(0);
    expect(guest.memory.getUint32(base)).toBe(0);
    expect(store.reads).toBe(0);
  });

  test("the page that was not used for longest leaves first (17.14)", async () => {
    const left: number[] = [];
    const store = new MemoryPageStore();
    const guest = await guestWith({
      write: (slot, bytes) => {
        left.push(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true));
        store.write(slot, bytes);
      },
      read: (slot, target) => store.read(slot, target),
    });
    const base = guest.pages(PAGES);
    const write = (page: number) => guest.memory.setUint32(base + page * PAGE, page);
    for (let page = 0; page < FRAMES + 1; page++) write(page);
    expect(left).toEqual([0]);
    for (const page of [1, 2, 3]) guest.memory.getUint32(base + page * PAGE);
    for (let page = FRAMES + 1; page < FRAMES + 4; page++) write(page);
    expect(left).toEqual([0, 4, 5, 6]);
  });

  test("locked pages stay (17.14)", async () => {
    const store = new CountingStore();
    const guest = await guestWith(store);
    const base = guest.pages(PAGES);
    guest.memory.setUint32(base, 1);
    expect(guest.kernel32.VirtualLock(base, PAGE)).toBe(1);
    for (let page = 1; page < PAGES; page++) guest.memory.setUint32(base + page * PAGE, page);
    const { reads } = store;
    expect(guest.memory.getUint32(base)).toBe(1);
    expect(store.reads).toBe(reads);
    guest.process.verifySpace();
  });

  test("without any page that may leave, the access ends with IN_PAGE_ERROR (17.14)", async () => {
    const guest = await guestWith(new CountingStore(), 8);
    const base = guest.pages(16);
    expect(guest.kernel32.VirtualLock(base, 4 * PAGE)).toBe(1);
    expect(guest.kernel32.VirtualLock(base, 5 * PAGE)).toBe(0);
    expect(guest.kernel32.GetLastError()).toBe(1453);
    for (let page = 4; page < 16; page++) guest.memory.setUint8(base + page * PAGE, 1);
    // A page at a time, while there are frames for an access beside the locked ones.
    for (let page = 4; guest.kernel32.VirtualLock(base + page * PAGE, PAGE) === 1; page++) {
      guest.memory.setUint8(base + page * PAGE, 1);
    }
    guest.process.verifySpace();
  });

  test("a page store is not asked for more than there is", async () => {
    const guest = await guestWith(
      {
        write: () => {
          throw new Error("full");
        },
        read: () => {},
      },
      4,
    );
    const base = guest.pages(16);
    guest.memory.fill(base, 1, 4 * PAGE);
    expect(() => guest.memory.setUint8(base + 5 * PAGE, 1)).toThrow(
      expect.objectContaining({ code: 0xc0000006, status: 0xc0000017 }),
    );
    guest.process.verifySpace();
  });

  test("a store that cannot read leaves the page out, for a later touch (17.14)", async () => {
    const store = new MemoryPageStore();
    let fails = false;
    const guest = await guestWith({
      write: (slot, bytes) => store.write(slot, bytes),
      read: (slot, target) => {
        if (fails) throw new Error("broken");
        store.read(slot, target);
      },
    });
    const base = guest.pages(PAGES);
    guest.memory.setUint32(base, 99);
    guest.memory.fill(base + PAGE, 1, (PAGES - 1) * PAGE);
    fails = true;
    expect(() => guest.memory.getUint32(base)).toThrow(
      expect.objectContaining({ code: 0xc0000006, address: base, status: 0xc0000185 }),
    );
    expect(() => guest.memory.getUint32(base)).toThrow(
      expect.objectContaining({ status: 0xc0000185 }),
    );
    fails = false;
    expect(guest.memory.getUint32(base)).toBe(99);
    guest.process.verifySpace();
  });

  test("a store that cannot write keeps the page, and another leaves (17.14)", async () => {
    const store = new MemoryPageStore();
    let failing = 1;
    const guest = await guestWith({
      write: (slot, bytes) => {
        if (failing-- > 0) throw new Error("broken");
        store.write(slot, bytes);
      },
      read: (slot, target) => store.read(slot, target),
    });
    const base = guest.pages(PAGES);
    for (let page = 0; page < PAGES; page++) guest.memory.setUint32(base + page * PAGE, page);
    for (let page = 0; page < PAGES; page++) {
      expect(guest.memory.getUint32(base + page * PAGE)).toBe(page);
    }
    failing = Number.POSITIVE_INFINITY;
    guest.memory.fill(base, 1, 4 * PAGE);
    expect(() => guest.memory.fill(base, 2, PAGES * PAGE)).toThrow(
      expect.objectContaining({ code: 0xc0000006, status: 0xc0000017 }),
    );
    failing = 0;
    guest.memory.fill(base, 3, PAGES * PAGE);
    expect(guest.memory.read(base, PAGES * PAGE).every((byte) => byte === 3)).toBe(true);
    guest.process.verifySpace();
  });

  test("calls that touch guest memory wait for their pages too", async () => {
    const store = new CountingStore();
    const guest = await guestWith(store);
    const base = guest.pages(PAGES);
    guest.memory.fill(base, 0x5a, PAGES * PAGE);
    const bytes = new Uint8Array(PAGES * PAGE);
    const done = { value: 0 };
    const { kernel32, process } = guest;
    expect(kernel32.ReadProcessMemory(-1, base, bytes, bytes.length, done)).toBe(1);
    expect(done.value).toBe(bytes.length);
    expect(bytes.every((byte) => byte === 0x5a)).toBe(true);
    expect(kernel32.WriteProcessMemory(-1, base, bytes.fill(6), bytes.length, done)).toBe(1);
    expect(process.debugView.read(base, bytes.length).bytes.every((byte) => byte === 6)).toBe(true);
    expect(process.system.copyOut(base, bytes.fill(7))).toEqual({
      status: 0,
      transferred: bytes.length,
    });
    expect(guest.memory.read(base, bytes.length).every((byte) => byte === 7)).toBe(true);
    process.verifySpace();
  });
});
