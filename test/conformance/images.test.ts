import { expect } from "vitest";
import {
  ERROR_BAD_EXE_FORMAT,
  FILE_MAP_READ,
  MEM_IMAGE,
  PAGE_EXECUTE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
  SEC_COMMIT,
  SEC_FILE,
  SEC_IMAGE,
  SEC_IMAGE_NO_EXECUTE,
  SEC_LARGE_PAGES,
  SEC_NOCACHE,
  SEC_RESERVE,
  SEC_WRITECOMBINE,
  STATUS_ACCESS_DENIED,
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_IMAGE_NOT_AT_BASE,
  STATUS_INVALID_FILE_FOR_SECTION,
  STATUS_INVALID_IMAGE_FORMAT,
  STATUS_INVALID_IMAGE_NOT_MZ,
  STATUS_INVALID_VIEW_SIZE,
  STATUS_SECTION_TOO_BIG,
} from "../../src/constants.ts";
import {
  EXECUTE,
  FIELDS,
  type ProgramSection,
  pattern,
  program,
  READ,
  SHARED,
  WRITE,
} from "../setup/portable-executable.ts";
import {
  createImage,
  IMAGE_BASE,
  imageSection,
  imageView,
  openBytes,
  openProgram,
  shape,
} from "./support/images.ts";
import { expectError, expectStatus } from "./support/refusal.ts";
import { rule } from "./support/rule.ts";
import { BASE, PAGE, type Scene } from "./support/scene.ts";
import { mapNative } from "./support/sections.ts";

const CODE: ProgramSection = { contents: pattern(0x300, 1), characteristics: READ | EXECUTE };
const DATA: ProgramSection = { contents: pattern(0x200, 2), characteristics: READ | WRITE };
const CONSTANTS: ProgramSection = { contents: pattern(0x100, 3), characteristics: READ };
const COMMON: ProgramSection = {
  contents: pattern(0x200, 4),
  characteristics: READ | WRITE | SHARED,
};
const SECTIONS = [CODE, DATA, CONSTANTS, COMMON];

function refusedImage(scene: Scene, contents: Uint8Array, status: number) {
  const decision = "7.1#13";
  const file = openBytes(scene, contents);
  const error = ERROR_BAD_EXE_FORMAT;
  expectError(scene, { decision, error }, () => createImage(scene, file));
  const out = { value: 0 };
  expectStatus(scene, { decision, status }, () => {
    return scene.ntdll.NtCreateSection(out, 0xf001f, null, null, PAGE_READONLY, SEC_IMAGE, file);
  });
}

rule("7.1#13", "an empty file", (scene) => {
  refusedImage(scene, new Uint8Array(0), STATUS_INVALID_FILE_FOR_SECTION);
});

rule("7.1#13", "no MZ", (scene) => {
  refusedImage(scene, new Uint8Array([1]), STATUS_INVALID_IMAGE_NOT_MZ);
  refusedImage(scene, pattern(0x2000, 5), STATUS_INVALID_IMAGE_NOT_MZ);
});

rule("7.1#13", "MZ, and nothing of a program behind it", (scene) => {
  const bytes = program({ sections: SECTIONS });
  refusedImage(scene, bytes.subarray(0, 0x80), STATUS_INVALID_IMAGE_FORMAT);
  for (const at of [0x80, 0x80 + 24, 0x80 + 24 + 56]) {
    refusedImage(scene, bytes.slice().fill(0, at, at + 4), STATUS_INVALID_IMAGE_FORMAT);
  }
});

rule("7.1#13", "a size beyond the image", (scene) => {
  const file = openProgram(scene, { sections: SECTIONS });
  const [out, size] = [{ value: 0 }, { value: 5 * PAGE + 1 }];
  const refusal = { decision: "7.1#11", status: STATUS_SECTION_TOO_BIG };
  const { NtCreateSection } = scene.ntdll;
  const create = () => NtCreateSection(out, 0xf001f, null, size, PAGE_READONLY, SEC_IMAGE, file);
  expectStatus(scene, refusal, create);
  size.value = PAGE;
  expect(create()).toBe(0);
});

