import { expect } from "vitest";
import {
  ERROR_ACCESS_DENIED,
  ERROR_DISK_FULL,
  ERROR_FILE_INVALID,
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
  ERROR_NOT_ENOUGH_MEMORY,
  EXCEPTION_IN_PAGE_ERROR,
  FILE_MAP_COPY,
  FILE_MAP_READ,
  FILE_MAP_WRITE,
  GENERIC_EXECUTE,
  GENERIC_READ,
  GENERIC_WRITE,
  MEM_COMMIT,
  MEM_RESERVE,
  MEM_RESET,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
  SEC_COMMIT,
  SEC_FILE,
  SEC_LARGE_PAGES,
  SEC_NOCACHE,
  SEC_RESERVE,
  SEC_WRITECOMBINE,
  SECTION_ALL_ACCESS,
  SECTION_MAP_READ,
  STATUS_ACCESS_DENIED,
  STATUS_ACCESS_VIOLATION,
  STATUS_END_OF_FILE,
  STATUS_INVALID_HANDLE,
  STATUS_OBJECT_TYPE_MISMATCH,
  STATUS_SECTION_NOT_EXTENDED,
} from "../../src/constants.ts";
import { MemoryFile, PageFault } from "../../src/index.ts";
import { expectError, expectStatus } from "./support/refusal.ts";
import { rule } from "./support/rule.ts";
import { expectUnchanged, PAGE, type Scene } from "./support/scene.ts";
import { section as anonymous, map, mapNative, view } from "./support/sections.ts";

const FILE_BYTES = 2 * PAGE + 0x800;

function fileOf(sizeBytes = FILE_BYTES): MemoryFile {
  const file = new MemoryFile();
  file.write(0, new Uint8Array(sizeBytes).fill(0x5a));
  return file;
}

function byteAt(file: MemoryFile, position: number): number {
  const byte = new Uint8Array(1);
  expect(file.read(position, byte)).toBe(1);
  return byte[0] as number;
}

/** CreateFileMapping: the handle, or 0. */
function create(
  scene: Scene,
  file: MemoryFile,
  protect: number,
  size = 0,
  access?: number,
): number {
  const handle = scene.process.openFile(file, { access });
  return scene.kernel32.CreateFileMapping(handle, null, protect >>> 0, 0, size, null);
}

function mapping(scene: Scene, file: MemoryFile, protect: number = PAGE_READWRITE, size = 0) {
  const handle = create(scene, file, protect, size);
  expect(handle, scene.machine.decision).not.toBe(0);
  return handle;
}

function createNative(scene: Scene, file: MemoryFile, access: number = SECTION_ALL_ACCESS): number {
  const out = { value: 0 };
  const handle = scene.process.openFile(file);
  const { NtCreateSection } = scene.ntdll;
  expect(NtCreateSection(out, access, null, null, PAGE_READWRITE, SEC_COMMIT, handle)).toBe(0);
  return out.value;
}

function information(scene: Scene, handle: number) {
  const info = { Attributes: 0, Size: 0 };
  expect(scene.ntdll.NtQuerySection(handle, 0, info, scene.wide ? 24 : 16)).toBe(0);
  return info;
}

rule("7.1#9", "rights of the file against the protection", (scene) => {
  const needs: readonly [protect: number, access: number][] = [
    [0x02, GENERIC_READ],
    [0x08, GENERIC_READ],
    [0x04, GENERIC_READ + GENERIC_WRITE],
    [0x20, GENERIC_READ + GENERIC_EXECUTE],
    [0x80, GENERIC_READ + GENERIC_EXECUTE],
    [0x40, GENERIC_READ + GENERIC_WRITE + GENERIC_EXECUTE],
  ];
  const rights = [GENERIC_READ, GENERIC_WRITE, GENERIC_EXECUTE];
  for (const [protect, needed] of needs) {
    expect(create(scene, fileOf(), protect, 0, needed)).not.toBe(0);
    for (const right of rights.filter((one) => (needed & one) !== 0)) {
      expectError(scene, { decision: "7.1#9", error: ERROR_ACCESS_DENIED }, () =>
        create(scene, fileOf(), protect, 0, needed - right),
      );
    }
  }
});

