import { expect } from "vitest";
import {
  EXCEPTION_CONTINUE_EXECUTION,
  EXCEPTION_GUARD_PAGE,
  PAGE_EXECUTE_READ,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { EXECUTE, faultOf, guarded, READ, violation, WRITE } from "./support/fault.ts";
import { rule } from "./support/rule.ts";
import { BASE, PAGE, type Scene } from "./support/scene.ts";

const SECOND = BASE + PAGE;
/** Two bytes on each page. */
const AT = SECOND - 2;

/** Two committed pages with known bytes, and then these protections. */
function lay(scene: Scene, first: number, second: number): void {
  scene.take(BASE, 2 * PAGE);
  scene.memory.fill(BASE, 0x11, 2 * PAGE);
  scene.protect(BASE, PAGE, first);
  scene.protect(SECOND, PAGE, second);
}

/** The bytes around the boundary, whatever the protections are. */
function bytes(scene: Scene): number[] {
  return [...scene.process.debugView.read(AT, 4).bytes];
}

const UNTOUCHED = [0x11, 0x11, 0x11, 0x11];

rule("4.4#1", "both pages fail: the first one is reported and nothing is written", (scene) => {
  lay(scene, PAGE_READONLY, PAGE_NOACCESS);
  const { memory } = scene;
  expect(faultOf(() => memory.setUint32(AT, 0))).toEqual(violation(WRITE, AT));
  expect(bytes(scene)).toEqual(UNTOUCHED);
});

rule("4.4#1", "the second fails: nothing is written to the first, by any width", (scene) => {
  lay(scene, PAGE_READWRITE, PAGE_READONLY);
  const { memory } = scene;
  const stores = [
    () => memory.setUint16(SECOND - 1, 0),
    () => memory.setUint32(AT, 0),
    () => memory.setBigUint64(AT, 0n),
    () => memory.setFloat32(AT, 0),
    () => memory.setFloat64(AT, 0),
  ];
  for (const store of stores) {
    expect(faultOf(store)).toEqual(violation(WRITE, SECOND));
    expect(bytes(scene)).toEqual(UNTOUCHED);
  }
});

rule("4.4#2", "read, write and fetch over every split of the access", (scene) => {
  lay(scene, PAGE_EXECUTE_READ, PAGE_NOACCESS);
  const { memory } = scene;
  for (let below = 1; below < 8; below++) {
    const at = SECOND - below;
    expect(faultOf(() => memory.getBigUint64(at))).toEqual(violation(READ, SECOND));
    expect(faultOf(() => memory.fetch(at, 8))).toEqual(violation(EXECUTE, SECOND));
    expect(faultOf(() => memory.setBigUint64(at, 0n))).toEqual(violation(WRITE, at));
  }
});

rule("4.4#3", "write, write, write", (scene) => {
  lay(scene, PAGE_READWRITE | PAGE_GUARD, PAGE_READWRITE | PAGE_GUARD);
  const store = () => scene.memory.setUint32(AT, 0x01020304);
  expect(faultOf(store)).toEqual(guarded(WRITE, AT));
  expect(scene.protectionAt(BASE)).toBe(PAGE_READWRITE);
  expect(scene.protectionAt(SECOND)).toBe(PAGE_READWRITE | PAGE_GUARD);
  expect(faultOf(store)).toEqual(guarded(WRITE, SECOND));
  expect(bytes(scene)).toEqual(UNTOUCHED);
  expect(faultOf(store)).toBe(null);
  expect(bytes(scene)).toEqual([4, 3, 2, 1]);
});

rule("4.4#3", "a first page that fails leaves the guard of the second", (scene) => {
  lay(scene, PAGE_NOACCESS, PAGE_READWRITE | PAGE_GUARD);
  expect(faultOf(() => scene.memory.getUint32(AT))).toEqual(violation(READ, AT));
  expect(scene.protectionAt(SECOND)).toBe(PAGE_READWRITE | PAGE_GUARD);
});

rule("4.4#3", "a guard on the first is gone although the second fails next", (scene) => {
  lay(scene, PAGE_READWRITE | PAGE_GUARD, PAGE_READONLY);
  const store = () => scene.memory.setUint32(AT, 0);
  expect(faultOf(store)).toEqual(guarded(WRITE, AT));
  expect(faultOf(store)).toEqual(violation(WRITE, SECOND));
  expect(bytes(scene)).toEqual(UNTOUCHED);
});

rule("4.4#4", "READONLY, READWRITE", (scene) => {
  lay(scene, PAGE_READONLY, PAGE_READWRITE);
  expect(faultOf(() => scene.memory.setUint32(AT, 0))).toEqual(violation(WRITE, AT));
  expect(bytes(scene)).toEqual(UNTOUCHED);
});

rule("4.4#4", "READWRITE, READONLY", (scene) => {
  lay(scene, PAGE_READWRITE, PAGE_READONLY);
  expect(faultOf(() => scene.memory.setUint32(AT, 0))).toEqual(violation(WRITE, SECOND));
  expect(bytes(scene)).toEqual(UNTOUCHED);
});

rule("4.4#5", "NOACCESS, NOACCESS", (scene) => {
  lay(scene, PAGE_NOACCESS, PAGE_NOACCESS);
  const seen: number[] = [];
  scene.process.addVectoredExceptionHandler(true, ({ ExceptionRecord: record }) => {
    const address = Number(record.ExceptionInformation[1]);
    seen.push(address);
    scene.protect(address, 1, PAGE_READWRITE);
    return EXCEPTION_CONTINUE_EXECUTION;
  });
  scene.memory.setUint32(AT, 0x01020304);
  expect(seen).toEqual([AT, SECOND]);
  expect(bytes(scene)).toEqual([4, 3, 2, 1]);
});

rule("4.4#5", "two guard pages and a handler that only goes on", (scene) => {
  lay(scene, PAGE_READWRITE | PAGE_GUARD, PAGE_READWRITE | PAGE_GUARD);
  const seen: [number, number][] = [];
  scene.process.addVectoredExceptionHandler(true, ({ ExceptionRecord: record }) => {
    seen.push([record.ExceptionCode, Number(record.ExceptionInformation[1])]);
    return EXCEPTION_CONTINUE_EXECUTION;
  });
  expect(scene.memory.getUint32(AT)).toBe(0x11111111);
  expect(seen).toEqual([
    [EXCEPTION_GUARD_PAGE, AT],
    [EXCEPTION_GUARD_PAGE, SECOND],
  ]);
});

rule("4.4#7", "fill, copy and write stop at the failing page with all below it done", (scene) => {
  const { memory } = scene;
  lay(scene, PAGE_READWRITE, PAGE_READONLY);
  expect(faultOf(() => memory.fill(AT - 6, 0x22, 16))).toEqual(violation(WRITE, SECOND));
  expect([...memory.read(AT - 8, 12)]).toEqual([17, 17, ...Array(8).fill(0x22), 17, 17]);
  expect(faultOf(() => memory.write(AT, Uint8Array.of(1, 2, 3)))).toEqual(violation(WRITE, SECOND));
  expect(bytes(scene)).toEqual([1, 2, 0x11, 0x11]);
  expect(faultOf(() => memory.copy(AT, BASE, 4))).toEqual(violation(WRITE, SECOND));
  expect(bytes(scene)).toEqual(UNTOUCHED);
});
