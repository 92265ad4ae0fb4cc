import { expect } from "vitest";
import {
  MEM_PHYSICAL,
  MEM_PRIVATE,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_TOP_DOWN,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene } from "./support/scene.ts";

const HIGH = MEM_RESERVE | MEM_TOP_DOWN;

function high(scene: Scene, size: number): number {
  return scene.allocate(0, size, HIGH, PAGE_READWRITE);
}

rule("2.8#1", "the first region lies at 10000, the next ones above", (scene) => {
  expect(scene.reserve(0, PAGE)).toBe(0x10000);
  expect(scene.reserve(0, GRANULARITY)).toBe(0x20000);
  expect(scene.reserve(0, 3 * GRANULARITY)).toBe(0x30000);
});

rule("2.8#1", "a gap is taken when it has room for the rounded size, and not before", (scene) => {
  scene.reserve(0x10000, GRANULARITY);
  scene.reserve(0x40000, GRANULARITY);
  scene.reserve(0x60000, GRANULARITY);
  expect(scene.reserve(0, 2 * GRANULARITY + 1)).toBe(0x70000);
  expect(scene.reserve(0, 2 * GRANULARITY - 1)).toBe(0x20000);
  expect(scene.reserve(0, PAGE)).toBe(0x50000);
  scene.free(0x20000, 0, MEM_RELEASE);
  expect(scene.reserve(0, PAGE)).toBe(0x20000);
});

rule("2.8#2", "the hole behind a small region is no part of the gap", (scene) => {
  scene.reserve(0x10000, PAGE);
  scene.reserve(0x30000, PAGE);
  expect(scene.reserve(0, GRANULARITY + PAGE)).toBe(0x40000);
  expect(scene.reserve(0, GRANULARITY)).toBe(0x20000);
});

rule("2.8#2", "a gap may end inside 64 KB, where a region begins on a page", (scene) => {
  scene.adopt({ base: 0x2a000, size: PAGE, type: MEM_PRIVATE, allocationProtect: PAGE_READONLY });
  expect(scene.reserve(0, 0x1a000)).toBe(0x10000);
});

rule("2.8#3", "from the last address of a region downwards", (scene) => {
  const end = scene.highestRegionAddress + 1;
  expect(high(scene, GRANULARITY)).toBe(end - GRANULARITY);
  expect(high(scene, 2 * GRANULARITY)).toBe(end - 3 * GRANULARITY);
  expect(high(scene, PAGE)).toBe(end - 4 * GRANULARITY);
  expect(high(scene, GRANULARITY + PAGE)).toBe(end - 6 * GRANULARITY);
});

rule("2.8#3", "a high gap that is free again is taken again", (scene) => {
  const first = high(scene, GRANULARITY);
  const second = high(scene, GRANULARITY);
  scene.free(first, 0, MEM_RELEASE);
  expect(high(scene, 2 * GRANULARITY)).toBe(second - 2 * GRANULARITY);
  expect(high(scene, PAGE)).toBe(first);
});

rule("2.8#4", "a given base counts", (scene) => {
  expect(scene.allocate(BASE + 0x123, PAGE, HIGH, PAGE_READWRITE)).toBe(BASE);
});

function addresses(scene: Scene): number[] {
  return Array.from({ length: 8 }, () => scene.reserve(0, GRANULARITY));
}

rule("2.8#5", "two processes get the same addresses", (scene) => {
  expect(addresses(scene)).toEqual(addresses(scene.another()));
});

rule(
  "2.8#5",
  "scattered by a seed: aligned, and not the lowest ones",
  (scene) => {
    const scattered = addresses(scene);
    expect(scattered.every((address) => address % GRANULARITY === 0)).toBe(true);
    expect(new Set(scattered).size).toBe(scattered.length);
    expect(scattered).not.toEqual(Array.from({ length: 8 }, (_, n) => (n + 1) * GRANULARITY));
  },
  { machine: { placement: { seed: 7 } } },
);

rule("2.8#6", "AWE windows", (scene) => {
  scene.reserve(0, PAGE);
  expect(scene.allocate(0, PAGE, MEM_RESERVE | MEM_PHYSICAL, PAGE_READWRITE)).toBe(0x20000);
});
