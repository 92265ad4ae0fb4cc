import { describe, expect, test } from "vitest";
import {
  FILE_MAP_COPY,
  FILE_MAP_WRITE,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  MEM_WRITE_WATCH,
  PAGE_EXECUTE_READ,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import {
  GuestView,
  MachinePoisoned,
  ReadOnlyGuestView,
  type WritableGuestView,
} from "../../src/index.ts";
import { createSectionGuest } from "./section-guest.ts";
import { BASE, createGuest, faultOf, type Guest, PAGE, PLACES } from "./support.ts";

/** A view that must be there. */
function viewOf(guest: Guest, address: number, length: number): GuestView {
  const view = guest.memory.view(address, length);
  if (view === undefined) throw new Error("there is no view");
  return view;
}

function writableOf(guest: Guest, address: number, length: number): WritableGuestView {
  const view = guest.memory.view(address, length, { write: true });
  if (view === undefined) throw new Error("there is no view");
  return view;
}

function watched(guest: Guest, pages: number): number {
  const type = MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH;
  expect(guest.kernel32.VirtualAlloc(BASE, pages * PAGE, type, PAGE_READWRITE)).toBe(BASE);
  return BASE;
}

describe.each(PLACES)("memory.view, $profile $space", (place) => {
  test("shows the bytes where they lie", async () => {
    const guest = await createGuest(place);
    guest.pages(1);
    guest.memory.writeString(BASE + 16, "bytes", { encoding: "latin1" });
    const view = writableOf(guest, BASE + 16, 5);
    expect(view).toBeInstanceOf(Uint8Array);
    expect(view).toBeInstanceOf(GuestView);
    expect(new TextDecoder().decode(view)).toBe("bytes");
    guest.memory.setUint8(BASE + 16, 0x42);
    expect(view[0]).toBe(0x42);
    view[4] = 0x21;
    expect(guest.memory.getUint8(BASE + 20)).toBe(0x21);
    expect([view.length, view.readOnly, view.valid]).toEqual([5, false, true]);
  });

  test("what is derived from it is a plain array", async () => {
    const guest = await createGuest(place);
    guest.pages(1);
    const view = viewOf(guest, BASE, 16);
    for (const derived of [view.subarray(1), view.slice(), view.map((byte) => byte)]) {
      expect(derived.constructor).toBe(Uint8Array);
    }
  });

  test("asks for reading alone: no mark of the write watch", async () => {
    const guest = await createGuest(place);
    watched(guest, 1);
    const view = viewOf(guest, BASE, 16);
    expect(view).toBeInstanceOf(ReadOnlyGuestView);
    expect([view.readOnly, view.valid]).toEqual([true, true]);
    expect(guest.written(BASE, 1)).toEqual([]);
    guest.memory.setUint8(BASE, 7);
    expect([view[0], view.valid]).toEqual([7, true]);
    expect(viewOf(guest, BASE, 16).readOnly).toBe(false);
  });

  test("asks for writing as a store does: marks, until the watch is reset", async () => {
    const guest = await createGuest(place);
    watched(guest, 1);
    const view = writableOf(guest, BASE + 8, 16);
    expect(guest.written(BASE, 1)).toEqual([BASE]);
    expect(view.valid).toBe(true);
    expect(guest.kernel32.ResetWriteWatch(BASE, PAGE)).toBe(0);
    expect(view.valid).toBe(false);
    guest.memory.setUint8(BASE, 1);
    expect(view.valid).toBe(false);
  });

  test("is invalid for writing once the content may be dropped", async () => {
    const guest = await createGuest(place);
    guest.pages(1);
    const view = writableOf(guest, BASE, 16);
    expect(guest.kernel32.VirtualAlloc(BASE, PAGE, MEM_RESET, PAGE_READWRITE)).toBe(BASE);
    expect(view.valid).toBe(false);
  });

  test("is invalid for writing once forked, and for reading once copied", async () => {
    const guest = await createGuest(place);
    guest.pages(1);
    guest.memory.setUint8(BASE, 1);
    const written = writableOf(guest, BASE, 8);
    const fork = guest.process.fork();
    expect(written.valid).toBe(false);
    const shown = fork.memory.view(BASE, 8);
    expect([shown?.readOnly, shown?.valid, shown?.[0]]).toEqual([true, true, 1]);
    fork.memory.setUint8(BASE, 2);
    expect(shown?.valid).toBe(false);
    expect(guest.memory.getUint8(BASE)).toBe(1);
  });

  test("a read-only view refuses the methods that write", async () => {
    const guest = await createGuest(place);
    guest.pages(1, PAGE_READONLY);
    const view = viewOf(guest, BASE, 16) as Uint8Array;
    const calls: [string, () => unknown][] = [
      ["set", () => view.set([1])],
      ["fill", () => view.fill(1)],
      ["copyWithin", () => view.copyWithin(0, 1)],
      ["sort", () => view.sort()],
      ["reverse", () => view.reverse()],
    ];
    for (const [name, call] of calls) {
      expect(call).toThrow(TypeError);
      expect(call).toThrow(`${name}: the view is read-only`);
    }
    expect(guest.memory.view(BASE, 16)?.readOnly).toBe(true);
    expect(faultOf(() => guest.memory.view(BASE, 16, { write: true })).access).toBe(1);
  });

  test("faults go to the handlers, in the middle too", async () => {
    const guest = await createGuest(place);
    const base = guest.reserve(1);
    expect(faultOf(() => guest.memory.view(base + 8, 16)).address).toBe(base + 8);
    guest.process.addVectoredExceptionHandler(true, () => {
      guest.kernel32.VirtualAlloc(base, PAGE, MEM_COMMIT, PAGE_READWRITE);
      return -1;
    });
    expect(viewOf(guest, base + 8, 16).valid).toBe(true);
  });

  test("a guard is met once", async () => {
    const guest = await createGuest(place);
    guest.pages(1, PAGE_READWRITE | PAGE_GUARD);
    expect(faultOf(() => guest.memory.view(BASE, 16)).code).toBe(0x80000001);
    expect(viewOf(guest, BASE, 16).valid).toBe(true);
  });

  const changes: [string, (guest: Guest) => unknown][] = [
    ["protected", (guest) => guest.protect(BASE, PAGE_NOACCESS)],
    ["protected to the same", (guest) => guest.protect(BASE, PAGE_READONLY)],
    ["guarded", (guest) => guest.protect(BASE, PAGE_READWRITE | PAGE_GUARD)],
    ["decommitted", ({ kernel32 }) => kernel32.VirtualFree(BASE, PAGE, MEM_DECOMMIT)],
    ["released", ({ kernel32 }) => kernel32.VirtualFree(BASE, 0, MEM_RELEASE)],
    ["forgotten by the maps", ({ process }) => process.forgetMaps()],
    ["taken from the working set", ({ kernel32 }) => kernel32.EmptyWorkingSet(-1)],
    ["of a process that has ended", ({ process }) => process.exit()],
  ];

  test.each(changes)("once %s it is invalid for ever", async (_, change) => {
    const guest = await createGuest(place);
    guest.pages(1);
    const views = [viewOf(guest, BASE, 16), writableOf(guest, BASE, 16)];
    expect(views.map(({ valid }) => valid)).toEqual([true, true]);
    change(guest);
    expect(views.map(({ valid }) => valid)).toEqual([false, false]);
    if (guest.process.exited) return;
    guest.kernel32.VirtualAlloc(BASE, PAGE, MEM_RESERVE, PAGE_READWRITE);
    guest.kernel32.VirtualAlloc(BASE, PAGE, MEM_COMMIT, PAGE_READWRITE);
    guest.protect(BASE, PAGE_READWRITE);
    guest.memory.setUint8(BASE, 1);
    expect(views.map(({ valid }) => valid)).toEqual([false, false]);
  });

  test("it is invalid when the core has trapped", async () => {
    const guest = await createGuest(place);
    guest.pages(1);
    const view = viewOf(guest, BASE, 16);
    expect(view.valid).toBe(true);
    const { process } = guest;
    Object.defineProperty(process.core, "poison", { value: new MachinePoisoned(new Error()) });
    expect(view.valid).toBe(false);
  });

  test("it is invalid and empty when the memory of the core has grown", async () => {
    const guest = await createGuest(place);
    guest.pages(1);
    const views = [viewOf(guest, BASE, 16), viewOf(guest, BASE, 0)];
    guest.process.core.memory.grow(1);
    expect(views.map(({ valid, length }) => [valid, length])).toEqual([
      [false, 0],
      [false, 0],
    ]);
    expect(viewOf(guest, BASE, 16).valid).toBe(true);
  });

  test("of no bytes it asks for nothing", async () => {
    const guest = await createGuest(place);
    for (const address of [0, BASE, 0xffff_ffff]) {
      const view = viewOf(guest, address, 0);
      expect([view.length, view.valid, view.readOnly]).toEqual([0, true, false]);
    }
    guest.process.exit();
    expect(() => guest.memory.view(BASE, 0)).toThrow(/has ended/);
  });

  test("wrong arguments are refused at the door", async () => {
    const guest = await createGuest(place);
    guest.pages(1);
    const { memory } = guest;
    guest.refuses(
      RangeError,
      /^(address|length) must be/,
      () => memory.view(-1, 1),
      () => memory.view(BASE + 0.5, 1),
      () => memory.view(Number.NaN, 1),
      () => memory.view(2n ** 64n, 1),
      () => memory.view(BASE, -1),
      () => memory.view(BASE, 1.5),
      () => memory.view(BASE, 2 ** 32),
    );
    guest.refuses(
      TypeError,
      /^(address|length|options|write)/,
      () => memory.view("1" as never, 1),
      () => memory.view(BASE, 1n as never),
      () => memory.view(BASE, 1, true as never),
      () => memory.view(BASE, 1, { write: 1 } as never),
      () => memory.view(BASE, 1, { writable: true } as never),
    );
  });

  test("where the guest has no memory it faults, however long", async () => {
    const guest = await createGuest(place);
    guest.pages(1);
    for (const length of [PAGE + 1, 2 ** 31, 2 ** 32 - 1]) {
      const { address } = faultOf(() => guest.memory.view(BASE, length, { write: true }));
      expect(address).toBe(BASE + PAGE);
    }
    const { highestUserAddress } = guest.machine;
    expect(faultOf(() => guest.memory.view(highestUserAddress, 2)).access).toBe(0);
    if (place.profile === "win64") {
      expect(faultOf(() => guest.memory.view(2n ** 60n, 2)).access).toBe(0);
    }
  });

  test("viewAsync does the same", async () => {
    const guest = await createGuest(place);
    guest.pages(1);
    const view = await guest.memory.viewAsync(BASE, 16, { write: true });
    expect(view?.valid).toBe(true);
    await expect(guest.memory.viewAsync(BASE, -1)).rejects.toThrow(RangeError);
  });

  test("a view of a section is where the section is, a copy where the copy is", async () => {
    const { space, ...options } = place;
    const guest = await createSectionGuest(options);
    expect(guest.process.space).toBe(space);
    const section = guest.mapping(1);
    const shared = guest.view(section, FILE_MAP_WRITE);
    const copied = guest.view(section, FILE_MAP_COPY);
    guest.memory.setUint8(shared, 1);
    const before = viewOf(guest, copied, 16);
    expect([before[0], before.readOnly, before.valid]).toEqual([1, true, true]);
    guest.memory.setUint8(shared, 2);
    expect([before[0], before.valid]).toEqual([2, true]);
    const after = writableOf(guest, copied, 16);
    after[0] = 3;
    expect([before.valid, guest.memory.getUint8(shared)]).toEqual([false, 2]);
    expect([after.valid, guest.memory.getUint8(copied)]).toEqual([true, 3]);
    const both = writableOf(guest, shared, 16);
    both[0] = 4;
    expect(guest.memory.getUint8(shared)).toBe(4);
  });
});

describe("views over many pages", () => {
  test("private memory of a windowed space lies together", async () => {
    const guest = await createGuest({ profile: "win32" });
    const pages = 700;
    guest.pages(pages);
    for (let page = 0; page < pages; page++) guest.memory.setUint32(BASE + page * PAGE, page);
    for (const [first, count] of [
      [0, pages],
      [1, 2],
      [3, 9],
      [2, pages - 3],
    ] as const) {
      const view = writableOf(guest, BASE + first * PAGE, count * PAGE);
      expect(view.valid).toBe(true);
      guest.protect(BASE + (first + count - 1) * PAGE, PAGE_EXECUTE_READ);
      expect(view.valid).toBe(false);
      guest.protect(BASE + (first + count - 1) * PAGE, PAGE_READWRITE);
    }
    for (let page = 10; page < 30; page++) {
      const view = viewOf(guest, BASE + 10 * PAGE, 20 * PAGE);
      guest.protect(BASE + page * PAGE, PAGE_EXECUTE_READ);
      expect(view.valid).toBe(false);
      guest.protect(BASE + page * PAGE, PAGE_READWRITE);
    }
  });

  test("one page that is not writable makes the view read-only", async () => {
    const guest = await createGuest({ profile: "win32" });
    guest.pages(8);
    guest.memory.fill(BASE, 1, 8 * PAGE);
    expect(viewOf(guest, BASE, 8 * PAGE).readOnly).toBe(false);
    guest.protect(BASE + 5 * PAGE, PAGE_READONLY);
    expect(viewOf(guest, BASE, 8 * PAGE).readOnly).toBe(true);
  });

  test("across 2 GB", async () => {
    const guest = await createGuest({ profile: "win32-3g" });
    expect(guest.process.space).toBe("windowed");
    const base = guest.pages(32, PAGE_READWRITE, 2 ** 31 - 16 * PAGE);
    const view = writableOf(guest, base, 32 * PAGE);
    view[16 * PAGE] = 5;
    expect(guest.memory.getUint8(2 ** 31)).toBe(5);
    expect(view.valid).toBe(true);
    guest.protect(2 ** 31, PAGE_NOACCESS);
    expect(view.valid).toBe(false);
  });

  test("translated pages lie together or there is no view", async () => {
    const guest = await createGuest({ profile: "win64" });
    guest.pages(4);
    for (const page of [0, 1, 2, 3]) guest.memory.setUint8(BASE + page * PAGE, page);
    const together = guest.memory.view(BASE, 4 * PAGE);
    expect(together === undefined || together[3 * PAGE] === 3).toBe(true);
    const base = guest.pages(2, PAGE_READWRITE, BASE + 0x100000);
    guest.memory.setUint8(base + PAGE, 1);
    guest.memory.setUint8(base, 0);
    expect(guest.memory.view(base, 2 * PAGE)).toBeUndefined();
    expect(guest.memory.read(base, 2 * PAGE)[PAGE]).toBe(1);
    expect(guest.memory.view(base + PAGE, PAGE)?.[0]).toBe(1);
  });

  test("a page whose translation another one takes makes it invalid, not wrong", async () => {
    const guest = await createGuest({ profile: "win64" });
    guest.pages(1025);
    guest.memory.setUint8(BASE, 1);
    const view = viewOf(guest, BASE, 16);
    guest.memory.setUint8(BASE + 1024 * PAGE, 2);
    expect([view.valid, view[0]]).toEqual([false, 1]);
    expect(viewOf(guest, BASE, 16).valid).toBe(true);
    expect(guest.memory.view(BASE, 1025 * PAGE)).toBeUndefined();
  });
});