rule("7.1#10", "an empty file", (scene) => {
  expectError(scene, { decision: "7.1#10", error: ERROR_FILE_INVALID }, () =>
    create(scene, new MemoryFile(), PAGE_READWRITE),
  );
  expect(create(scene, new MemoryFile(), PAGE_READWRITE, PAGE)).not.toBe(0);
});

rule("7.1#11", "longer than a file that is not written", (scene) => {
  for (const protect of [PAGE_READONLY, PAGE_WRITECOPY]) {
    const file = fileOf();
    expectError(scene, { decision: "7.1#11", error: ERROR_NOT_ENOUGH_MEMORY }, () =>
      create(scene, file, protect, FILE_BYTES + 1),
    );
    expect(file.sizeBytes).toBe(FILE_BYTES);
    expect(create(scene, file, protect, FILE_BYTES)).not.toBe(0);
  }
});

rule("7.1#12", "the file grows, or there is no room", (scene) => {
  const file = fileOf();
  const base = view(scene, mapping(scene, file, PAGE_READWRITE, 5 * PAGE + 1));
  expect(file.sizeBytes).toBe(5 * PAGE + 1);
  expect(scene.run(base).size).toBe(6 * PAGE);
  expect(scene.memory.getUint8(base + FILE_BYTES - 1)).toBe(0x5a);
  expect(scene.memory.getUint8(base + FILE_BYTES)).toBe(0);
  const full = new MemoryFile({ capacityBytes: PAGE });
  expectError(scene, { decision: "7.1#12", error: ERROR_DISK_FULL }, () =>
    create(scene, full, PAGE_READWRITE, 2 * PAGE),
  );
  expect(full.sizeBytes).toBe(0);
});

rule("7.1#25", "attributes of a data file", (scene) => {
  const allowed = [0, SEC_COMMIT, SEC_COMMIT + SEC_NOCACHE, SEC_COMMIT + SEC_WRITECOMBINE];
  for (const attributes of [...allowed, SEC_RESERVE, SEC_RESERVE + SEC_NOCACHE]) {
    expect(create(scene, fileOf(), PAGE_READWRITE + attributes)).not.toBe(0);
  }
  const refused = [SEC_RESERVE + SEC_COMMIT, SEC_RESERVE + SEC_LARGE_PAGES];
  const alone = [SEC_NOCACHE, SEC_WRITECOMBINE, SEC_LARGE_PAGES, SEC_FILE, SEC_FILE + SEC_COMMIT];
  for (const attributes of [...refused, SEC_COMMIT + SEC_LARGE_PAGES, ...alone]) {
    expectError(scene, { decision: "7.1#4", error: ERROR_INVALID_PARAMETER }, () =>
      create(scene, fileOf(), PAGE_READWRITE + attributes),
    );
  }
});

rule("7.1#26", "size in bytes, and reported attributes", (scene) => {
  const plain = information(scene, mapping(scene, fileOf()));
  expect(plain).toMatchObject({ Attributes: SEC_FILE, Size: FILE_BYTES });
  const reserved = mapping(scene, fileOf(), PAGE_READWRITE + SEC_RESERVE + SEC_NOCACHE, PAGE + 5);
  expect(information(scene, reserved)).toMatchObject({
    Attributes: SEC_FILE + SEC_NOCACHE,
    Size: PAGE + 5,
  });
});

