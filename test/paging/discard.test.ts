import { describe, expect, test } from "vitest";
import { FILE_MAP_WRITE, INVALID_HANDLE_VALUE, PAGE_READWRITE } from "../../src/constants.ts";
import { MemoryPageStore } from "../../src/index.ts";
import { Guest, PAGE } from "../host/support.ts";
import { createMachine } from "../setup/machine.ts";

const FRAMES = 16;
const PAGES = 8;

describe.each(["windowed", "translated"] as const)("shared pages, %s", (space) => {
  async function scene() {
    const machine = await createMachine({
      profile: "win32",
      physicalPages: FRAMES,
      pageStore: new MemoryPageStore(),
    });
    const guest = new Guest(machine, { space });
    const { CreateFileMapping, MapViewOfFile } = guest.kernel32;
    const bytes = PAGES * PAGE;
    const section = CreateFileMapping(INVALID_HANDLE_VALUE, null, PAGE_READWRITE, 0, bytes, null);
    const view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, bytes);
    for (let page = 0; page < PAGES; page++) guest.memory.setUint32(view + page * PAGE, page + 1);
    const others = guest.pages(2 * FRAMES);
    const pushOut = () => guest.memory.fill(others, 1, 2 * FRAMES * PAGE);
    return { guest, view, pushOut, bytes };
  }

  test("that are out of memory are zeros after DiscardVirtualMemory (9, 17.14)", async () => {
    const { guest, view, pushOut, bytes } = await scene();
    pushOut();
    expect(guest.kernel32.DiscardVirtualMemory(view, bytes)).toBe(0);
    guest.process.verifySpace();
    for (let page = 0; page < PAGES; page++) {
      expect(guest.memory.getUint32(view + page * PAGE)).toBe(0);
    }
  });

  test("that were discarded do not come back with what they held (9, 17.14)", async () => {
    const { guest, view, pushOut, bytes } = await scene();
    pushOut();
    for (let page = 0; page < PAGES; page++) guest.memory.getUint32(view + page * PAGE);
    expect(guest.kernel32.DiscardVirtualMemory(view, bytes)).toBe(0);
    pushOut();
    for (let page = 0; page < PAGES; page++) {
      expect(guest.memory.getUint32(view + page * PAGE)).toBe(0);
    }
  });
});