const ATTRIBUTES: readonly [attributes: number, error: number][] = [
  [0, 0],
  [SEC_COMMIT | SEC_NOCACHE, 0],
  [SEC_COMMIT | SEC_WRITECOMBINE, 0],
  [SEC_RESERVE, 0],
  [SEC_RESERVE | SEC_COMMIT, 87],
  [SEC_RESERVE | SEC_LARGE_PAGES, 87],
  [SEC_COMMIT | SEC_LARGE_PAGES, 87],
  [SEC_NOCACHE, 87],
  [SEC_WRITECOMBINE, 87],
  [SEC_LARGE_PAGES, 87],
  [SEC_FILE, 87],
  [SEC_FILE | SEC_IMAGE, 87],
  [SEC_IMAGE, 0],
  [SEC_IMAGE_NO_EXECUTE, 0],
  [SEC_IMAGE | SEC_COMMIT, 87],
  [SEC_IMAGE | SEC_RESERVE, 87],
  [SEC_IMAGE | SEC_WRITECOMBINE, 87],
  [SEC_IMAGE | SEC_LARGE_PAGES, 87],
];

for (const [attributes, error] of ATTRIBUTES) {
  rule("7.1#26", `attributes ${(attributes >>> 0).toString(16)}`, (scene) => {
    const file = openProgram(scene, { sections: SECTIONS });
    const create = () => createImage(scene, file, PAGE_READONLY | attributes);
    if (error !== 0) expectError(scene, { decision: "7.1#4", error }, create);
    else expect(create(), scene.machine.decision).not.toBe(0);
  });
}

rule("7.1#27", "with and without execution", (scene) => {
  const file = openProgram(scene, { sections: SECTIONS });
  for (const attributes of [SEC_IMAGE, SEC_IMAGE_NO_EXECUTE]) {
    const handle = createImage(scene, file, PAGE_READONLY | attributes);
    const information = { Attributes: 0, Size: 0 };
    expect(scene.ntdll.NtQuerySection(handle, 0, information, 24)).toBe(0);
    expect(information).toMatchObject({ Attributes: SEC_IMAGE | SEC_FILE, Size: 5 * PAGE });
  }
});

rule("7.3#4", "whatever protection is asked", (scene) => {
  const section = imageSection(scene, openProgram(scene, { sections: SECTIONS }));
  for (const protect of [1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80]) {
    const { status, base } = mapNative(scene, { section, protect });
    expect(status, scene.machine.decision).toBe(0);
    expect(scene.run(base).allocationProtect).toBe(PAGE_EXECUTE_WRITECOPY);
    expect(shape(scene, base).map(([, shown]) => shown)).toEqual([2, 0x20, 8, 2, 4]);
    expect(scene.ntdll.NtUnmapViewOfSection(-1, base)).toBe(0);
  }
});

rule("7.3#4", "a handle without the right", (scene) => {
  const section = createImage(scene, openProgram(scene, { sections: SECTIONS }));
  const refusal = { decision: "7.2#7", status: STATUS_ACCESS_DENIED };
  for (const protect of [PAGE_READWRITE, PAGE_EXECUTE_READ]) {
    expectStatus(scene, refusal, () => mapNative(scene, { section, protect }).status);
  }
});

rule("7.4#5", "every run", (scene) => {
  const base = imageView(scene, { sections: SECTIONS });
  expect(base).toBe(IMAGE_BASE);
  expect(shape(scene, base)).toEqual([
    [1, PAGE_READONLY],
    [1, PAGE_EXECUTE_READ],
    [1, PAGE_WRITECOPY],
    [1, PAGE_READONLY],
    [1, PAGE_READWRITE],
  ]);
  for (let page = 0; page < 5; page++) {
    expect(scene.run(base + page * PAGE)).toMatchObject({
      allocationBase: base,
      allocationProtect: PAGE_EXECUTE_WRITECOPY,
      state: 0x1000,
      type: MEM_IMAGE,
    });
  }
});