rule("7.2#17", "the rest of the last page", (scene) => {
  const file = fileOf();
  const base = view(scene, mapping(scene, file));
  expect(scene.memory.getUint8(base + FILE_BYTES)).toBe(0);
  scene.memory.setUint8(base + FILE_BYTES, 9);
  scene.memory.setUint8(base + FILE_BYTES - 1, 8);
  expect(scene.kernel32.FlushViewOfFile(base, 0)).toBe(1);
  expect(scene.memory.getUint8(base + FILE_BYTES)).toBe(9);
  expect([file.sizeBytes, byteAt(file, FILE_BYTES - 1)]).toEqual([FILE_BYTES, 8]);
});

rule("7.4#4", "state of a view of a data file", (scene) => {
  for (const attributes of [SEC_COMMIT, SEC_RESERVE]) {
    const handle = mapping(scene, fileOf(), PAGE_READWRITE + attributes);
    const base = view(scene, handle, FILE_MAP_READ);
    expect(scene.run(base)).toMatchObject({
      size: 3 * PAGE,
      state: MEM_COMMIT,
      protect: PAGE_READONLY,
      allocationProtect: PAGE_READONLY,
    });
  }
});

rule("7.7#9", "private copies and the file", (scene) => {
  const file = fileOf();
  const handle = mapping(scene, file);
  const shared = view(scene, handle);
  const base = view(scene, handle, FILE_MAP_COPY);
  scene.memory.setUint8(base, 1);
  scene.memory.setUint8(shared + PAGE, 2);
  expect(scene.kernel32.FlushViewOfFile(base, 0)).toBe(1);
  expect([byteAt(file, 0), byteAt(file, PAGE)]).toEqual([0x5a, 2]);
  expect(scene.memory.getUint8(shared)).toBe(0x5a);
  expect(scene.memory.getUint8(base + PAGE)).toBe(2);
});

rule("7.8#11", "COMMIT in a view of a data file", (scene) => {
  const base = view(scene, mapping(scene, fileOf()));
  expectUnchanged(scene, () => {
    const { VirtualAlloc, GetLastError } = scene.kernel32;
    expect(VirtualAlloc(base, PAGE, MEM_COMMIT, PAGE_READWRITE)).toBe(0);
    expect(GetLastError()).toBe(ERROR_ACCESS_DENIED);
  });
});

rule("7.8#12", "RESET in a view of a data file", (scene) => {
  const base = view(scene, mapping(scene, fileOf()));
  expectUnchanged(scene, () => {
    const { VirtualAlloc, GetLastError } = scene.kernel32;
    expect(VirtualAlloc(base, PAGE, MEM_RESET, PAGE_READWRITE)).toBe(0);
    expect(GetLastError()).toBe(ERROR_INVALID_ADDRESS);
  });
});

rule("7.11#1", "dirty pages of the range", (scene) => {
  const file = fileOf();
  const base = view(scene, mapping(scene, file));
  for (const page of [0, 1, 2]) scene.memory.setUint8(base + page * PAGE, page);
  expect(scene.kernel32.FlushViewOfFile(base + PAGE, 1)).toBe(1);
  expect([0, 1, 2].map((page) => byteAt(file, page * PAGE))).toEqual([0x5a, 1, 0x5a]);
  expect(scene.kernel32.FlushViewOfFile(base + PAGE, 0)).toBe(1);
  expect([0, 1, 2].map((page) => byteAt(file, page * PAGE))).toEqual([0x5a, 1, 2]);
});

rule("17.12#9", "a view that is longer than its file", (scene) => {
  const section = createNative(scene, fileOf());
  const longer = mapNative(scene, { section, size: 8 * PAGE, type: MEM_RESERVE });
  expect([longer.status, longer.size]).toEqual([0, 8 * PAGE]);
  expect(scene.run(longer.base)).toMatchObject({ size: 3 * PAGE, state: MEM_COMMIT });
  expect(scene.run(longer.base + 3 * PAGE)).toMatchObject({ size: 5 * PAGE, state: MEM_RESERVE });
  const readOnly = mapping(scene, fileOf(), PAGE_READONLY);
  const call = { section: readOnly, size: 8 * PAGE, type: MEM_RESERVE, protect: PAGE_READONLY };
  expect(mapNative(scene, call).status).not.toBe(0);
  expect(scene.machine.decision).toBe("7.2#3");
});

