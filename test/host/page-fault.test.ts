import { describe, expect, test } from "vitest";
import {
  MEM_COMMIT,
  MEM_FREE,
  MEM_IMAGE,
  MEM_MAPPED,
  MEM_PRIVATE,
  MEM_RESERVE,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { GuestException } from "../../src/index.ts";
import { BASE, createGuest, faultOf, PAGE, PLACES } from "./support.ts";

describe.each(PLACES)("PageFault, $profile $space", (place) => {
  test("in free memory", async () => {
    const { memory } = await createGuest(place);
    const fault = faultOf(() => memory.setUint32(BASE, 1));
    expect(fault).toBeInstanceOf(GuestException);
    expect(fault).toMatchObject({
      name: "PageFault",
      code: 0xc0000005,
      access: 1,
      address: BASE,
      page: { state: MEM_FREE, protect: PAGE_NOACCESS },
      region: null,
    });
    expect("status" in fault).toBe(false);
    expect(fault.message).toBe("access violation writing 0x50000000: MEM_FREE in no region");
  });

  test("in a reserved page", async () => {
    const guest = await createGuest(place);
    guest.reserve(16);
    const fault = faultOf(() => guest.memory.getUint8(BASE + 3 * PAGE + 4));
    expect(fault.page).toEqual({ state: MEM_RESERVE, protect: 0 });
    expect(fault.region).toEqual({
      base: BASE,
      size: 16 * PAGE,
      type: MEM_PRIVATE,
      allocationProtect: PAGE_READWRITE,
    });
    expect(fault.message).toBe(
      "access violation reading 0x50003004: MEM_RESERVE in the region 0x50000000, 0x10000 bytes, " +
        "MEM_PRIVATE, allocated PAGE_READWRITE",
    );
  });

  test("at a guard, which is gone", async () => {
    const guest = await createGuest(place);
    guest.pages(2, PAGE_READWRITE | PAGE_GUARD);
    const fault = faultOf(() => guest.memory.getUint8(BASE + PAGE));
    expect([fault.code, fault.page.protect]).toEqual([0x80000001, PAGE_READWRITE]);
    expect(fault.region?.allocationProtect).toBe(PAGE_READWRITE | PAGE_GUARD);
    expect(fault.message).toContain("guard page hit reading 0x50001000: MEM_COMMIT PAGE_READWRITE");
    expect(fault.message).toContain("allocated PAGE_READWRITE|PAGE_GUARD");
    expect(guest.memory.getUint8(BASE + PAGE)).toBe(0);
  });

  test("in a view and in an image", async () => {
    const guest = await createGuest(place);
    guest.process.adoptRegion({
      base: BASE,
      size: 2 * PAGE,
      type: MEM_MAPPED,
      allocationProtect: PAGE_READONLY,
      runs: [{ size: 2 * PAGE, state: MEM_COMMIT, protect: PAGE_READONLY }],
    });
    guest.process.adoptRegion({
      base: BASE + 0x10000,
      size: 3 * PAGE,
      type: MEM_IMAGE,
      allocationProtect: PAGE_EXECUTE_WRITECOPY,
      runs: [{ size: 3 * PAGE, state: MEM_COMMIT, protect: PAGE_READONLY }],
    });
    expect(faultOf(() => guest.memory.setUint8(BASE, 1)).region).toMatchObject({
      type: MEM_MAPPED,
      size: 2 * PAGE,
    });
    const fault = faultOf(() => guest.memory.fetch(BASE + 0x11000, 1));
    expect(fault.region).toMatchObject({ base: BASE + 0x10000, type: MEM_IMAGE, size: 3 * PAGE });
    expect(fault.message).toContain("access violation executing 0x50011000");
  });

  test("above the highest user address", async () => {
    const { memory, machine } = await createGuest(place);
    const fault = faultOf(() => memory.getUint8(machine.highestUserAddress + 1));
    expect(fault.address).toBe(machine.highestUserAddress + 1);
    expect([fault.page.state, fault.region]).toEqual([MEM_FREE, null]);
  });

  test("looking the page up leaves no trace", async () => {
    const guest = await createGuest(place);
    guest.pages(1, PAGE_READONLY);
    guest.kernel32.SetLastError(77);
    const { counters } = guest.process;
    faultOf(() => guest.memory.setUint8(BASE, 1));
    expect(guest.machine.decision).toBe("4.1#4");
    expect(guest.kernel32.GetLastError()).toBe(77);
    expect(guest.process.counters).toEqual(counters);
  });
});