rule("7.4#5", "pages between sections are reserved", (scene) => {
  const sections = [CODE, DATA];
  const base = imageView(scene, { sections, sectionAlignment: 0x4000, imageBytes: 0xb000 });
  expect(shape(scene, base)).toEqual([
    [1, PAGE_READONLY],
    [3, 0],
    [1, PAGE_EXECUTE_READ],
    [3, 0],
    [1, PAGE_WRITECOPY],
    [2, 0],
  ]);
});

/** A section of one page for each set of rights, in the order of their bits. */
const EVERY_SECTION = Array.from({ length: 16 }, (_, bits): ProgramSection => {
  return { virtualBytes: PAGE, characteristics: (bits << 28) >>> 0 };
});
const IMAGE = [1, 1, 0x10, 0x10, 2, 2, 0x20, 0x20, 8, 4, 0x80, 0x40, 8, 4, 0x80, 0x40];

rule("7.4#6", "every set of rights", (scene) => {
  const file = openProgram(scene, { sections: EVERY_SECTION });
  const section = imageSection(scene, file, { attributes: SEC_IMAGE_NO_EXECUTE });
  const { status, base } = mapNative(scene, { section, protect: PAGE_READONLY });
  expect([status, base]).toEqual([0, IMAGE_BASE]);
  for (const [index, protect] of IMAGE.entries()) {
    const run = scene.run(base + (index + 1) * PAGE);
    const isWritten = (protect & 0xcc) !== 0;
    const shown = isWritten ? PAGE_WRITECOPY : PAGE_READONLY;
    expect(run.protect).toBe(protect === PAGE_NOACCESS ? PAGE_NOACCESS : shown);
    expect([run.allocationProtect, run.type]).toEqual([PAGE_WRITECOPY, MEM_IMAGE]);
  }
  scene.protect(base, PAGE, PAGE_READWRITE);
  expect(scene.protectionAt(base)).toBe(PAGE_WRITECOPY);
  const { VirtualProtect } = scene.kernel32;
  for (const protect of [PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE]) {
    const refusal = { decision: "3.3#12", error: 87 };
    expectError(scene, refusal, () => VirtualProtect(base, PAGE, protect, { value: 0 }));
  }
});

rule("7.5#4", "from any address", (scene) => {
  const base = imageView(scene, { sections: SECTIONS });
  scene.memory.setUint8(base + 2 * PAGE, 1);
  expect(scene.kernel32.UnmapViewOfFile(base + 3 * PAGE + 1)).toBe(1);
  expect(scene.stateAt(base)).toBe(0x10000);
});

rule("7.6", "an image", (scene) => {
  const base = imageView(scene, { sections: SECTIONS });
  const shown = [1, 2, 8, 8, 0x10, 0x20, 0x80, 0x80];
  for (const at of [base, base + PAGE, base + 2 * PAGE, base + 4 * PAGE]) {
    for (const [index, protect] of [1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80].entries()) {
      scene.protect(at, PAGE, protect);
      expect(scene.protectionAt(at)).toBe(shown[index]);
    }
  }
});

rule("7.7#1", "a page of an image", (scene) => {
  const base = imageView(scene, { sections: SECTIONS }) + 2 * PAGE;
  scene.memory.setUint8(base, 0xee);
  expect(scene.run(base)).toMatchObject({
    size: PAGE,
    protect: PAGE_READWRITE,
    allocationProtect: PAGE_EXECUTE_WRITECOPY,
    type: MEM_IMAGE,
  });
  expect(scene.memory.getUint8(base + 1)).toBe(pattern(2, 2)[1]);
  expect(scene.protect(base, PAGE, PAGE_WRITECOPY)).toBe(PAGE_READWRITE);
  expect(scene.protectionAt(base)).toBe(PAGE_READWRITE);
});

