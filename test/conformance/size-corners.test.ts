import {
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
  ERROR_NOT_ENOUGH_MEMORY,
  MEM_COMMIT,
  MEM_RESERVE,
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_INVALID_PARAMETER_2,
  STATUS_INVALID_PARAMETER_4,
  STATUS_NO_MEMORY,
} from "../../src/constants.ts";
import { GOOD } from "./allocate-checks.rows.ts";
import { allocateRefused, type Refusal } from "./support/refusal.ts";
import { ON_WIN32, ON_WIN64, rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene } from "./support/scene.ts";

const TYPES = [MEM_RESERVE, MEM_COMMIT, MEM_RESERVE | MEM_COMMIT];

function parameter(decision: string, status: number): Refusal {
  return { decision, status, error: ERROR_INVALID_PARAMETER };
}

function eachType(
  scene: Scene,
  refusal: Refusal,
  base: number | bigint,
  size: number | bigint,
  level: "both" | "win32" = "both",
): void {
  for (const type of TYPES) allocateRefused(scene, refusal, { ...GOOD, base, size, type }, level);
}

rule("2.10#1", "at NULL, at a free and at a taken address", (scene) => {
  scene.reserve(BASE, PAGE);
  const refusal = parameter("2.1#13", STATUS_INVALID_PARAMETER_4);
  for (const base of [0, BASE, BASE + GRANULARITY]) eachType(scene, refusal, base, 0);
});

rule("2.10#2", "every type", (scene) => {
  eachType(scene, parameter("2.1#0a", 0), 0x1000, 0x1000, "win32");
});

rule("2.10#3", "every type", (scene) => {
  eachType(scene, parameter("2.1#0a", 0), 0xffff, 0x2000, "win32");
});

rule("2.10#4", "RESERVE with and without COMMIT", (scene) => {
  scene.reserve(0x10000, PAGE);
  const refusal = {
    decision: "2.2#R5",
    status: STATUS_CONFLICTING_ADDRESSES,
    error: ERROR_INVALID_ADDRESS,
  };
  for (const type of [MEM_RESERVE, MEM_RESERVE | MEM_COMMIT]) {
    allocateRefused(scene, refusal, { ...GOOD, base: 0x10000, type });
  }
});

rule("2.10#5", "64 KB there", (scene) => {
  const refusal = parameter("2.1#11", STATUS_INVALID_PARAMETER_2);
  eachType(scene, refusal, scene.machine.highestUserAddress + 1 - GRANULARITY, GRANULARITY);
});

rule("2.10#6", "any size", (scene) => {
  const refusal = parameter("2.1#11", STATUS_INVALID_PARAMETER_2);
  for (const size of [1, GRANULARITY]) {
    eachType(scene, refusal, scene.machine.highestUserAddress + 1, size);
  }
});

rule(
  "2.10#7",
  "at the end of 64 bits",
  (scene) => {
    const refusal = parameter("2.1#11", STATUS_INVALID_PARAMETER_2);
    eachType(scene, refusal, 0xfffffffffffff000n, 0x2000);
  },
  { on: ON_WIN64 },
);

rule(
  "2.10#7",
  "at the end of 32 bits",
  (scene) => {
    const refusal = parameter("2.1#11", STATUS_INVALID_PARAMETER_2);
    eachType(scene, refusal, 0xfffff000, 0x2000);
  },
  { on: ON_WIN32 },
);

rule("2.10#7", "a size that would wrap", (scene) => {
  const refusal = parameter("2.1#12", STATUS_INVALID_PARAMETER_4);
  const sizes = scene.wide ? [0xffffffffffffffffn, 2 ** 52] : [0xffffffff, 0xb0000000];
  for (const size of sizes) eachType(scene, refusal, BASE, size);
});

rule("2.10#8", "the size of the space, and more", (scene) => {
  const refusal = parameter("2.1#12", STATUS_INVALID_PARAMETER_4);
  const space = scene.machine.highestUserAddress + 1;
  for (const size of [space, space + GRANULARITY]) eachType(scene, refusal, 0, size);
});

rule("2.10#9", "all that regions may have, and 64 KB less", (scene) => {
  const refusal = {
    decision: "2.2#R6",
    status: STATUS_NO_MEMORY,
    error: ERROR_NOT_ENOUGH_MEMORY,
  };
  const space = scene.highestRegionAddress + 1;
  eachType(scene, refusal, 0, space);
  // Below the first 64 KB nothing may lie, so this would just fit were it not for one page more.
  eachType(scene, refusal, 0, space - GRANULARITY + PAGE);
});
