import { describe, expect, test } from "vitest";
import {
  MEM_COMMIT,
  MEM_RESERVE,
  MEM_WRITE_WATCH,
  PAGE_NOACCESS,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { BASE, createGuest, faultOf, PAGE, PLACES } from "./support.ts";

/** Big enough for any access, with a page behind it that nothing can touch. */
const LAST = BASE + PAGE - 1;

const SCALARS = [
  ["Uint8", 1, 0xfe],
  ["Int8", 1, -2],
  ["Uint16", 2, 0xfedc],
  ["Int16", 2, -2],
  ["Uint32", 4, 0xfedcba98],
  ["Int32", 4, -2],
  ["BigUint64", 8, 0xfedcba9876543210n],
  ["BigInt64", 8, -2n],
  ["Float32", 4, 1.5],
  ["Float64", 8, Math.PI],
] as const;

describe.each(PLACES)("scalars, $profile $space", (place) => {
  test.each(SCALARS)("%s is DataView's", async (name, bytes, value) => {
    const guest = await createGuest(place);
    guest.pages(2);
    const view = new DataView(new ArrayBuffer(16));
    const set = `set${name}` as const;
    const get = `get${name}` as const;
    // Within a page, at the end of one, and over a boundary.
    for (const address of [BASE, BASE + 3, BASE + PAGE - bytes, BASE + PAGE - 1]) {
      (view[set] as (at: number, value: unknown, little: boolean) => void)(0, value, true);
      (guest.memory[set] as (at: number, value: unknown) => void)(address, value);
      expect(guest.memory[get](address)).toBe(value);
      expect(guest.memory[get](BigInt(address))).toBe(value);
      expect([...guest.memory.read(address, bytes)]).toEqual([
        ...new Uint8Array(view.buffer, 0, bytes),
      ]);
      guest.memory.fill(address, 0, bytes);
    }
  });

  test("integers keep their low bits, as in DataView", async () => {
    const guest = await createGuest(place);
    guest.pages(1);
    guest.memory.setUint8(BASE, 0x1ff);
    guest.memory.setInt16(BASE + 2, -1);
    guest.memory.setUint32(BASE + 4, 2 ** 32 + 5);
    guest.memory.setBigUint64(BASE + 8, -1n);
    guest.memory.setUint8(BASE + 16, Number.NaN);
    expect(guest.memory.getUint8(BASE)).toBe(0xff);
    expect(guest.memory.getUint8(BASE + 1)).toBe(0);
    expect(guest.memory.getUint16(BASE + 2)).toBe(0xffff);
    expect(guest.memory.getUint32(BASE + 4)).toBe(5);
    expect(guest.memory.getBigUint64(BASE + 8)).toBe(0xffffffffffffffffn);
  });

  test("a page that was never touched reads as zeros", async () => {
    const guest = await createGuest(place);
    guest.pages(2);
    expect(guest.memory.getBigUint64(BASE + PAGE - 4)).toBe(0n);
  });

  test("every scalar faults alike, and does nothing", async () => {
    const guest = await createGuest(place);
    guest.pages(2);
    guest.memory.fill(BASE, 0x77, PAGE);
    guest.protect(BASE + PAGE, PAGE_NOACCESS);
    for (const [name, bytes, value] of SCALARS) {
      const at = bytes === 1 ? BASE + PAGE : LAST;
      const set = guest.memory[`set${name}`].bind(guest.memory) as (a: number, v: unknown) => void;
      const load = faultOf(() => guest.memory[`get${name}`](at));
      const store = faultOf(() => set(at, value));
      expect([load.access, load.address, load.code]).toEqual([0, BASE + PAGE, 0xc0000005]);
      expect([store.access, store.address]).toEqual([1, BASE + PAGE]);
      expect(guest.memory.getUint8(LAST)).toBe(0x77);
    }
  });

  test("after linear memory has grown", async () => {
    const guest = await createGuest(place);
    guest.pages(1);
    guest.memory.setUint32(BASE, 0xabcd);
    const before = guest.machine.counters.memoryBytes;
    const other = 0x60000000;
    guest.kernel32.VirtualAlloc(other, 0x1000000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    for (let page = 0; page < 0x1000; page++) guest.memory.setUint32(other + page * PAGE, page);
    expect(guest.machine.counters.memoryBytes).toBeGreaterThan(before);
    expect(guest.memory.getUint32(BASE)).toBe(0xabcd);
    expect(guest.memory.getUint32(other + 0xfff * PAGE)).toBe(0xfff);
    guest.process.verifySpace();
  });

  test("several processes take turns", async () => {
    const guest = await createGuest(place);
    guest.pages(1);
    guest.memory.setUint32(BASE, 1);
    const other = guest.machine.createProcess();
    expect(() => other.memory.getUint32(BASE)).toThrow("access violation reading 0x50000000");
    expect(guest.memory.getUint32(BASE)).toBe(1);
    expect(() => other.memory.setUint32(BASE, 2)).toThrow("MEM_FREE in no region");
    expect(guest.memory.getUint32(BASE)).toBe(1);
  });
});

describe("a window above 2 GB", () => {
  test.each(["win32-3g", "win32-4g"] as const)("%s", async (profile) => {
    const guest = await createGuest({ profile, space: "windowed" });
    const middle = 0x80000000;
    guest.pages(32, PAGE_READWRITE, middle - 16 * PAGE);
    for (const at of [middle - 8, middle - 4, middle - 1, middle, middle + 5 * PAGE]) {
      guest.memory.setBigUint64(at, 0x0102030405060708n);
      expect(guest.memory.getBigUint64(at)).toBe(0x0102030405060708n);
      expect(guest.memory.getUint8(at + 7)).toBe(1);
      guest.memory.setFloat32(at, -2.5);
      expect(guest.memory.getFloat32(at)).toBe(-2.5);
    }
    const high = profile === "win32-3g" ? 0xbff00000 : 0xf0000000;
    guest.pages(2, PAGE_READWRITE, high);
    guest.memory.setUint16(high + PAGE - 1, 0xbeef);
    expect(guest.memory.getUint16(high + PAGE - 1)).toBe(0xbeef);
    guest.process.verifySpace();
  });
});

test("writing marks watched pages, each way", async () => {
  const guest = await createGuest({ profile: "win32" });
  const type = MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH;
  guest.kernel32.VirtualAlloc(BASE, 16 * PAGE, type, PAGE_READWRITE);
  guest.memory.setUint8(BASE, 1);
  guest.memory.write(BASE + 2 * PAGE, new Uint8Array(1));
  guest.memory.fill(BASE + 4 * PAGE, 0, 1);
  guest.memory.copy(BASE + 6 * PAGE, BASE + 7 * PAGE, 1);
  guest.memory.setUint16(BASE + 9 * PAGE - 1, 1);
  guest.process.debugView.write(BASE + 12 * PAGE, new Uint8Array(1));
  const pages = [0, 2, 4, 6, 8, 9].map((page) => BASE + page * PAGE);
  expect(guest.written(BASE, 16)).toEqual(pages);
});