rule("7.8#12", "COMMIT", (scene) => {
  const base = imageView(scene, { sections: SECTIONS });
  const { VirtualAlloc, VirtualFree } = scene.kernel32;
  const commit = (protect: number, pages = 1) => VirtualAlloc(base, pages * PAGE, 0x1000, protect);
  for (const protect of [PAGE_READONLY, PAGE_READWRITE]) {
    expectError(scene, { decision: "2.3#C5", error: 5 }, () => commit(protect));
  }
  expectError(scene, { decision: "2.3#C3", error: 487 }, () => commit(PAGE_READONLY, 6));
  expectError(scene, { decision: "2.6#5", error: 487 }, () => VirtualAlloc(base, PAGE, 0x80000, 4));
  for (const type of [0x4000, 0x8000]) expect(VirtualFree(base, 0, type)).toBe(0);
  expect(scene.kernel32.GetLastError()).toBe(87);
});

const TABLE: readonly [id: string, rights: number, protect: number][] = EVERY_SECTION.map(
  ({ characteristics }, index) => {
    const protect = IMAGE[index] as number;
    const ids = { 1: 7, 2: 2, 4: 4, 8: 3, 16: 5, 32: 5, 64: 6, 128: 6 } as const;
    return [`7.9#${ids[protect as keyof typeof ids]}`, characteristics, protect];
  },
);

function everySet(id: string, scene: Scene) {
  const base = imageView(scene, { sections: EVERY_SECTION });
  const rows = TABLE.filter((row) => row[0] === id);
  expect(rows.length).toBeGreaterThan(0);
  for (const [, rights, protect] of rows) {
    const at = base + ((rights >>> 28) + 1) * PAGE;
    expect(scene.protectionAt(at), rights.toString(16)).toBe(protect);
  }
}

rule("7.9#1", "one page, several pages", (scene) => {
  const base = imageView(scene, { sections: SECTIONS });
  expect(scene.protectionAt(base)).toBe(PAGE_READONLY);
  expect(scene.memory.getUint16(base)).toBe(0x5a4d);
  expect(scene.memory.getUint32(base + 0x80)).toBe(0x4550);
  const more = imageView(scene, { sections: SECTIONS, headerBytes: 0x1200, base: 0x60000000n });
  expect(shape(scene, more)[0]).toEqual([2, PAGE_READONLY]);
});

rule("7.9#2", "as the headers say", (scene) => everySet("7.9#2", scene));
rule("7.9#3", "as the headers say", (scene) => everySet("7.9#3", scene));
rule("7.9#4", "as the headers say", (scene) => everySet("7.9#4", scene));
rule("7.9#5", "as the headers say", (scene) => everySet("7.9#5", scene));
rule("7.9#6", "as the headers say", (scene) => everySet("7.9#6", scene));
rule("7.9#7", "as the headers say", (scene) => everySet("7.9#7", scene));

rule("7.9#8", "the whole, and parts", (scene) => {
  const sections = [CODE, { ...DATA, virtualBytes: 0x20000 }];
  const section = imageSection(scene, openProgram(scene, { sections }));
  const whole = mapNative(scene, { section });
  expect(whole).toEqual({ status: 0, base: IMAGE_BASE, size: 0x22000 });
  const part = mapNative(scene, { section, offset: 0x10000, size: 0x1001 });
  expect(part).toMatchObject({ size: 0x2000, status: STATUS_IMAGE_NOT_AT_BASE });
  expect(shape(scene, part.base)).toEqual([[2, PAGE_WRITECOPY]]);
  const refusal = { decision: "7.2#11", status: STATUS_INVALID_VIEW_SIZE };
  expectStatus(scene, refusal, () => mapNative(scene, { section, size: 0x22001 }).status);
});

rule("7.9#9", "by choice, and because something is there", (scene) => {
  const section = imageSection(scene, openProgram(scene, { sections: SECTIONS }));
  expect(mapNative(scene, { section })).toMatchObject({ status: 0, base: IMAGE_BASE });
  const second = mapNative(scene, { section });
  expect(second.status).toBe(STATUS_IMAGE_NOT_AT_BASE);
  expect(scene.machine.decision).toBe("7.9#9");
  const chosen = mapNative(scene, { section, base: BASE });
  expect([chosen.status, chosen.base]).toEqual([STATUS_IMAGE_NOT_AT_BASE, BASE]);
  const refusal = { decision: "7.2#12", status: STATUS_CONFLICTING_ADDRESSES };
  expectStatus(scene, refusal, () => mapNative(scene, { section, base: BASE }).status);
  for (const base of [IMAGE_BASE, second.base, BASE]) {
    expect(scene.memory.read(base + PAGE, 0x300)).toEqual(CODE.contents);
  }
});

