import { expect } from "vitest";
import {
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
  MEM_DECOMMIT,
  MEM_RESET,
  MEM_RESET_UNDO,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_INVALID_PAGE_PROTECTION,
} from "../../src/constants.ts";
import { GOOD } from "./allocate-checks.rows.ts";
import { allocateRefused, hex } from "./support/refusal.ts";
import { rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

function reset(scene: Scene, base: number, size: number): number {
  return scene.allocate(base, size, MEM_RESET, PAGE_NOACCESS);
}

function undo(scene: Scene, base: number, size: number): number {
  return scene.allocate(base, size, MEM_RESET_UNDO, PAGE_NOACCESS);
}

/** A refusal that leaves everything as it was; which row says so is not fixed. */
function refused(scene: Scene, type: number, base: number, size: number): void {
  const before = scene.state();
  const { kernel32, ntdll } = scene;
  expect(kernel32.VirtualAlloc(base, size, type, PAGE_READWRITE)).toBe(0);
  expect(kernel32.GetLastError()).toBe(ERROR_INVALID_ADDRESS);
  const at = { value: base };
  const bytes = { value: size };
  const status = ntdll.NtAllocateVirtualMemory(SELF, at, 0, bytes, type, PAGE_READWRITE);
  expect(hex(status)).toBe(hex(STATUS_CONFLICTING_ADDRESSES));
  expect([at.value, bytes.value]).toEqual([base, size]);
  expect(scene.state()).toEqual(before);
}

rule("2.6#1", "a protection that is not valid is refused", (scene) => {
  scene.take(BASE, PAGE);
  const refusal = {
    decision: "2.1#9",
    status: STATUS_INVALID_PAGE_PROTECTION,
    error: ERROR_INVALID_PARAMETER,
  };
  for (const type of [MEM_RESET, MEM_RESET_UNDO]) {
    for (const protect of [0, 6, PAGE_NOACCESS | PAGE_GUARD]) {
      allocateRefused(scene, refusal, { ...GOOD, type, protect });
    }
  }
});

rule("2.6#1", "a valid one is ignored, copy-on-write too", (scene) => {
  scene.take(BASE, PAGE);
  for (const type of [MEM_RESET, MEM_RESET_UNDO]) {
    for (const protect of [PAGE_NOACCESS, PAGE_WRITECOPY, PAGE_EXECUTE_WRITECOPY]) {
      expect(scene.allocate(BASE, PAGE, type, protect)).toBe(BASE);
      expect(scene.machine.decision).toBe("2.6");
      expect(scene.protectionAt(BASE)).toBe(PAGE_READWRITE);
    }
  }
});

rule("2.6#2", "runs, guard, marks and charge", (scene) => {
  scene.watched(BASE, 4 * PAGE);
  scene.memory.setUint8(BASE + PAGE, 1);
  scene.protect(BASE + 2 * PAGE, PAGE, PAGE_READONLY | PAGE_GUARD);
  const before = scene.state();
  reset(scene, BASE, 4 * PAGE);
  expect(scene.state()).toEqual(before);
  expect(scene.marks(BASE, 4 * PAGE)).toEqual([BASE + PAGE]);
  undo(scene, BASE, 4 * PAGE);
  expect(scene.state()).toEqual(before);
  expect(scene.marks(BASE, 4 * PAGE)).toEqual([BASE + PAGE]);
});

rule("2.6#3", "bytes are kept", (scene) => {
  scene.take(BASE, 2 * PAGE);
  scene.memory.fill(BASE, 0x77, 2 * PAGE);
  reset(scene, BASE, 2 * PAGE);
  expect(scene.memory.read(BASE, 2 * PAGE).every((byte) => byte === 0x77)).toBe(true);
});

rule(
  "2.6#3",
  "bytes are zeroed where the machine says so",
  (scene) => {
    scene.take(BASE, 3 * PAGE);
    scene.memory.fill(BASE, 0x77, 3 * PAGE);
    reset(scene, BASE + PAGE, PAGE);
    expect(scene.memory.getUint8(BASE)).toBe(0x77);
    expect(scene.memory.read(BASE + PAGE, PAGE).every((byte) => byte === 0)).toBe(true);
    expect(scene.memory.getUint8(BASE + 2 * PAGE)).toBe(0x77);
  },
  { machine: { resetEffect: "zero" } },
);

rule(
  "2.6#4",
  "a write after the reset: undo finds nothing lost",
  (scene) => {
    scene.take(BASE, PAGE);
    scene.memory.fill(BASE, 0x77, PAGE);
    reset(scene, BASE, PAGE);
    scene.memory.setUint8(BASE, 1);
    expect(undo(scene, BASE, PAGE)).toBe(BASE);
    expect(scene.memory.getUint8(BASE)).toBe(1);
  },
  { machine: { resetEffect: "zero" } },
);

rule("2.6#5", "pagefile view yes, file view and image no", (scene) => {
  scene.view(BASE, GRANULARITY, PAGE_READWRITE, "pagefile");
  scene.view(BASE + GRANULARITY, GRANULARITY, PAGE_READWRITE, "file");
  scene.image(BASE + 2 * GRANULARITY, GRANULARITY, PAGE_READONLY);
  for (const type of [MEM_RESET, MEM_RESET_UNDO]) {
    expect(scene.allocate(BASE + 0x123, PAGE, type, PAGE_READWRITE)).toBe(BASE);
    refused(scene, type, BASE + GRANULARITY, PAGE);
    refused(scene, type, BASE + 2 * GRANULARITY, PAGE);
  }
});

rule("2.6#6", "free, uncommitted, past the region", (scene) => {
  scene.take(BASE, GRANULARITY);
  scene.free(BASE + 4 * PAGE, PAGE, MEM_DECOMMIT);
  scene.take(BASE + GRANULARITY, GRANULARITY);
  for (const type of [MEM_RESET, MEM_RESET_UNDO]) {
    refused(scene, type, BASE - GRANULARITY, PAGE);
    refused(scene, type, BASE + 4 * PAGE, PAGE);
    refused(scene, type, BASE + 3 * PAGE, 2 * PAGE);
    refused(scene, type, BASE + 0xf000, 2 * PAGE);
  }
});

rule(
  "2.6#7",
  "pages that are only partly in the range keep their bytes",
  (scene) => {
    scene.take(BASE, 4 * PAGE);
    scene.memory.fill(BASE, 0x77, 4 * PAGE);
    expect(reset(scene, BASE + 0x800, 2 * PAGE)).toBe(BASE);
    expect(scene.memory.getUint8(BASE + 0x900)).toBe(0x77);
    expect(scene.memory.read(BASE + PAGE, PAGE).every((byte) => byte === 0)).toBe(true);
    expect(scene.memory.getUint8(BASE + 2 * PAGE)).toBe(0x77);
    expect(scene.memory.getUint8(BASE + 3 * PAGE)).toBe(0x77);
  },
  { machine: { resetEffect: "zero" } },
);

rule("2.6#7", "the base is rounded down to a page", (scene) => {
  scene.take(BASE, 4 * PAGE);
  expect(reset(scene, BASE + PAGE + 0x123, PAGE)).toBe(BASE + PAGE);
  expect(undo(scene, BASE + PAGE + 0x123, PAGE)).toBe(BASE + PAGE);
});

rule("2.6#8", "nothing lost: the bytes are there", (scene) => {
  scene.take(BASE, 2 * PAGE);
  scene.memory.fill(BASE, 0x77, 2 * PAGE);
  reset(scene, BASE, 2 * PAGE);
  expect(undo(scene, BASE, 2 * PAGE)).toBe(BASE);
  expect(scene.memory.read(BASE, 2 * PAGE).every((byte) => byte === 0x77)).toBe(true);
});

rule("2.6#8", "never reset: success, nothing changes", (scene) => {
  scene.take(BASE, 2 * PAGE);
  scene.memory.fill(BASE, 0x77, PAGE);
  const before = scene.state();
  expect(undo(scene, BASE, 2 * PAGE)).toBe(BASE);
  expect(scene.state()).toEqual(before);
});

rule(
  "2.6#8",
  "a page that lost its bytes fails the undo",
  (scene) => {
    scene.take(BASE, 2 * PAGE);
    scene.memory.fill(BASE, 0x77, 2 * PAGE);
    reset(scene, BASE, PAGE);
    refused(scene, MEM_RESET_UNDO, BASE, 2 * PAGE);
    expect(undo(scene, BASE + PAGE, PAGE)).toBe(BASE + PAGE);
  },
  { machine: { resetEffect: "zero" } },
);