rule("17.12#10", "NtExtendSection in its order", (scene) => {
  const file = fileOf();
  const handle = createNative(scene, file);
  const growing = mapNative(scene, { section: handle, size: 8 * PAGE, type: MEM_RESERVE }).base;
  const fixed = mapNative(scene, { section: handle }).base;
  const { NtExtendSection } = scene.ntdll;
  const size = { value: 6 * PAGE };
  const fails = (status: number, call: () => number) => {
    expectStatus(scene, { decision: "17.12", status }, call);
    expect(size.value).toBe(6 * PAGE);
  };
  fails(STATUS_ACCESS_VIOLATION, () => NtExtendSection(0x7770, null));
  fails(STATUS_INVALID_HANDLE, () => NtExtendSection(0x7770, size));
  fails(STATUS_OBJECT_TYPE_MISMATCH, () => NtExtendSection(-1, size));
  const weak = createNative(scene, fileOf(), SECTION_MAP_READ);
  fails(STATUS_ACCESS_DENIED, () => NtExtendSection(weak, size));
  const paged = anonymous(scene, 1);
  fails(STATUS_SECTION_NOT_EXTENDED, () => NtExtendSection(paged, size));
  const smaller = { value: PAGE };
  expect(NtExtendSection(handle, smaller)).toBe(0);
  expect([smaller.value, file.sizeBytes]).toEqual([FILE_BYTES, FILE_BYTES]);
  expect(NtExtendSection(handle, size)).toBe(0);
  expect([size.value, file.sizeBytes]).toEqual([6 * PAGE, 6 * PAGE]);
  expect(scene.run(growing)).toMatchObject({ size: 6 * PAGE, protect: PAGE_READWRITE });
  expect(scene.stateAt(growing + 6 * PAGE)).toBe(MEM_RESERVE);
  expect(scene.run(fixed).size).toBe(3 * PAGE);
  expect(scene.memory.getUint32(growing + 5 * PAGE)).toBe(0);
});

rule("17.12#15", "a file that was cut", (scene) => {
  const file = fileOf();
  const base = view(scene, mapping(scene, file));
  file.resize(PAGE);
  expect(scene.memory.getUint8(base)).toBe(0x5a);
  try {
    scene.memory.getUint8(base + PAGE + 3);
    expect.unreachable();
  } catch (error) {
    if (!(error instanceof PageFault)) throw error;
    expect(error.code).toBe(EXCEPTION_IN_PAGE_ERROR);
    expect(error.record.ExceptionInformation).toEqual([0, base + PAGE + 3, STATUS_END_OF_FILE]);
  }
});

rule("17.12#16", "two sections over one file", (scene) => {
  const file = fileOf();
  const other = scene.another();
  const first = view(scene, mapping(scene, file), FILE_MAP_WRITE);
  const second = view(scene, mapping(scene, file, PAGE_READONLY), FILE_MAP_READ);
  const third = view(other, mapping(other, file), FILE_MAP_WRITE);
  scene.memory.setUint8(first + PAGE, 1);
  expect([scene.memory.getUint8(second + PAGE), other.memory.getUint8(third + PAGE)]).toEqual([
    1, 1,
  ]);
  other.memory.setUint8(third, 2);
  expect([scene.memory.getUint8(first), scene.memory.getUint8(second)]).toEqual([2, 2]);
  expect(map(scene, mapping(scene, file, PAGE_READONLY), FILE_MAP_WRITE)).toBe(0);
});

rule("17.12#11", "the handle of CreateFileMapping", (scene) => {
  const handle = mapping(scene, fileOf());
  const size = { value: 6 * PAGE };
  expectStatus(scene, { decision: "17.12", status: STATUS_ACCESS_DENIED }, () =>
    scene.ntdll.NtExtendSection(handle, size),
  );
});
