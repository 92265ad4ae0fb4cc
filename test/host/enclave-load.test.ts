import { describe, expect, test } from "vitest";
import {
  ENCLAVE_TYPE_SGX,
  ENCLAVE_TYPE_VBS,
  PAGE_ENCLAVE_THREAD_CONTROL,
  PAGE_ENCLAVE_UNVALIDATED,
} from "../../src/constants.ts";
import { createEnclaveGuest, ENCLAVE, ENCLAVE_BYTES } from "./enclave-guest.ts";
import { BASE, PAGE } from "./support.ts";

const SGX = ENCLAVE_TYPE_SGX;
const VBS = ENCLAVE_TYPE_VBS;

describe("10#6 LoadEnclaveData", () => {
  test("pages with the content of an array, or of guest memory that begins anywhere", async () => {
    const guest = await createEnclaveGuest();
    guest.enclave(SGX);
    guest.pages(4);
    const bytes = Uint8Array.from({ length: 2 * PAGE }, (_, index) => (index * 7) & 0xff);
    guest.memory.write(BASE + 123, bytes);
    const done = { value: 0 };
    const error = { value: 99 };
    const { LoadEnclaveData } = guest.kernel32;
    const from = BASE + 123;
    const size = 2 * PAGE;
    expect(LoadEnclaveData(-1, ENCLAVE, from, size, 4, null, 0, done, error)).toBe(1);
    expect([done.value, error.value]).toEqual([size, 0]);
    expect(guest.load(ENCLAVE + size, bytes)).toBe(1);
    expect(guest.initialize(ENCLAVE, SGX)).toBe(1);
    const loaded = guest.inside(ENCLAVE, () => guest.memory.read(ENCLAVE, 2 * size));
    expect([...loaded]).toEqual([...bytes, ...bytes]);
    guest.process.verifySpace();
  });

  test("out-parameters in guest memory", async () => {
    const guest = await createEnclaveGuest({ profile: "win32" });
    guest.enclave(SGX);
    guest.pages(1);
    const { LoadEnclaveData } = guest.kernel32;
    guest.memory.setUint32(BASE + 4, 9);
    const page = new Uint8Array(PAGE);
    expect(LoadEnclaveData(-1, ENCLAVE, page, PAGE, 4, null, 0, BASE, BASE + 4)).toBe(1);
    expect([guest.memory.getUint32(BASE), guest.memory.getUint32(BASE + 4)]).toEqual([PAGE, 0]);
    const at = ENCLAVE + PAGE;
    for (const [done, error] of [
      [BASE + PAGE, 0],
      [0, BASE - 2],
    ] as const) {
      guest.refused(998, "10#6", () => {
        return LoadEnclaveData(-1, at, page, PAGE, 4, null, 0, done, error);
      });
    }
    guest.refused(998, "10#6", () => LoadEnclaveData(-1, at, BASE + 1, PAGE, 4, null, 0, 0, 0));
  });

  test("what a page can be, and what is measured of it", async () => {
    const guest = await createEnclaveGuest();
    guest.enclave(SGX);
    const page = new Uint8Array(PAGE);
    const protections = [0x02, 0x04, 0x10, 0x20, 0x40];
    for (const [index, protect] of protections.entries()) {
      expect(guest.load(ENCLAVE + index * PAGE, page, protect)).toBe(1);
    }
    const flagged = [PAGE_ENCLAVE_UNVALIDATED | 4, (PAGE_ENCLAVE_THREAD_CONTROL | 4) >>> 0];
    for (const [index, protect] of flagged.entries()) {
      expect(guest.load(ENCLAVE + (10 + index) * PAGE, page, protect)).toBe(1);
    }
    const wrong = [0, 0x01, 0x08, 0x80, 0x06, 0x104, 0x204, 0x404, 0x10000004, 0x40000040];
    for (const protect of wrong) {
      const at = ENCLAVE + 20 * PAGE;
      guest.refused(87, "10#6", () => guest.load(at, page, protect));
    }
    const pages = guest.process.enclavePages(ENCLAVE + 5 * PAGE);
    expect(pages.map(({ address, protect }) => [(address - ENCLAVE) / PAGE, protect])).toEqual([
      ...protections.map((protect, index) => [index, protect]),
      [10, 4],
      [11, 4],
    ]);
    expect(pages.map(({ measured }) => measured)).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
      true,
    ]);
    expect(pages.some(({ pending }) => pending)).toBe(false);
  });

  test("whole pages of one SGX enclave that is not initialised, and nothing twice", async () => {
    const guest = await createEnclaveGuest();
    const { LoadEnclaveData } = guest.kernel32;
    guest.enclave(SGX);
    guest.enclave(SGX, ENCLAVE + ENCLAVE_BYTES);
    guest.enclave(VBS, ENCLAVE + 2 * ENCLAVE_BYTES);
    const page = new Uint8Array(PAGE);
    const load =
      (address: number, size: number, length = 0) =>
      () =>
        LoadEnclaveData(-1, address, new Uint8Array(size), size, 4, null, length, null, null);
    guest.refused(24, "10#6", load(ENCLAVE, PAGE, 1));
    guest.refused(87, "10#6", load(ENCLAVE + 1, PAGE));
    guest.refused(87, "10#6", load(ENCLAVE, PAGE + 1));
    guest.refused(87, "10#6", load(ENCLAVE, 0));
    guest.refused(87, "10#6", load(BASE, PAGE));
    guest.refused(87, "10#6", load(ENCLAVE + ENCLAVE_BYTES - PAGE, 2 * PAGE));
    guest.refused(87, "10#6", load(ENCLAVE + 2 * ENCLAVE_BYTES, PAGE));
    expect(guest.load(ENCLAVE + PAGE, page)).toBe(1);
    guest.refused(487, "10#6", load(ENCLAVE, 2 * PAGE));
    expect(guest.initialize(ENCLAVE, SGX)).toBe(1);
    guest.refused(87, "10#6", load(ENCLAVE, PAGE));
  });

  test("without frames nothing is loaded", async () => {
    const guest = await createEnclaveGuest({ physicalPages: 8 });
    guest.enclave(SGX);
    guest.refused(8, "10#6", () => guest.load(ENCLAVE, new Uint8Array(9 * PAGE)));
    guest.process.verifySpace();
  });
});
