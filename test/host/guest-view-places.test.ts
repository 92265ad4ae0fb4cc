import { describe, expect, test } from "vitest";
import {
  ENCLAVE_TYPE_SGX,
  FILE_MAP_WRITE,
  INVALID_HANDLE_VALUE,
  MEM_COMMIT,
  MEM_PHYSICAL,
  MEM_RESERVE,
  MEM_WRITE_WATCH,
  PAGE_EXECUTE_READ,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  QUOTA_LIMITS_HARDWS_MAX_ENABLE,
} from "../../src/constants.ts";
import { type GuestView, MemoryPageStore, PageFault, whenReady } from "../../src/index.ts";
import { AsyncPageStore } from "../backing/async-page-store.ts";
import { createMachine } from "../setup/machine.ts";
import { pick, randomFrom } from "../unit/random.ts";
import { createEnclaveGuest } from "./enclave-guest.ts";
import { CODE_AT, DATA_AT, mapped, programFile } from "./image-guest.ts";
import { BASE, createGuest, Guest, PAGE, PLACES } from "./support.ts";

const SELF = -1;
const STEPS = Number(process.env.STEPS ?? 3000);
const SEED = Number(process.env.SEED ?? 1);

describe.each(PLACES)("memory.view, $profile $space", ({ space, ...options }) => {
  test("a page that leaves memory makes its view invalid", async () => {
    const pageStore = new MemoryPageStore();
    const machine = await createMachine({ ...options, physicalPages: 16, pageStore });
    const guest = new Guest(machine, { space });
    guest.pages(64);
    guest.memory.setUint8(BASE, 5);
    const view = guest.memory.view(BASE, 16, { write: true });
    expect([view?.valid, view?.[0]]).toEqual([true, 5]);
    guest.memory.fill(BASE + PAGE, 1, 63 * PAGE);
    expect(view?.valid).toBe(false);
    expect(guest.memory.view(BASE, 16)?.[0]).toBe(5);
    expect(guest.memory.view(BASE, 64 * PAGE)).toBeUndefined();
  });

  test("pages come from a store that answers later", async () => {
    const machine = await createMachine({
      ...options,
      physicalPages: 16,
      pageStore: new AsyncPageStore(new MemoryPageStore()),
    });
    const guest = new Guest(machine, { space });
    guest.pages(64);
    await guest.memory.fillAsync(BASE, 1, 64 * PAGE);
    const first = await whenReady(() => {
      const view = guest.memory.view(BASE, 16);
      return [view?.valid, view?.[0]];
    });
    expect(first).toEqual([true, 1]);
    expect(await guest.memory.viewAsync(BASE, 64 * PAGE)).toBeUndefined();
  });

  test("there is none where every access asks: a hard limit of the working set", async () => {
    const guest = await createGuest({ ...options, space });
    guest.pages(1);
    const { SetProcessWorkingSetSizeEx } = guest.kernel32;
    const flags = QUOTA_LIMITS_HARDWS_MAX_ENABLE;
    expect(SetProcessWorkingSetSizeEx(SELF, 20 * PAGE, 30 * PAGE, flags)).toBe(1);
    expect(guest.memory.view(BASE, 16)).toBeUndefined();
    expect(guest.memory.view(BASE, 16, { write: true })).toBeUndefined();
  });

  test("there is none of enclave memory, and none of the page that outsiders read", async () => {
    const guest = await createEnclaveGuest({ ...options }, { space });
    const base = guest.running(ENCLAVE_TYPE_SGX);
    expect(guest.memory.getUint8(base)).toBe(0xff);
    expect(guest.memory.view(base, 16)).toBeUndefined();
    expect(guest.memory.view(base, 16, { write: true })).toBeUndefined();
    expect(guest.memory.getUint8(base)).toBe(0xff);
  });

  test("of physical pages it is where they are", async () => {
    const guest = await createGuest({ ...options, space, lockMemoryPrivilege: true });
    const frames = { value: [] as number[] };
    const { AllocateUserPhysicalPages, MapUserPhysicalPages, VirtualAlloc } = guest.kernel32;
    expect(AllocateUserPhysicalPages(SELF, { value: 2 }, frames)).toBe(1);
    const type = MEM_RESERVE | MEM_PHYSICAL;
    expect(VirtualAlloc(BASE, 2 * PAGE, type, PAGE_READWRITE)).toBe(BASE);
    const [one = 0, other = 0] = frames.value;
    expect(MapUserPhysicalPages(BASE, 2, [one, other])).toBe(1);
    guest.memory.setUint8(BASE, 1);
    guest.memory.setUint8(BASE + PAGE, 2);
    const view = guest.memory.view(BASE, 16, { write: true });
    expect([view?.valid, view?.[0]]).toEqual([true, 1]);
    expect(MapUserPhysicalPages(BASE, 2, null)).toBe(1);
    expect(view?.valid).toBe(false);
    expect(MapUserPhysicalPages(BASE, 2, [other, one])).toBe(1);
    expect([view?.valid, guest.memory.view(BASE, 16)?.[0]]).toEqual([false, 2]);
  });

  test("of a program it can be read, and written where it has its own copy", async () => {
    const guest = await createGuest({ ...options, space });
    const base = mapped(guest, programFile());
    expect(guest.memory.view(base + CODE_AT, 16)?.readOnly).toBe(true);
    const data = guest.memory.view(base + DATA_AT, 16);
    expect([data?.readOnly, data?.valid]).toEqual([true, true]);
    const own = guest.memory.view(base + DATA_AT, 16, { write: true });
    expect([own?.readOnly, own?.valid, data?.valid]).toEqual([false, true, false]);
  });

  test("random programs: what is valid is right", async () => {
    const random = randomFrom(SEED);
    const guest = await createGuest({ ...options, space });
    const pages = 8;
    const type = MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH;
    guest.kernel32.VirtualAlloc(BASE, pages * PAGE, type, PAGE_READWRITE);
    const { debugView, memory } = guest.process;
    const protections = [
      ...[PAGE_READWRITE, PAGE_READWRITE, PAGE_READWRITE, PAGE_READONLY, PAGE_EXECUTE_READ],
      ...[PAGE_NOACCESS, PAGE_READWRITE | PAGE_GUARD],
    ];
    const page = () => BASE + random(pages) * PAGE;
    const views: { view: GuestView; address: number }[] = [];
    let compared = 0;
    const steps: (() => unknown)[] = [
      () => memory.setUint32(page() + random(PAGE), random(2 ** 31)),
      () => memory.getUint32(page() + random(PAGE)),
      () => guest.kernel32.VirtualProtect(page(), PAGE, pick(protections, random), { value: 0 }),
      () => guest.kernel32.ResetWriteWatch(page(), PAGE),
      () => guest.kernel32.VirtualFree(page(), PAGE, 0x4000),
      () => guest.kernel32.VirtualAlloc(page(), PAGE, MEM_COMMIT, PAGE_READWRITE),
      () => debugView.write(page(), new Uint8Array([random(256)])),
      () => random(10) === 0 && guest.process.forgetMaps(),
      () => random(10) === 0 && guest.kernel32.EmptyWorkingSet(SELF),
      () => {
        const address = BASE + random(pages * PAGE);
        const length = Math.min(1 + random(2 * PAGE), BASE + pages * PAGE - address);
        const view = memory.view(address, length, { write: random(2) === 0 });
        if (view !== undefined) views.push({ view, address });
        if (views.length > 12) views.shift();
      },
    ];
    for (let step = 0; step < STEPS; step++) {
      try {
        pick(steps, random)();
      } catch (error) {
        if (!(error instanceof PageFault)) throw error;
      }
      for (const { view, address } of views) {
        if (!view.valid) continue;
        compared++;
        const { bytes, done } = debugView.read(address, view.length);
        expect([step, done]).toEqual([step, view.length]);
        expect(Buffer.compare(bytes, view), `step ${step} of seed ${SEED}`).toBe(0);
        if (view.readOnly) continue;
        const at = random(view.length);
        view[at] = step;
        expect(guest.written(BASE, pages)).toContain(address + at - ((address + at) % PAGE));
      }
    }
    expect(compared).toBeGreaterThan(STEPS / 10);
    guest.process.verifySpace();
  });
});

describe.each(["win9x", "ce5"] as const)("memory that all processes of %s share", (profile) => {
  test("has no view, and private memory has one", async () => {
    const guest = new Guest(await createMachine({ profile }));
    const { CreateFileMapping, MapViewOfFile, VirtualAlloc } = guest.kernel32;
    const handle = CreateFileMapping(INVALID_HANDLE_VALUE, null, 4, 0, PAGE, null);
    const shared = MapViewOfFile(handle, FILE_MAP_WRITE, 0, 0, 0);
    guest.memory.setUint8(shared, 1);
    expect(guest.memory.view(shared, 16)).toBeUndefined();
    expect(guest.memory.view(shared, 16, { write: true })).toBeUndefined();
    const own = VirtualAlloc(0, PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    guest.memory.setUint8(own, 2);
    expect(guest.memory.view(own, 16)?.[0]).toBe(2);
  });
});
