import { expect } from "vitest";
import {
  FILE_MAP_COPY,
  FILE_MAP_EXECUTE,
  FILE_MAP_READ,
  FILE_MAP_WRITE,
  PAGE_EXECUTE_READWRITE,
  PAGE_READONLY,
  PAGE_READWRITE,
  SEC_RESERVE,
  SECTION_QUERY,
  STATUS_ACCESS_DENIED,
  STATUS_ACCESS_VIOLATION,
  STATUS_INFO_LENGTH_MISMATCH,
  STATUS_INVALID_HANDLE,
  STATUS_INVALID_INFO_CLASS,
  STATUS_OBJECT_TYPE_MISMATCH,
  STATUS_SECTION_NOT_IMAGE,
} from "../../src/constants.ts";

import { rule } from "./support/rule.ts";
import { BASE, PAGE, type Scene, SELF } from "./support/scene.ts";
import { create, map, mapNative, mapping, PROTECTIONS, section } from "./support/sections.ts";

rule("17.12#1", "each before what comes later", (scene) => {
  const { NtQuerySection } = scene.ntdll;
  const full = scene.wide ? 24 : 16;
  const deaf = { value: 0 };
  mapping(scene, 1, PAGE_READWRITE, "a");
  expect(scene.ntdll.NtOpenSection(deaf, 0, { name: "a" })).toBe(0);
  const handle = section(scene, 1);
  expect(NtQuerySection(0, 2, null, 0)).toBe(STATUS_INVALID_INFO_CLASS);
  expect(NtQuerySection(0, 0, null, full - 1)).toBe(STATUS_INFO_LENGTH_MISMATCH);
  expect(NtQuerySection(0, 0, BASE, full)).toBe(STATUS_ACCESS_VIOLATION);
  expect(NtQuerySection(0, 1, {}, 64)).toBe(STATUS_INVALID_HANDLE);
  expect(NtQuerySection(SELF, 1, {}, 64)).toBe(STATUS_OBJECT_TYPE_MISMATCH);
  expect(NtQuerySection(deaf.value, 1, {}, 64)).toBe(STATUS_ACCESS_DENIED);
  expect(NtQuerySection(handle, 1, {}, 64)).toBe(STATUS_SECTION_NOT_IMAGE);
});

rule("17.12#2", "in the memory of the guest", (scene) => {
  const bytes = scene.wide ? 24 : 16;
  const handle = create(scene, PAGE_READONLY | SEC_RESERVE, 0x23456);
  scene.take(BASE, PAGE);
  scene.memory.fill(BASE, 0xff, 0x40);
  expect(scene.ntdll.NtQuerySection(handle, 0, BASE, bytes + 1, BASE + 0x20)).toBe(0);
  const [attributesAt, sizeAt] = scene.wide ? [8, 16] : [4, 8];
  expect(scene.memory.getUint32(BASE)).toBe(0);
  expect(scene.memory.getUint32(BASE + attributesAt)).toBe(SEC_RESERVE);
  expect(scene.memory.getBigUint64(BASE + sizeAt)).toBe(0x24000n);
  expect(scene.memory.getUint8(BASE + bytes)).toBe(0xff);
  expect(scene.memory.getUint32(BASE + 0x20)).toBe(bytes);
});

/** What a handle with these rights does: query, read, write, execute. */
function does(scene: Scene, access: number): boolean[] {
  mapping(scene, 1, PAGE_EXECUTE_READWRITE, "a");
  const handle = scene.kernel32.OpenFileMapping(access, 0, "a");
  expect(handle).not.toBe(0);
  return [
    scene.ntdll.NtQuerySection(handle, 0, {}, 24) === 0,
    map(scene, handle, FILE_MAP_READ) !== 0,
    map(scene, handle, FILE_MAP_WRITE) !== 0,
    map(scene, handle, FILE_MAP_READ | FILE_MAP_EXECUTE) !== 0,
  ];
}

rule("17.12#4", "query, read, write, and COPY alone", (scene) => {
  expect(does(scene, FILE_MAP_READ)).toEqual([false, true, false, false]);
  expect(does(scene, FILE_MAP_COPY)).toEqual([false, true, false, false]);
  expect(does(scene, FILE_MAP_WRITE)).toEqual([false, false, true, false]);
  expect(does(scene, SECTION_QUERY | FILE_MAP_READ)).toEqual([true, true, false, false]);
});

rule("17.12#5", "with the right to read", (scene) => {
  expect(does(scene, FILE_MAP_READ | FILE_MAP_EXECUTE)).toEqual([false, true, false, true]);
});

rule("17.12#6", "of every protection", (scene) => {
  mapping(scene, 1, PAGE_EXECUTE_READWRITE, "a");
  const handle = scene.kernel32.OpenFileMapping(FILE_MAP_WRITE, 0, "a");
  const allowed = PROTECTIONS.filter((protect) => {
    const { status } = mapNative(scene, { section: handle, protect });
    expect([0, STATUS_ACCESS_DENIED]).toContain(status);
    return status === 0;
  });
  expect(allowed).toEqual([PAGE_READWRITE]);
});
