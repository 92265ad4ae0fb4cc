import { describe, expect, test } from "vitest";
import {
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_MAPPED,
  MEM_RESERVE,
  MEM_WRITE_WATCH,
  PAGE_EXECUTE_READ,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
} from "../../src/constants.ts";
import { BASE, createGuest, expectBytes, PAGE, PLACES } from "./support.ts";

describe.each(PLACES)("DebugView, $profile $space", (place) => {
  test("reads and writes any protection, and changes nothing but bytes", async () => {
    const guest = await createGuest(place);
    const { debugView } = guest.process;
    const type = MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH;
    guest.kernel32.VirtualAlloc(BASE, 8 * PAGE, type, PAGE_READWRITE);
    const protections = [
      PAGE_NOACCESS,
      PAGE_READONLY,
      PAGE_READWRITE | PAGE_GUARD,
      PAGE_EXECUTE_READ | PAGE_GUARD,
      PAGE_READWRITE,
    ];
    let asked = 0;
    guest.process.addVectoredExceptionHandler(true, () => {
      asked++;
      return 0;
    });
    for (const [page, protect] of protections.entries()) {
      const at = BASE + page * PAGE;
      guest.protect(at, protect);
      expect(debugView.write(at + 10, Uint8Array.of(page, 2, 3))).toBe(3);
      expect(debugView.read(at + 10, 3)).toEqual({ bytes: Uint8Array.of(page, 2, 3), done: 3 });
      expect(guest.page(at).protect).toBe(protect);
    }
    expect(guest.written(BASE, 8)).toEqual([]);
    expect(asked).toBe(0);
    expect(guest.memory.getUint8(BASE + 4 * PAGE + 10)).toBe(4);
    guest.process.verifySpace();
  });

  test("reading an untouched page takes no frame, writing takes one", async () => {
    const guest = await createGuest(place);
    const { debugView } = guest.process;
    guest.pages(4);
    const { frames } = guest.machine.counters;
    const { bytes, done } = debugView.read(BASE, 2 * PAGE);
    expectBytes(bytes, new Uint8Array(2 * PAGE));
    expect(done).toBe(2 * PAGE);
    expect(guest.machine.counters.frames).toBe(frames);
    debugView.write(BASE + PAGE, Uint8Array.of(1));
    expect(guest.machine.counters.frames).toBe(frames + 1);
    expect(guest.process.counters.residentPages).toBe(0);
  });

  test("stops where nothing is committed, and says so", async () => {
    const guest = await createGuest(place);
    const { debugView } = guest.process;
    guest.reserve(4);
    guest.kernel32.VirtualAlloc(BASE, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE);
    guest.memory.fill(BASE, 7, 2 * PAGE);
    const read = debugView.read(BASE + PAGE, 2 * PAGE);
    expect([read.done, read.bytes.length, read.bytes[0]]).toEqual([PAGE, PAGE, 7]);
    expect(debugView.write(BASE + 2 * PAGE - 3, new Uint8Array(10))).toBe(3);
    expect(debugView.write(BASE + 2 * PAGE, new Uint8Array(10))).toBe(0);
    expect(debugView.read(0, 10)).toEqual({ bytes: new Uint8Array(0), done: 0 });
    const pages = [0, 1, 2, 4].map((page) => debugView.isCommitted(BASE + page * PAGE));
    expect(pages).toEqual([true, true, false, false]);
    guest.kernel32.VirtualFree(BASE, PAGE, MEM_DECOMMIT);
    expect(debugView.isCommitted(BASE)).toBe(false);
    expect(debugView.isCommitted(guest.machine.highestUserAddress)).toBe(false);
  });

  test("writing a copy-on-write page copies it", async () => {
    const guest = await createGuest(place);
    const { debugView } = guest.process;
    guest.process.adoptRegion({
      base: BASE,
      size: 2 * PAGE,
      type: MEM_MAPPED,
      allocationProtect: PAGE_WRITECOPY,
      runs: [{ size: 2 * PAGE, state: MEM_COMMIT, protect: PAGE_WRITECOPY }],
    });
    expect(debugView.write(BASE, Uint8Array.of(9))).toBe(1);
    expect(guest.memory.getUint8(BASE)).toBe(9);
    expect(guest.page(BASE + PAGE).protect).toBe(PAGE_WRITECOPY);
    guest.process.verifySpace();
  });

  test("leaves decision and last error alone", async () => {
    const guest = await createGuest(place);
    guest.kernel32.VirtualFree(BASE, 0, 0x8000);
    const { decision } = guest.machine;
    guest.process.debugView.read(BASE, 10);
    guest.process.debugView.write(BASE, new Uint8Array(10));
    guest.process.debugView.isCommitted(BASE);
    expect(guest.machine.decision).toBe(decision);
    expect(guest.kernel32.GetLastError()).toBe(487);
  });

  test("writing stops where no frame is left", async () => {
    const guest = await createGuest({ ...place, physicalPages: 4 });
    guest.pages(16);
    const done = guest.process.debugView.write(BASE, new Uint8Array(16 * PAGE));
    expect(done).toBeGreaterThanOrEqual(2 * PAGE);
    expect(done).toBeLessThanOrEqual(4 * PAGE);
  });
});

test("addresses above every user address are not committed", async () => {
  const { process } = await createGuest();
  for (const at of [2 ** 47, 2n ** 63n, 2n ** 64n - 1n]) {
    expect(process.debugView.isCommitted(at)).toBe(false);
    expect(process.debugView.read(at, 8).done).toBe(0);
    expect(process.debugView.write(at, new Uint8Array(8))).toBe(0);
  }
});
