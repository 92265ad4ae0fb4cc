import { expect } from "vitest";
import {
  EXCEPTION_ACCESS_VIOLATION,
  EXCEPTION_GUARD_PAGE,
  PAGE_EXECUTE_READ,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { type ExceptionRecord, PageFault } from "../../src/index.ts";
import { EXECUTE, READ, WRITE } from "./support/fault.ts";
import { rule } from "./support/rule.ts";
import { BASE, PAGE, type Scene } from "./support/scene.ts";

const CODE = BASE;
const DATA = BASE + PAGE;
const GUARD = BASE + 2 * PAGE;
const FREE = BASE + 0x100000;
const INSTRUCTION = 0x401000;

function lay(scene: Scene): void {
  scene.take(BASE, 4 * PAGE);
  scene.protect(CODE, PAGE, PAGE_EXECUTE_READ);
  scene.protect(GUARD, PAGE, PAGE_READWRITE | PAGE_GUARD);
  scene.protect(BASE + 3 * PAGE, PAGE, PAGE_NOACCESS);
  scene.process.instructionPointer = INSTRUCTION;
}

function recordOf(access: () => unknown): ExceptionRecord {
  try {
    access();
  } catch (error) {
    if (error instanceof PageFault) return error.record;
    throw error;
  }
  throw new Error("the access did not fault");
}

/** A record of each kind. */
function records(scene: Scene): ExceptionRecord[] {
  lay(scene);
  const { memory } = scene;
  return [
    recordOf(() => memory.getUint8(FREE)),
    recordOf(() => memory.setUint8(CODE, 1)),
    recordOf(() => memory.fetch(DATA, 1)),
    recordOf(() => memory.getUint8(GUARD)),
  ];
}

rule("4.5#1", "data and free memory", (scene) => {
  lay(scene);
  for (const target of [DATA + 0x10, FREE]) {
    const record = recordOf(() => scene.memory.fetch(target, 1));
    expect(record.ExceptionAddress).toBe(target);
    expect(record.ExceptionInformation).toEqual([EXECUTE, target]);
  }
});

rule("4.5#2", "the first byte behind code", (scene) => {
  lay(scene);
  scene.memory.fetch(DATA - 1, 1);
  const record = recordOf(() => scene.memory.fetch(DATA, 3));
  expect(record.ExceptionAddress).toBe(DATA);
  expect(record.ExceptionInformation).toEqual([EXECUTE, DATA]);
});

rule("4.5#3", "every length that crosses", (scene) => {
  lay(scene);
  for (let below = 1; below < 15; below++) {
    const record = recordOf(() => scene.memory.fetch(DATA - below, 15));
    expect(record.ExceptionAddress).toBe(DATA - below);
    expect(record.ExceptionInformation).toEqual([EXECUTE, DATA]);
  }
});

rule("4.5#4", "read and write", (scene) => {
  lay(scene);
  const read = recordOf(() => scene.memory.getUint32(FREE + 3));
  expect(read.ExceptionAddress).toBe(INSTRUCTION);
  expect(read.ExceptionInformation).toEqual([READ, FREE + 3]);
  const write = recordOf(() => scene.memory.setUint32(CODE + 5, 1));
  expect(write.ExceptionAddress).toBe(INSTRUCTION);
  expect(write.ExceptionInformation).toEqual([WRITE, CODE + 5]);
});

rule("4.6#1", "violations and guards", (scene) => {
  expect(records(scene).map((record) => record.ExceptionCode)).toEqual([
    EXCEPTION_ACCESS_VIOLATION,
    EXCEPTION_ACCESS_VIOLATION,
    EXCEPTION_ACCESS_VIOLATION,
    EXCEPTION_GUARD_PAGE,
  ]);
});

rule("4.6#2", "of each kind", (scene) => {
  expect(records(scene).map((record) => record.ExceptionFlags)).toEqual([0, 0, 0, 0]);
});

rule("4.6#3", "of each kind", (scene) => {
  expect(records(scene).map((record) => record.ExceptionRecord)).toEqual([null, null, null, null]);
});

rule("4.6#4", "of each kind", (scene) => {
  expect(records(scene).map((record) => record.ExceptionAddress)).toEqual([
    INSTRUCTION,
    INSTRUCTION,
    DATA,
    INSTRUCTION,
  ]);
});

rule("4.6#5", "of each kind", (scene) => {
  for (const record of records(scene)) {
    expect([record.NumberParameters, record.ExceptionInformation.length]).toEqual([2, 2]);
  }
});
