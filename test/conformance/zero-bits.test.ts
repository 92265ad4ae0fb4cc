import { expect } from "vitest";
import {
  MEM_RESERVE,
  MEM_TOP_DOWN,
  PAGE_READWRITE,
  STATUS_INVALID_PARAMETER_3,
  STATUS_NO_MEMORY,
  STATUS_SUCCESS,
} from "../../src/constants.ts";
import { expectStatus } from "./support/refusal.ts";
import { ON_WIN32, ON_WIN64, rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

const REFUSED = { decision: "2.1#1", status: STATUS_INVALID_PARAMETER_3 };
const NO_ROOM = { decision: "2.2#R6", status: STATUS_NO_MEMORY };

function call(scene: Scene, zeroBits: number, size: number, base = 0, type = MEM_RESERVE) {
  const at = { value: base };
  const { NtAllocateVirtualMemory } = scene.ntdll;
  return {
    status: NtAllocateVirtualMemory(SELF, at, zeroBits, { value: size }, type, PAGE_READWRITE),
    base: Number(at.value),
  };
}

/** The highest place that the zero bits leave for 64 KB. */
function highest(scene: Scene, zeroBits: number): number {
  const { status, base } = call(scene, zeroBits, GRANULARITY, 0, MEM_RESERVE | MEM_TOP_DOWN);
  expect(status).toBe(STATUS_SUCCESS);
  return base;
}

rule("2.9#1", "the whole space", (scene) => {
  expect(highest(scene, 0)).toBe(scene.highestRegionAddress + 1 - GRANULARITY);
});

rule("2.9#2", "the highest place for each number", (scene) => {
  // The first 2 GB of a 32-bit process end with what a region may use, 7FFDFFFF.
  expect(highest(scene, 1)).toBe(scene.wide ? 0x7fff0000 : 0x7ffd0000);
  for (let bits = 2; bits <= 14; bits++) {
    expect(highest(scene, bits)).toBe(2 ** (32 - bits) - GRANULARITY);
  }
});

rule("2.9#2", "too large for what is left", (scene) => {
  expectStatus(scene, NO_ROOM, () => call(scene, 14, 2 ** 18).status);
});

rule("2.9#3", "no room for two granules at 15, for one from 16 on", (scene) => {
  expectStatus(scene, NO_ROOM, () => call(scene, 15, 2 * GRANULARITY).status);
  for (let bits = 16; bits <= 20; bits++) {
    expectStatus(scene, NO_ROOM, () => call(scene, bits, PAGE).status);
  }
});

rule("2.9#4", "any size", (scene) => {
  expectStatus(scene, NO_ROOM, () => call(scene, 21, 1).status);
});

rule("2.9#5", "refused with and without a base", (scene) => {
  for (let bits = 22; bits <= 31; bits++) {
    expectStatus(scene, REFUSED, () => call(scene, bits, PAGE).status);
    expectStatus(scene, REFUSED, () => call(scene, bits, PAGE, BASE).status);
  }
});

rule("2.9#6", "a mask counts as filled with ones", (scene) => {
  expect(highest(scene, 0x10000000)).toBe(0x1fff0000);
  expect(highest(scene, 0x00400001)).toBe(0x007f0000);
});

rule(
  "2.9#6",
  "refused on a 32-bit kernel",
  (scene) => {
    for (const mask of [32, 0x1aaaaaaa, 0x7fffffff, 0xffffffff]) {
      expectStatus(scene, REFUSED, () => call(scene, mask, PAGE).status);
    }
  },
  { on: ON_WIN32, machine: { wow64: false } },
);

rule("2.9#7", "the highest place", (scene) => {
  expect(highest(scene, 0x1aaaaaaa)).toBe(0x1fff0000);
});

rule(
  "2.9#8",
  "the highest places",
  (scene) => {
    expect(highest(scene, 0x7fffffff)).toBe(0x7fff0000);
    expect(highest(scene, 0xffffffff)).toBe(0xffff0000);
  },
  { on: ON_WIN64 },
);

rule("2.9#9", "a base above the limit is taken", (scene) => {
  expect(call(scene, 14, PAGE, BASE)).toEqual({ status: STATUS_SUCCESS, base: BASE });
  expect(call(scene, 0x1aaaaaaa, PAGE, BASE + GRANULARITY)).toEqual({
    status: STATUS_SUCCESS,
    base: BASE + GRANULARITY,
  });
});

rule(
  "2.9#10",
  "masks limit a WoW64 process",
  (scene) => {
    expect(highest(scene, 0x1aaaaaaa)).toBe(0x1fff0000);
    expect(highest(scene, 0xffffffff)).toBe(scene.highestRegionAddress + 1 - GRANULARITY);
  },
  { on: ON_WIN32 },
);
