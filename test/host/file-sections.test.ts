import { describe, expect, test } from "vitest";
import {
  FILE_MAP_ALL_ACCESS,
  FILE_MAP_COPY,
  FILE_MAP_READ,
  FILE_MAP_WRITE,
  GENERIC_READ,
  MEM_COMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  PAGE_EXECUTE_READ,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
  SEC_COMMIT,
  SEC_FILE,
  SEC_NOCACHE,
  SEC_RESERVE,
  SECTION_ALL_ACCESS,
} from "../../src/constants.ts";
import { MemoryFile } from "../../src/index.ts";
import { FailingFile } from "../backing/failing-store.ts";
import { createMachine } from "../setup/machine.ts";
import { Guest, PAGE, PLACES } from "./support.ts";

/** Two pages and a half of numbers that tell where they stand. */
const FILE_BYTES = 0x2800;

function numbered(sizeBytes = FILE_BYTES): MemoryFile {
  const bytes = new Uint8Array(sizeBytes);
  for (let at = 0; at < sizeBytes; at += 4) new DataView(bytes.buffer).setUint32(at, at, true);
  const file = new MemoryFile();
  file.write(0, bytes);
  return file;
}

function wordAt(file: MemoryFile, position: number): number {
  const bytes = new Uint8Array(4);
  file.read(position, bytes);
  return new DataView(bytes.buffer).getUint32(0, true);
}