rule("7.9#9", "an address that the image cannot have", (scene) => {
  for (const base of [0n, 0xffff0000n]) {
    const section = imageSection(scene, openProgram(scene, { sections: SECTIONS, base }));
    const wide = scene.wide && base !== 0n;
    expect(mapNative(scene, { section }).status).toBe(wide ? 0 : STATUS_IMAGE_NOT_AT_BASE);
  }
  const section = imageSection(scene, openProgram(scene, { sections: SECTIONS }));
  const limited = mapNative(scene, { section, zeroBits: 2 });
  expect(limited.status).toBe(STATUS_IMAGE_NOT_AT_BASE);
  expect(limited.base).toBeLessThan(IMAGE_BASE);
});

rule("7.9#9", "MapViewOfFile succeeds", (scene) => {
  const handle = createImage(scene, openProgram(scene, { sections: SECTIONS }));
  const { MapViewOfFile } = scene.kernel32;
  const first = MapViewOfFile(handle, FILE_MAP_READ, 0, 0, 0);
  const second = MapViewOfFile(handle, FILE_MAP_READ, 0, 0, 0);
  expect(first).toBe(IMAGE_BASE);
  expect([0, first]).not.toContain(second);
});

rule("7.9#10", "less, as much and more than there is", (scene) => {
  const contents = pattern(0x1234, 9);
  const sections = [
    { contents, virtualBytes: 0x3000, characteristics: READ },
    { contents, virtualBytes: 0x10, characteristics: READ },
    { contents, virtualBytes: 0, characteristics: READ },
    { virtualBytes: 0x10, characteristics: READ },
  ];
  const base = imageView(scene, { sections, headerBytes: 0x3f1, fileAlignment: 1 });
  const expected = new Uint8Array(0x8000);
  expected.set(contents, 0x1000);
  expected.set(contents.subarray(0, 0x10), 0x4000);
  expected.set(contents, 0x5000);
  const actual = scene.memory.read(base, 0x8000);
  expect(actual.subarray(0x1000)).toEqual(expected.subarray(0x1000));
  expect(actual.subarray(0x3f1, 0x1000).every((byte) => byte === 0)).toBe(true);
});

rule("7.9#11", "and the other pages stay", (scene) => {
  const base = imageView(scene, { sections: SECTIONS });
  expect(scene.protect(base, PAGE, PAGE_READWRITE)).toBe(PAGE_READONLY);
  expect(scene.protectionAt(base)).toBe(PAGE_WRITECOPY);
  scene.memory.setUint8(base, 0);
  expect(shape(scene, base).slice(0, 2)).toEqual([
    [1, PAGE_READWRITE],
    [1, PAGE_EXECUTE_READ],
  ]);
});

rule("13#10", "mapped, unmapped, made writable", (scene) => {
  const before = scene.machine.counters.commitCharge;
  const base = imageView(scene, { sections: EVERY_SECTION });
  const copies = IMAGE.filter((protect) => (protect & 0x88) !== 0).length;
  expect(scene.machine.counters.commitCharge - before).toBe(copies);
  scene.protect(base, PAGE, PAGE_READWRITE);
  expect(scene.machine.counters.commitCharge - before).toBe(copies + 1);
  scene.memory.setUint8(base, 1);
  expect(scene.machine.counters.commitCharge - before).toBe(copies + 1);
  expect(scene.kernel32.UnmapViewOfFile(base)).toBe(1);
  expect(scene.machine.counters.commitCharge).toBe(before);
});

