import { describe, expect, test } from "vitest";
import {
  FILE_MAP_COPY,
  FILE_MAP_WRITE,
  MEM_DECOMMIT,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { MemoryFile } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { createGuest, PAGE, PLACES } from "./support.ts";

describe.each(PLACES)("touchedBytes, $profile $space", (place) => {
  test("private pages count from their first access to their decommit", async () => {
    const guest = await createGuest(place);
    const base = guest.pages(4);
    const touched = () => guest.process.touchedBytes(base, 4 * PAGE) / PAGE;
    guest.memory.getUint8(base);
    guest.memory.setUint8(base + 2 * PAGE, 1);
    expect(touched()).toBe(2);
    guest.kernel32.VirtualFree(base, PAGE, MEM_DECOMMIT);
    expect(touched()).toBe(1);
  });

  test("pages of a section count in each of its views, copies once", async () => {
    const guest = await createGuest(place);
    const { process, machine } = guest;
    const { CreateFileMapping, MapViewOfFile } = guest.kernel32;
    const section = CreateFileMapping(-1, null, PAGE_READWRITE, 0, 4 * PAGE, "touched");
    const view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    const copied = MapViewOfFile(section, FILE_MAP_COPY, 0, 0, 0);
    const touched = (base: number, pages = 4) => process.touchedBytes(base, pages * PAGE) / PAGE;
    expect([touched(view), touched(copied)]).toEqual([0, 0]);
    guest.memory.setUint8(view + PAGE, 1);
    expect([touched(view), touched(copied), touched(view, 1)]).toEqual([1, 1, 0]);
    guest.memory.setUint8(copied + PAGE, 2);
    guest.memory.setUint8(copied + 3 * PAGE, 2);
    expect([touched(view), touched(copied)]).toEqual([2, 2]);
    const other = machine.createProcess({ space: "translated" });
    const { OpenFileMapping, MapViewOfFile: map } = kernel32(other);
    const seen = map(OpenFileMapping(FILE_MAP_WRITE, 0, "touched"), FILE_MAP_WRITE, 0, 0, 0);
    expect(other.touchedBytes(seen, 4 * PAGE)).toBe(touched(view) * PAGE);
  });

  test("pages of a file count when they were brought", async () => {
    const guest = await createGuest(place);
    const { CreateFileMapping, MapViewOfFile } = guest.kernel32;
    const file = guest.process.openFile(new MemoryFile({ contents: new Uint8Array(3 * PAGE) }));
    const section = CreateFileMapping(file, null, PAGE_READWRITE, 0, 0, null);
    const view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    guest.process.debugView.read(view, 3 * PAGE);
    expect(guest.process.touchedBytes(view, 3 * PAGE)).toBe(0);
    guest.memory.getUint8(view + PAGE);
    expect(guest.process.touchedBytes(view, 3 * PAGE)).toBe(PAGE);
  });
});
