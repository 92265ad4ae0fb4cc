import { expect } from "vitest";
import {
  ERROR_BAD_EXE_FORMAT,
  MEM_IMAGE,
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
  STATUS_INVALID_FILE_FOR_SECTION,
  STATUS_INVALID_IMAGE_FORMAT,
  STATUS_INVALID_IMAGE_NOT_MZ,
  STATUS_SECTION_TOO_BIG,
} from "../../src/constants.ts";
import { pattern, program } from "../setup/portable-executable.ts";
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
import { expectError, expectStatus } from "./support/refusal.ts";
import { rule } from "./support/rule.ts";
import { PAGE, type Scene } from "./support/scene.ts";
import { mapNative } from "./support/sections.ts";

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
  rule("7.1#28", `attributes ${(attributes >>> 0).toString(16)}`, (scene) => {
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

rule("7.4#6", "every set of rights", (scene) => {
  const file = openProgram(scene, { sections: EVERY_SECTION });
  const section = imageSection(scene, file, { attributes: SEC_IMAGE_NO_EXECUTE });
  const { status, base } = mapNative(scene, { section, protect: PAGE_READONLY });
  expect([status, base]).toEqual([0, IMAGE_BASE]);
  for (const [index, protect] of EVERY_PROTECTION.entries()) {
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

rule("7.8#13", "COMMIT", (scene) => {
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
