import { expect } from "vitest";
import {
  PAGE_EXECUTE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_NOCACHE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_TARGETS_NO_UPDATE,
  PAGE_WRITECOPY,
} from "../../src/constants.ts";
import { READ, touch, WRITE } from "./support/fault.ts";
import { rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, SELF } from "./support/scene.ts";

rule("3.4#1", "two bytes over a boundary", (scene) => {
  scene.take(BASE, 4 * PAGE);
  scene.protect(BASE + 0x1fff, 2, PAGE_READONLY);
  expect(scene.machine.decision).toBe("3.4");
  expect(scene.run(BASE)).toMatchObject({ size: PAGE, protect: PAGE_READWRITE });
  expect(scene.run(BASE + PAGE)).toMatchObject({ size: 2 * PAGE, protect: PAGE_READONLY });
  expect(scene.run(BASE + 3 * PAGE)).toMatchObject({ size: PAGE, protect: PAGE_READWRITE });
});

rule("3.4#2", "mixed runs", (scene) => {
  scene.take(BASE, 4 * PAGE, PAGE_READWRITE | PAGE_NOCACHE);
  scene.protect(BASE + PAGE, PAGE, PAGE_EXECUTE_READ);
  scene.protect(BASE, PAGE, PAGE_READONLY | PAGE_GUARD);
  const old = scene.protect(BASE + 0x10, 3 * PAGE, PAGE_NOACCESS);
  expect(old).toBe(PAGE_READONLY | PAGE_GUARD | PAGE_NOCACHE);
});

rule("3.4#2", "a guest variable", (scene) => {
  scene.take(BASE, PAGE);
  scene.take(BASE + GRANULARITY, 2 * PAGE);
  const { VirtualProtect } = scene.kernel32;
  for (const at of [BASE + GRANULARITY, BASE + GRANULARITY + 0xffe]) {
    scene.memory.setUint32(at, 0xffffffff);
    scene.protect(BASE, PAGE, PAGE_EXECUTE_READ);
    expect(VirtualProtect(BASE, PAGE, PAGE_READONLY, at)).toBe(1);
    expect(scene.memory.getUint32(at)).toBe(PAGE_EXECUTE_READ);
  }
});

rule("3.4#3", "GUARD on and off", (scene) => {
  scene.take(BASE, PAGE);
  expect(scene.protect(BASE, PAGE, PAGE_READWRITE | PAGE_GUARD)).toBe(PAGE_READWRITE);
  expect(scene.protect(BASE, PAGE, PAGE_READONLY)).toBe(PAGE_READWRITE | PAGE_GUARD);
  expect(scene.protectionAt(BASE)).toBe(PAGE_READONLY);
  expect(touch(scene, READ, BASE)).toBe(null);
});

rule("3.4#4", "base and size of the service", (scene) => {
  scene.take(BASE, 4 * PAGE);
  const at = { value: BASE + 0x1ffe };
  const bytes = { value: 4 };
  const old = { value: 0 };
  const { NtProtectVirtualMemory } = scene.ntdll;
  expect(NtProtectVirtualMemory(SELF, at, bytes, PAGE_READONLY, old)).toBe(0);
  expect([at.value, bytes.value, old.value]).toEqual([BASE + PAGE, 2 * PAGE, PAGE_READWRITE]);
});

rule("3.4#5", "through NOACCESS and back", (scene) => {
  scene.watched(BASE, 2 * PAGE);
  scene.memory.setUint32(BASE + PAGE, 0xfeedface);
  scene.protect(BASE, 2 * PAGE, PAGE_NOACCESS);
  scene.protect(BASE, 2 * PAGE, PAGE_READWRITE);
  expect(scene.memory.getUint32(BASE + PAGE)).toBe(0xfeedface);
  expect(scene.marks(BASE, 2 * PAGE)).toEqual([BASE + PAGE]);
});

rule("3.4#7", "data and code pages", (scene) => {
  scene.image(BASE, GRANULARITY, PAGE_READONLY);
  expect(scene.protect(BASE, PAGE, PAGE_READWRITE)).toBe(PAGE_READONLY);
  expect(scene.protectionAt(BASE)).toBe(PAGE_WRITECOPY);
  scene.protect(BASE + PAGE, PAGE, PAGE_EXECUTE_READWRITE);
  expect(scene.protectionAt(BASE + PAGE)).toBe(PAGE_EXECUTE_WRITECOPY);
  expect(touch(scene, WRITE, BASE)).toBe(null);
  expect(scene.run(BASE)).toMatchObject({ protect: PAGE_READWRITE, size: PAGE });
});

rule("3.4#7", "every other protection is stored as asked", (scene) => {
  scene.image(BASE, GRANULARITY, PAGE_READONLY);
  const protections = [
    PAGE_NOACCESS,
    PAGE_READONLY,
    PAGE_WRITECOPY,
    PAGE_EXECUTE,
    PAGE_EXECUTE_READ,
    PAGE_EXECUTE_WRITECOPY,
    PAGE_READONLY | PAGE_GUARD,
  ];
  for (const protect of protections) {
    scene.protect(BASE, PAGE, protect);
    expect(scene.protectionAt(BASE)).toBe(protect);
  }
  expect(scene.run(BASE).allocationProtect).toBe(PAGE_EXECUTE_WRITECOPY);
});

rule("3.4#8", "a page of an image after its copy", (scene) => {
  scene.image(BASE, GRANULARITY, PAGE_WRITECOPY);
  scene.memory.setUint8(BASE, 0x11);
  expect(scene.protectionAt(BASE)).toBe(PAGE_READWRITE);
  expect(scene.protect(BASE, PAGE, PAGE_WRITECOPY)).toBe(PAGE_READWRITE);
  expect(scene.protectionAt(BASE)).toBe(PAGE_READWRITE);
  scene.protect(BASE, PAGE, PAGE_EXECUTE_WRITECOPY);
  expect(scene.protectionAt(BASE)).toBe(PAGE_EXECUTE_READWRITE);
  scene.protect(BASE, PAGE, PAGE_READONLY);
  expect(scene.protectionAt(BASE)).toBe(PAGE_READONLY);
  expect(scene.memory.getUint8(BASE)).toBe(0x11);
});

rule("3.4#9", "with and without an executable base", (scene) => {
  scene.take(BASE, PAGE);
  scene.protect(BASE, PAGE, PAGE_EXECUTE_READ | PAGE_TARGETS_NO_UPDATE);
  expect(scene.protectionAt(BASE)).toBe(PAGE_EXECUTE_READ);
  const old = { value: 0 };
  const asked = PAGE_READONLY | PAGE_TARGETS_NO_UPDATE;
  expect(scene.kernel32.VirtualProtect(BASE, PAGE, asked, old)).toBe(0);
  expect(scene.protectionAt(BASE)).toBe(PAGE_EXECUTE_READ);
});
