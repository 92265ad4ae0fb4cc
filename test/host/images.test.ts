import { describe, expect, test } from "vitest";
import {
  FILE_MAP_READ,
  GENERIC_READ,
  PAGE_EXECUTE_READ,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
  SEC_IMAGE,
  SEC_IMAGE_NO_EXECUTE,
  STATUS_ACCESS_DENIED,
  STATUS_ACCESS_VIOLATION,
  STATUS_INVALID_HANDLE,
  STATUS_IO_DEVICE_ERROR,
  STATUS_OBJECT_NAME_EXISTS,
} from "../../src/constants.ts";
import { type FileBacking, MemoryFile, MemoryPageStore } from "../../src/index.ts";
import { createMachine } from "../setup/machine.ts";
import { EXECUTE, pattern, READ, SHARED, WRITE } from "../setup/portable-executable.ts";
import {
  CODE,
  CODE_AT,
  create,
  DATA,
  DATA_AT,
  IMAGE_BASE,
  mapped,
  programFile,
  SHARED_AT,
  used,
} from "./image-guest.ts";
import { createGuest, expectBytes, faultOf, Guest, PAGE, PLACES } from "./support.ts";

describe.each(PLACES)("images, $profile $space", (place) => {
  test("bytes of every section, for loads and for fetches (7.9)", async () => {
    const guest = await createGuest(place);
    const base = mapped(guest, programFile());
    expect(base).toBe(IMAGE_BASE);
    expect(guest.memory.read(base + CODE_AT, 0x301)).toEqual(Uint8Array.of(...CODE.contents, 0));
    expect(guest.memory.read(base + DATA_AT, 0x200)).toEqual(DATA.contents);
    expect(guest.memory.fetch(base + CODE_AT + 2, 4)).toEqual(CODE.contents.subarray(2, 6));
    expect(() => guest.memory.setUint8(base + CODE_AT, 1)).toThrow(/./);
    guest.process.verifySpace();
  });

  test("each view has its own data and shares what is SHARED (7.9, 7.7)", async () => {
    const machine = await createMachine({ profile: place.profile });
    const [first, second] = [new Guest(machine, { space: place.space }), new Guest(machine)];
    const file = programFile();
    const [one, two] = [mapped(first, file), mapped(second, file)];
    expect([one, two]).toEqual([IMAGE_BASE, IMAGE_BASE]);
    first.memory.setUint8(one + DATA_AT, 0xaa);
    first.memory.setUint8(one + SHARED_AT, 0xbb);
    expect(second.memory.getUint8(two + DATA_AT)).toBe(DATA.contents[0]);
    expect(second.memory.getUint8(two + SHARED_AT)).toBe(0xbb);
    second.memory.setUint8(two + SHARED_AT + 1, 0xcc);
    expect(first.memory.getUint8(one + SHARED_AT + 1)).toBe(0xcc);
    const quiet = mapped(second, file, SEC_IMAGE_NO_EXECUTE);
    expect(second.memory.getUint8(quiet + SHARED_AT)).toBe(0xbb);
    second.memory.setUint8(quiet + SHARED_AT, 0xdd);
    expect(first.memory.getUint8(one + SHARED_AT)).toBe(0xbb);
    for (const guest of [first, second]) guest.process.verifySpace();
  });

  test("the file never changes, whatever is written and flushed (7.7)", async () => {
    const guest = await createGuest(place);
    const file = programFile();
    const before = new Uint8Array(file.sizeBytes);
    file.read(0, before);
    const base = mapped(guest, file);
    guest.memory.fill(base + DATA_AT, 0x77, 2 * PAGE);
    expect(guest.kernel32.FlushViewOfFile(base, 0)).toBe(1);
    expect(guest.kernel32.FlushViewOfFile(base + SHARED_AT, PAGE)).toBe(1);
    guest.process.exit();
    const after = new Uint8Array(file.sizeBytes);
    file.read(0, after);
    expect(after).toEqual(before);
  });

  test("nothing is left when views and handles are gone", async () => {
    const guest = await createGuest(place);
    const before = used(guest.machine);
    const file = programFile();
    for (let round = 0; round < 3; round++) {
      const section = create(guest, file);
      const base = mapped(guest, file);
      guest.memory.fill(base + DATA_AT, 1, 2 * PAGE);
      guest.memory.getUint8(base);
      expect(guest.kernel32.UnmapViewOfFile(base)).toBe(1);
      expect(guest.machine.counters.records).toBeGreaterThan(before.records);
      guest.kernel32.CloseHandle(section);
      expect(used(guest.machine)).toEqual(before);
    }
  });

  test("with little memory, pages come back as they were (17.14)", async () => {
    const { profile, space } = place;
    const pageStore = new MemoryPageStore();
    const machine = await createMachine({ profile, physicalPages: 8, pageStore });
    const guest = new Guest(machine, { space });
    const code = { contents: pattern(40 * PAGE, 7), characteristics: READ | EXECUTE };
    const common = { virtualBytes: 20 * PAGE, characteristics: READ | WRITE | SHARED };
    const data = { virtualBytes: 20 * PAGE, characteristics: READ | WRITE };
    const file = programFile({ sections: [code, common, data] });
    const base = mapped(guest, file);
    const [commonAt, dataAt] = [base + 41 * PAGE, base + 61 * PAGE];
    for (let round = 0; round < 3; round++) {
      for (let page = 0; page < 20; page++) {
        guest.memory.setUint32(commonAt + page * PAGE, page * 3 + round);
        guest.memory.setUint32(dataAt + page * PAGE, page * 5 + round);
      }
      guest.process.verifySpace();
      expectBytes(guest.memory.read(base + PAGE, 40 * PAGE), code.contents);
      for (let page = 0; page < 20; page++) {
        expect(guest.memory.getUint32(commonAt + page * PAGE)).toBe(page * 3 + round);
        expect(guest.memory.getUint32(dataAt + page * PAGE)).toBe(page * 5 + round);
      }
      expect(machine.counters.frames).toBeLessThanOrEqual(8);
      guest.process.verifySpace();
    }
  });
});