rule("17.12#3", "of either width", (scene) => {
  for (const wide of [false, true]) {
    const base = wide ? 0x7_4000_0000n : 0x4000_0000n;
    const bytes = program({ wide, base, entry: 0x1010, sections: SECTIONS });
    const handle = createImage(scene, openBytes(scene, bytes));
    const information = {};
    const size = scene.wide ? 64 : 48;
    const length = { value: 0 };
    expect(scene.ntdll.NtQuerySection(handle, 1, information, size, length)).toBe(0);
    expect(length.value).toBe(size);
    expect(information).toEqual({
      TransferAddress: Number(base) + 0x1010,
      ZeroBits: 0,
      MaximumStackSize: FIELDS.stackReserve,
      CommittedStackSize: FIELDS.stackCommit,
      SubSystemType: FIELDS.subsystem,
      SubSystemMinorVersion: FIELDS.subsystemMinor,
      SubSystemMajorVersion: FIELDS.subsystemMajor,
      MajorOperatingSystemVersion: FIELDS.osMajor,
      MinorOperatingSystemVersion: FIELDS.osMinor,
      ImageCharacteristics: FIELDS.characteristics,
      DllCharacteristics: FIELDS.dllCharacteristics,
      Machine: wide ? 0x8664 : 0x14c,
      ImageContainsCode: 1,
      ImageFlags: 0,
      LoaderFlags: FIELDS.loaderFlags,
      ImageFileSize: bytes.length,
      CheckSum: FIELDS.checksum,
    });
    scene.kernel32.CloseHandle(handle);
  }
});

rule("17.12#3", "in the memory of the guest", (scene) => {
  const handle = createImage(scene, openProgram(scene, { sections: SECTIONS }));
  scene.take(BASE, PAGE);
  const size = scene.wide ? 64 : 48;
  expect(scene.ntdll.NtQuerySection(handle, 1, BASE, size)).toBe(0);
  const [stackAt, subsystemAt, machineAt] = scene.wide ? [16, 32, 48] : [8, 16, 32];
  expect(scene.memory.getUint32(BASE)).toBe(IMAGE_BASE + 0x1000);
  expect(scene.memory.getUint32(BASE + stackAt)).toBe(FIELDS.stackReserve);
  expect(scene.memory.getUint32(BASE + subsystemAt)).toBe(FIELDS.subsystem);
  expect(scene.memory.getUint16(BASE + machineAt)).toBe(scene.wide ? 0x8664 : 0x14c);
  expect(scene.memory.getUint16(BASE + machineAt + 2)).toBe(1);
  expect(scene.memory.getUint32(BASE + size - 4)).toBe(FIELDS.checksum);
});

rule("16.3#21", "as written", (scene) => {
  const { CreateFileMapping, GetLastError, MapViewOfFile, VirtualAlloc } = scene.kernel32;
  const data = openBytes(scene, new Uint8Array(PAGE));
  const views = [
    CreateFileMapping(-1, null, PAGE_READWRITE, 0, PAGE, null),
    CreateFileMapping(data, null, PAGE_READWRITE, 0, 0, null),
    createImage(scene, openProgram(scene, { sections: SECTIONS })),
  ].map((handle) => MapViewOfFile(handle, FILE_MAP_READ, 0, 0, 0));
  const answers = views.map((view) => {
    scene.kernel32.SetLastError(0);
    return [VirtualAlloc(view, PAGE, 0x1000, PAGE_READONLY), GetLastError()];
  });
  expect(answers).toEqual([
    [views[0], 0],
    [0, 5],
    [0, 5],
  ]);
});

// Which pages of EVERY_SECTION a program may execute is what 4.1 says of their protections.
rule("7.9#5", "execution of every set of rights", (scene) => {
  const base = imageView(scene, { sections: EVERY_SECTION });
  const executable = [PAGE_EXECUTE, PAGE_EXECUTE_READ, 0x40, PAGE_EXECUTE_WRITECOPY];
  for (const [index, protect] of IMAGE.entries()) {
    const fetch = () => scene.memory.fetch(base + (index + 1) * PAGE, 1);
    if (executable.includes(protect)) expect(fetch()).toEqual(new Uint8Array(1));
    else expect(fetch).toThrow(expect.objectContaining({ access: 8 }));
  }
});
