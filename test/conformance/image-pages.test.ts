import { expect } from "vitest";
import {
  FILE_MAP_READ,
  PAGE_EXECUTE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_IMAGE_NOT_AT_BASE,
  STATUS_INVALID_VIEW_SIZE,
} from "../../src/constants.ts";
import { FIELDS, pattern, program, READ } from "../setup/portable-executable.ts";
import {
  CODE,
  createImage,
  DATA,
  EVERY_PROTECTION,
  EVERY_SECTION,
  IMAGE_BASE,
  imageSection,
  imageView,
  openBytes,
  openProgram,
  SECTIONS,
  shape,
} from "./support/images.ts";
import { expectStatus } from "./support/refusal.ts";
import { rule } from "./support/rule.ts";
import { BASE, PAGE, type Scene } from "./support/scene.ts";
import { mapNative } from "./support/sections.ts";

const TABLE: readonly [id: string, rights: number, protect: number][] = EVERY_SECTION.map(
  ({ characteristics }, index) => {
    const protect = EVERY_PROTECTION[index] as number;
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
  const copies = EVERY_PROTECTION.filter((protect) => (protect & 0x88) !== 0).length;
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
  for (const [index, protect] of EVERY_PROTECTION.entries()) {
    const fetch = () => scene.memory.fetch(base + (index + 1) * PAGE, 1);
    if (executable.includes(protect)) expect(fetch()).toEqual(new Uint8Array(1));
    else expect(fetch).toThrow(expect.objectContaining({ access: 8 }));
  }
});