test("without a page store, SHARED pages that were written stay, others may leave", async () => {
  const guest = new Guest(await createMachine({ physicalPages: 8 }));
  const code = { contents: pattern(40 * PAGE, 7), characteristics: READ };
  const common = { virtualBytes: 8 * PAGE, characteristics: READ | WRITE | SHARED };
  const base = mapped(guest, programFile({ sections: [code, common] }));
  const commonAt = base + 41 * PAGE;
  for (let page = 0; page < 4; page++) guest.memory.setUint32(commonAt + page * PAGE, page + 1);
  expectBytes(guest.memory.read(base + PAGE, 40 * PAGE), code.contents);
  for (let page = 0; page < 4; page++) {
    expect(guest.memory.getUint32(commonAt + page * PAGE)).toBe(page + 1);
  }
  const fill = () => guest.memory.fill(commonAt, 1, 8 * PAGE);
  expect(fill()).toBe(undefined);
  expect(() => guest.memory.getUint8(base)).toThrow(
    expect.objectContaining({ code: 0xc0000006, status: 0xc0000017 }),
  );
  guest.process.verifySpace();
});

test("an image and the data of the same file are two memories", async () => {
  const guest = await createGuest();
  const file = programFile();
  const handle = guest.process.openFile(file);
  const { CreateFileMapping, MapViewOfFile } = guest.kernel32;
  const data = CreateFileMapping(handle, null, PAGE_READWRITE, 0, 0, null);
  const flat = MapViewOfFile(data, 2, 0, 0, 0);
  const base = mapped(guest, file);
  guest.memory.setUint8(flat + 0x400, 0xee);
  expect(guest.memory.getUint8(base + CODE_AT)).toBe(CODE.contents[0]);
  expect(guest.page(flat).protect).toBe(PAGE_READWRITE);
});

test("all image sections of a file show what its headers said at first", async () => {
  const guest = await createGuest();
  const file = programFile();
  const base = mapped(guest, file);
  file.write(0, new Uint8Array(0x400));
  const again = mapped(guest, file);
  expect(guest.page(again + CODE_AT).protect).toBe(PAGE_EXECUTE_READ);
  for (const view of [base, again]) expect(guest.kernel32.UnmapViewOfFile(view)).toBe(1);
  expect(create(guest, file)).toBe(0);
  expect(guest.kernel32.GetLastError()).toBe(193);
});

test("a file that was cut: zeros in its last page, IN_PAGE_ERROR behind it (17.12)", async () => {
  const guest = await createGuest();
  const file = programFile();
  const base = mapped(guest, file);
  file.resize(0x480);
  const code = guest.memory.read(base + CODE_AT, 0x300);
  expect(code).toEqual(Uint8Array.from(CODE.contents, (byte, at) => (at < 0x80 ? byte : 0)));
  const fault = faultOf(() => guest.memory.getUint8(base + DATA_AT));
  expect([fault.code, fault.status]).toEqual([0xc0000006, 0xc0000011]);
  guest.process.verifySpace();
});

