import { describe, expect, test } from "vitest";
import { FILE_MAP_READ, PAGE_READONLY, SEC_COMMIT, SEC_IMAGE } from "../../src/constants.ts";
import { MemoryFile } from "../../src/index.ts";
import { EXECUTE, program, READ } from "../setup/portable-executable.ts";
import { createGuest, expectBytes, PAGE, PLACES } from "./support.ts";

const CODE = Uint8Array.of(0x90, 0x90, 0xc3);

class BadFile extends MemoryFile {
  isBroken = true;

  override read(position: number, target: Uint8Array): number {
    if (this.isBroken) throw new Error("no such sector");
    return super.read(position, target);
  }
}

describe.each(PLACES)("DebugView over files, $profile $space", (place) => {
  async function mapped(bytes: Uint8Array, type: number) {
    const guest = await createGuest(place);
    const { CreateFileMapping, MapViewOfFile } = guest.kernel32;
    const file = guest.process.openFile(new MemoryFile({ contents: bytes }));
    const section = CreateFileMapping(file, null, PAGE_READONLY | type, 0, 0, null);
    const base = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    return { ...guest, base, machine: guest.process.machine };
  }

  test("looking at pages of a file brings none of them into memory (17.5#10)", async () => {
    const bytes = Uint8Array.from({ length: PAGE + 5 }, (_, index) => index * 7);
    const { machine, process, base } = await mapped(bytes, SEC_COMMIT);
    const before = machine.hash();
    const { frames } = machine.counters;
    const looked = process.debugView.read(base + 3, 2 * PAGE - 3);
    expect(looked.done).toBe(2 * PAGE - 3);
    expectBytes(looked.bytes.subarray(0, PAGE + 2), bytes.subarray(3));
    expectBytes(looked.bytes.subarray(PAGE + 2), new Uint8Array(PAGE - 5));
    expect(process.debugView.isCommitted(base)).toBe(true);
    expect([machine.hash(), machine.counters.frames]).toEqual([before, frames]);
    expect(process.memory.getUint8(base + 3)).toBe(21);
    expect(process.debugView.read(base + 3, 1).bytes).toEqual(Uint8Array.of(21));
    process.verifySpace();
  });

  test("... and none of an image", async () => {
    const image = program({ sections: [{ contents: CODE, characteristics: READ | EXECUTE }] });
    const { machine, process, base } = await mapped(image, SEC_IMAGE);
    const before = machine.hash();
    expect(process.debugView.read(base + PAGE, 3).bytes).toEqual(CODE);
    expect(machine.hash()).toBe(before);
    expect(process.memory.getUint8(base + PAGE + 2)).toBe(0xc3);
    expect(machine.hash()).not.toBe(before);
  });

  test("a file that cannot be read ends what is read; the guest asks for itself", async () => {
    const backing = new BadFile({ contents: new Uint8Array(PAGE).fill(9) });
    const guest = await createGuest(place);
    const file = guest.process.openFile(backing);
    const { CreateFileMapping, MapViewOfFile } = guest.kernel32;
    const section = CreateFileMapping(file, null, PAGE_READONLY, 0, 0, null);
    const base = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    expect(guest.process.debugView.read(base, 4)).toEqual({ bytes: new Uint8Array(0), done: 0 });
    backing.isBroken = false;
    expect(guest.process.memory.getUint8(base)).toBe(9);
  });
});
