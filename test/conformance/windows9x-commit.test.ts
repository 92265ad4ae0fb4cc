import { expect } from "vitest";
import {
  ERROR_INVALID_ADDRESS,
  MEM_COMMIT,
  MEM_PRIVATE,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_EXECUTE_READWRITE,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { touch, WRITE } from "./support/fault.ts";
import { expectError } from "./support/refusal.ts";
import { ON_WIN9X, rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE } from "./support/scene.ts";

const on = ON_WIN9X;

const conflict = (decision: string) => ({ decision, error: ERROR_INVALID_ADDRESS });

rule(
  "14.1#4",
  "on a machine that is asked for nothing else",
  (scene) => {
    expect(scene.commit(BASE, PAGE)).toBe(BASE);
    expect(scene.machine.decision).toBe("17.19#1");
    expect(touch(scene, WRITE, BASE)).toBe(null);
  },
  { on },
);

rule(
  "14.1#4",
  "not with autoReserveOnCommit: false",
  (scene) => {
    const call = () => scene.kernel32.VirtualAlloc(BASE, PAGE, MEM_COMMIT, PAGE_READWRITE);
    expectError(scene, conflict("2.3#C2"), call);
  },
  { on, machine: { autoReserveOnCommit: false } },
);

rule(
  "17.19#1",
  "some pages of the last 64 KB, and then another",
  (scene) => {
    const address = BASE + 0x2_3800;
    expect(scene.commit(address, PAGE)).toBe(BASE + 0x2_3000);
    expect(scene.machine.decision).toBe("17.19#1");
    const start = BASE + 0x2_0000;
    expect(scene.runs().filter(({ allocationBase }) => allocationBase === start)).toMatchObject([
      { base: start, size: 0x3000, state: MEM_RESERVE, type: MEM_PRIVATE },
      { base: start + 0x3000, size: 0x2000, state: MEM_COMMIT, protect: PAGE_READWRITE },
    ]);
    expect(scene.process.counters.commitCharge).toBe(2);
    scene.commit(start, PAGE);
    expect(scene.process.counters.commitCharge).toBe(3);
    scene.free(start, 0, MEM_RELEASE);
    expect(scene.process.counters.regions).toBe(0);
  },
  { on },
);

rule(
  "17.19#2",
  "in its own 64 KB, behind it, and further on",
  (scene) => {
    scene.reserve(BASE, PAGE);
    scene.reserve(BASE + 3 * GRANULARITY, PAGE);
    const { VirtualAlloc } = scene.kernel32;
    for (const [base, size] of [
      [BASE + PAGE, PAGE],
      [BASE + 2 * GRANULARITY, GRANULARITY + 1],
      [BASE + GRANULARITY, 4 * GRANULARITY],
    ] as const) {
      const call = () => VirtualAlloc(base, size, MEM_COMMIT, PAGE_READWRITE);
      expectError(scene, conflict("17.19#2"), call);
    }
  },
  { on },
);

rule(
  "17.19#3",
  "by a byte",
  (scene) => {
    scene.reserve(BASE, 2 * PAGE);
    const { VirtualAlloc } = scene.kernel32;
    const call = () => VirtualAlloc(BASE + PAGE, PAGE + 1, MEM_COMMIT, PAGE_READWRITE);
    expectError(scene, conflict("2.3#C3"), call);
  },
  { on },
);

rule(
  "17.19#4",
  "as it is kept",
  (scene) => {
    const protections = [PAGE_READONLY, PAGE_NOACCESS, PAGE_EXECUTE_READWRITE | PAGE_GUARD];
    for (const [index, protect] of protections.entries()) {
      const base = BASE + index * GRANULARITY;
      scene.commit(base + PAGE, PAGE, protect);
      const kept = [PAGE_READONLY, PAGE_NOACCESS, PAGE_READWRITE][index];
      expect(scene.run(base)).toMatchObject({ state: MEM_RESERVE, allocationProtect: kept });
      expect(scene.protectionAt(base + PAGE)).toBe(kept);
    }
  },
  { on },
);