test("a file that cannot be read is no image now, its pages are IN_PAGE_ERROR", async () => {
  const guest = await createGuest();
  const file = programFile();
  let fails = true;
  const failing: FileBacking = {
    get sizeBytes() {
      return file.sizeBytes;
    },
    read(position, target) {
      if (fails) throw new Error("broken");
      return file.read(position, target);
    },
    write() {},
    resize() {},
    flush() {},
  };
  const handle = guest.process.openFile(failing);
  const { NtCreateSection } = guest.ntdll;
  const section = { value: 0 };
  const make = () => {
    return NtCreateSection(section, 0xf001f, null, null, PAGE_READONLY, SEC_IMAGE, handle);
  };
  const before = used(guest.machine);
  expect(make()).toBe(STATUS_IO_DEVICE_ERROR);
  expect(used(guest.machine)).toEqual(before);
  fails = false;
  expect(make()).toBe(0);
  const base = guest.kernel32.MapViewOfFile(section.value, FILE_MAP_READ, 0, 0, 0);
  fails = true;
  const fault = faultOf(() => guest.memory.getUint8(base));
  expect([fault.code, fault.status]).toEqual([0xc0000006, STATUS_IO_DEVICE_ERROR]);
  fails = false;
  expect(guest.memory.getUint16(base)).toBe(0x5a4d);
});

test("the handle of the file and its rights are judged before the program (7.1#9)", async () => {
  const guest = await createGuest();
  const { NtCreateSection } = guest.ntdll;
  const section = { value: 0 };
  const make = (file: number, protect = PAGE_READONLY) => {
    return NtCreateSection(section, 0xf001f, null, null, protect, SEC_IMAGE, file);
  };
  const nothing = guest.process.openFile(new MemoryFile(), { access: GENERIC_READ });
  expect(make(0x44)).toBe(STATUS_INVALID_HANDLE);
  for (const protect of [PAGE_READWRITE, PAGE_EXECUTE_READ]) {
    expect(make(nothing, protect)).toBe(STATUS_ACCESS_DENIED);
    expect(guest.machine.decision).toBe("7.1#9");
  }
  const { NtCreateSection: create } = guest.ntdll;
  expect(create(0, 0xf001f, null, null, PAGE_READONLY, SEC_IMAGE, nothing)).toBe(
    STATUS_ACCESS_VIOLATION,
  );
});

test("a named image is opened again by its name", async () => {
  const guest = await createGuest();
  const handle = guest.process.openFile(programFile(), { access: GENERIC_READ });
  const named = (section: { value: number }) => {
    const { NtCreateSection } = guest.ntdll;
    const attributes = { name: "image" };
    return NtCreateSection(section, 0xf001f, attributes, null, 2, SEC_IMAGE, handle);
  };
  const [first, second] = [{ value: 0 }, { value: 0 }];
  expect([named(first), named(second)]).toEqual([0, STATUS_OBJECT_NAME_EXISTS]);
  expect(guest.ntdll.NtQuerySection(second.value, 1, {}, 64)).toBe(0);
});

test("class 3 of an image: its flag, its size and its private pages (17.9)", async () => {
  const guest = await createGuest();
  const base = mapped(guest, programFile());
  const region = { Flags: 0, RegionSize: 0, CommitSize: 0 };
  expect(guest.ntdll.NtQueryVirtualMemory(-1, base + PAGE, 3, region, 48)).toBe(0);
  expect(region).toMatchObject({ Flags: 4, RegionSize: 4 * PAGE, CommitSize: PAGE });
  guest.protect(base, PAGE_WRITECOPY);
  guest.ntdll.NtQueryVirtualMemory(-1, base, 3, region, 48);
  expect(region.CommitSize).toBe(2 * PAGE);
});

test("commit limit and quota hold for a view (13)", async () => {
  const machine = await createMachine({ commitLimit: 3 });
  const data = { virtualBytes: 4 * PAGE, characteristics: READ | WRITE };
  const guest = new Guest(machine);
  const section = create(guest, programFile({ sections: [data] }));
  const before = used(machine);
  expect(guest.kernel32.MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0)).toBe(0);
  expect(guest.kernel32.GetLastError()).toBe(1455);
  expect(used(machine)).toEqual(before);
});