describe.each(PLACES)("sections over files, $profile $space", (place) => {
  async function guestHere() {
    const { profile, space } = place;
    const window = "window" in place ? { window: place.window } : {};
    return new Guest(await createMachine({ profile, ...window }), { space });
  }

  function mapped(guest: Guest, file: MemoryFile, access = FILE_MAP_ALL_ACCESS, size = 0) {
    const { CreateFileMapping, MapViewOfFile } = guest.kernel32;
    const handle = guest.process.openFile(file);
    const section = CreateFileMapping(handle, null, PAGE_READWRITE, 0, size, null);
    expect(section).not.toBe(0);
    const view = MapViewOfFile(section, access, 0, 0, 0);
    expect(view).not.toBe(0);
    return { handle, section, view: view as number };
  }

  test("a view shows the file, and zeros up to the end of its last page (7.2, 7.4)", async () => {
    const guest = await guestHere();
    const { view } = mapped(guest, numbered());
    expect(guest.query(view)).toMatchObject({
      RegionSize: 0x3000,
      State: MEM_COMMIT,
      Protect: PAGE_READWRITE,
      Type: 0x40000,
    });
    for (const at of [0, 4, 0xffc, 0x1000, 0x27fc])
      expect(guest.memory.getUint32(view + at)).toBe(at);
    expect(guest.memory.getUint32(view + 0x2800)).toBe(0);
    expect(guest.memory.getUint32(view + 0x2ffc)).toBe(0);
    expect(guest.memory.getUint32(view + 0xffe)).toBe(0x10000000);
    guest.process.verifySpace();
  });

  test("pages come when they are touched, and are charged to nobody (13)", async () => {
    const guest = await guestHere();
    const { commitCharge, frames } = guest.machine.counters;
    const { view } = mapped(guest, numbered());
    expect(guest.machine.counters.commitCharge).toBe(commitCharge);
    expect(guest.machine.counters.frames).toBe(frames);
    guest.memory.getUint8(view + 0x1000);
    expect(guest.machine.counters.frames).toBe(frames + 1);
  });

  test("FlushViewOfFile writes dirty pages, and nothing behind the end (7.2, 7.11)", async () => {
    const guest = await guestHere();
    const file = numbered();
    const { view } = mapped(guest, file);
    guest.memory.setUint32(view + 0x1000, 0xabcd);
    guest.memory.setUint32(view + 0x2800, 0xeeee);
    expect(wordAt(file, 0x1000)).toBe(0x1000);
    expect(guest.kernel32.FlushViewOfFile(view, 0)).toBe(1);
    expect(wordAt(file, 0x1000)).toBe(0xabcd);
    expect(file.sizeBytes).toBe(FILE_BYTES);
    expect(guest.memory.getUint32(view + 0x2800)).toBe(0xeeee);
    guest.memory.setUint32(view + 0x1000, 0x1234);
    guest.memory.setUint32(view + 0x0, 0x5678);
    expect(guest.kernel32.FlushViewOfFile(view, 0x1000)).toBe(1);
    expect([wordAt(file, 0), wordAt(file, 0x1000)]).toEqual([0x5678, 0xabcd]);
    guest.process.verifySpace();
  });

  test("the last unmap of a closed section writes what is left", async () => {
    const guest = await guestHere();
    const file = numbered();
    const { handle, section, view } = mapped(guest, file);
    guest.memory.setUint32(view, 1);
    guest.kernel32.CloseHandle(section);
    guest.kernel32.CloseHandle(handle);
    expect(wordAt(file, 0)).toBe(0);
    expect(guest.kernel32.UnmapViewOfFile(view)).toBe(1);
    expect(wordAt(file, 0)).toBe(1);
    guest.process.verifySpace();
  });

  test("the end of a process writes what is left, and gives everything back", async () => {
    const guest = await guestHere();
    const other = new Guest(guest.machine, { space: "translated" });
    const { frames, records } = guest.machine.counters;
    const file = numbered();
    const { view } = mapped(other, file);
    other.memory.setUint32(view + 0x2000, 77);
    other.process.exit();
    expect(wordAt(file, 0x2000)).toBe(77);
    guest.process.verifySpace();
    expect(guest.machine.counters.frames).toBe(frames);
    expect(guest.machine.counters.records).toBeLessThan(records);
  });

  test("sections over one file see one memory, in every process (17.12)", async () => {
    const guest = await guestHere();
    const other = new Guest(guest.machine, { space: "translated" });
    const file = numbered();
    const first = mapped(guest, file);
    const second = mapped(guest, file, FILE_MAP_READ);
    const third = mapped(other, file);
    guest.memory.setUint32(first.view + 4, 0x11111111);
    expect(guest.memory.getUint32(second.view + 4)).toBe(0x11111111);
    other.memory.setUint32(third.view + 4, 0x22222222);
    expect(guest.memory.getUint32(first.view + 4)).toBe(0x22222222);
    guest.process.verifySpace();
    other.process.verifySpace();
  });

  test("a copy-on-write view never changes the file (7.7)", async () => {
    const guest = await guestHere();
    const file = numbered();
    const { section, view } = mapped(guest, file);
    const copy = guest.kernel32.MapViewOfFile(section, FILE_MAP_COPY, 0, 0, 0) as number;
    expect(guest.query(copy).Protect).toBe(PAGE_WRITECOPY);
    guest.memory.setUint32(copy, 0x99);
    expect(guest.query(copy)).toMatchObject({ Protect: PAGE_READWRITE, RegionSize: PAGE });
    expect(guest.memory.getUint32(view)).toBe(0);
    expect(guest.kernel32.FlushViewOfFile(copy, 0)).toBe(1);
    expect(wordAt(file, 0)).toBe(0);
    guest.process.verifySpace();
  });

  test("what a handle of a file allows decides (7.1#9)", async () => {
    const guest = await guestHere();
    const { CreateFileMapping, GetLastError } = guest.kernel32;
    const readOnly = guest.process.openFile(numbered(), { access: GENERIC_READ });
    for (const [protect, error] of [
      [PAGE_READONLY, 0],
      [PAGE_WRITECOPY, 0],
      [PAGE_READWRITE, 5],
      [PAGE_EXECUTE_READ, 5],
    ] as const) {
      const section = CreateFileMapping(readOnly, null, protect, 0, 0, null);
      expect(section === 0).toBe(error !== 0);
      expect(GetLastError()).toBe(error);
    }
    expect(guest.machine.decision).toBe("7.1#9");
  });

  test("sizes: empty 1006, too big 8, grown, disk full 112 (7.1#10 to #12)", async () => {
    const guest = await guestHere();
    const { CreateFileMapping, GetLastError } = guest.kernel32;
    const empty = guest.process.openFile(new MemoryFile());
    expect(CreateFileMapping(empty, null, PAGE_READWRITE, 0, 0, null)).toBe(0);
    expect([GetLastError(), guest.machine.decision]).toEqual([1006, "7.1#10"]);
    const file = numbered();
    const handle = guest.process.openFile(file);
    expect(CreateFileMapping(handle, null, PAGE_READONLY, 0, 0x3000, null)).toBe(0);
    expect([GetLastError(), guest.machine.decision]).toEqual([8, "7.1#11"]);
    const { view } = mapped(guest, file, FILE_MAP_WRITE, 0x5001);
    expect(file.sizeBytes).toBe(0x5001);
    expect(guest.query(view).RegionSize).toBe(0x6000);
    expect(guest.memory.getUint32(view + 0x4000)).toBe(0);
    const full = guest.process.openFile(new MemoryFile({ capacityBytes: 0x1000 }));
    expect(CreateFileMapping(full, null, PAGE_READWRITE, 0, 0x2000, null)).toBe(0);
    expect([GetLastError(), guest.machine.decision]).toEqual([112, "7.1#12"]);
  });

  test("attributes: what goes with a file, and what is reported (7.1)", async () => {
    const guest = await guestHere();
    const handle = guest.process.openFile(numbered());
    const attributes = (asked: number) => {
      const section = guest.kernel32.CreateFileMapping(
        handle,
        null,
        PAGE_READWRITE + asked,
        0,
        0,
        null,
      );
      if (section === 0) return guest.kernel32.GetLastError();
      const info = { Attributes: 0, Size: 0 };
      expect(
        guest.ntdll.NtQuerySection(section, 0, info, guest.machine.pointerBytes === 8 ? 24 : 16),
      ).toBe(0);
      expect(info.Size).toBe(FILE_BYTES);
      return info.Attributes;
    };
    expect(attributes(0)).toBe(SEC_FILE);
    expect(attributes(SEC_RESERVE)).toBe(SEC_FILE);
    expect(attributes(SEC_COMMIT + SEC_NOCACHE)).toBe(SEC_FILE + SEC_NOCACHE);
    for (const wrong of [SEC_FILE, SEC_FILE + SEC_COMMIT, SEC_COMMIT + SEC_RESERVE, SEC_NOCACHE]) {
      expect(attributes(wrong)).toBe(87);
    }
    expect(attributes(0x88000000)).toBe(87);
  });

  test("VirtualAlloc and VirtualFree in a view of a file (7.8)", async () => {
    const guest = await guestHere();
    const { view } = mapped(guest, numbered());
    const { VirtualAlloc, VirtualFree, GetLastError } = guest.kernel32;
    for (const [type, error] of [
      [MEM_COMMIT, 5],
      [MEM_RESET, 487],
      [MEM_RESERVE, 487],
    ] as const) {
      expect(VirtualAlloc(view, PAGE, type, PAGE_READWRITE)).toBe(0);
      expect(GetLastError()).toBe(error);
    }
    expect(VirtualFree(view, 0, MEM_RELEASE)).toBe(0);
    expect(GetLastError()).toBe(87);
  });

  test("a page wholly behind the end of a file that was cut: IN_PAGE_ERROR (17.12)", async () => {
    const guest = await guestHere();
    const file = numbered();
    const { view } = mapped(guest, file);
    expect(guest.memory.getUint32(view + 0x1000)).toBe(0x1000);
    file.resize(0x1800);
    expect(guest.memory.getUint32(view)).toBe(0);
    expect(() => guest.memory.getUint32(view + 0x2004)).toThrow(
      expect.objectContaining({ code: 0xc0000006, address: view + 0x2004, status: 0xc0000011 }),
    );
    expect(guest.memory.getUint32(view + 0x1000)).toBe(0x1000);
    guest.process.verifySpace();
  });

  test("NtExtendSection: file, section and views with MEM_RESERVE grow (17.12)", async () => {
    const guest = await guestHere();
    const { ntdll } = guest;
    const file = numbered();
    const section = { value: 0 };
    const handle = guest.process.openFile(file);
    const create = (access: number, out = section) =>
      ntdll.NtCreateSection(out, access, null, null, PAGE_READWRITE, SEC_COMMIT, handle);
    expect(create(SECTION_ALL_ACCESS)).toBe(0);
    const map = (type: number, bytes: number) => {
      const base = { value: 0 };
      const size = { value: bytes };
      expect(
        ntdll.NtMapViewOfSection(
          section.value,
          -1,
          base,
          0,
          0,
          null,
          size,
          1,
          type,
          PAGE_READWRITE,
        ),
      ).toBe(0);
      return base.value;
    };
    const plain = map(0, 0);
    const growing = map(MEM_RESERVE, 0x8000);
    expect(guest.query(growing)).toMatchObject({ RegionSize: 0x3000, State: MEM_COMMIT });
    expect(guest.query(growing + 0x3000)).toMatchObject({ RegionSize: 0x5000, State: MEM_RESERVE });
    const size = { value: 0x1000 };
    expect(ntdll.NtExtendSection(section.value, size)).toBe(0);
    expect(size.value).toBe(FILE_BYTES);
    size.value = 0x5800;
    expect(ntdll.NtExtendSection(section.value, size)).toBe(0);
    expect([size.value, file.sizeBytes]).toEqual([0x5800, 0x5800]);
    expect(guest.query(plain).RegionSize).toBe(0x3000);
    expect(guest.query(growing)).toMatchObject({ RegionSize: 0x6000, State: MEM_COMMIT });
    guest.memory.setUint32(growing + 0x5000, 5);
    expect(guest.memory.getUint32(growing + 0x4000)).toBe(0);
    const readOnly = { value: 0 };
    expect(create(0xf, readOnly)).toBe(0);
    expect(ntdll.NtExtendSection(readOnly.value, size)).toBe(0xc0000022);
    expect(ntdll.NtExtendSection(handle, size)).toBe(0xc0000024);
    expect(ntdll.NtExtendSection(0x7777, size)).toBe(0xc0000008);
    expect(ntdll.NtExtendSection(section.value, null)).toBe(0xc0000005);
    const anonymous = { value: 0 };
    const bytes = { value: 0x1000 };
    ntdll.NtCreateSection(
      anonymous,
      SECTION_ALL_ACCESS,
      null,
      bytes,
      PAGE_READWRITE,
      SEC_COMMIT,
      0,
    );
    expect(ntdll.NtExtendSection(anonymous.value, size)).toBe(0xc0000087);
    guest.process.verifySpace();
  });

  test("a file that fails: the flush says so and can be repeated", async () => {
    const guest = await guestHere();
    const inner = numbered();
    const file = new FailingFile(inner, { at: 1, of: ["write"] });
    const handle = guest.process.openFile(file);
    const section = guest.kernel32.CreateFileMapping(handle, null, PAGE_READWRITE, 0, 0, null);
    const view = guest.kernel32.MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0) as number;
    guest.memory.setUint32(view, 0xfeed);
    expect(guest.kernel32.FlushViewOfFile(view, 0)).toBe(0);
    expect(guest.kernel32.GetLastError()).toBe(1117);
    expect(guest.memory.getUint32(view)).toBe(0xfeed);
    guest.process.verifySpace();
    expect(guest.kernel32.FlushViewOfFile(view, 0)).toBe(1);
    expect(wordAt(inner, 0)).toBe(0xfeed);
  });
});

test("what is no file is refused at the door", async () => {
  const guest = new Guest(await createMachine());
  // @ts-expect-error not a file
  expect(() => guest.process.openFile({})).toThrow(TypeError);
  expect(() => guest.process.openFile(new MemoryFile(), { access: -1 })).toThrow(RangeError);
});
