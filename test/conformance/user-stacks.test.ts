import { expect } from "vitest";
import {
  MEM_FREE,
  PAGE_NOACCESS,
  PAGE_READWRITE,
  STATUS_ACCESS_VIOLATION,
  STATUS_COMMITMENT_LIMIT,
  STATUS_INVALID_PARAMETER,
  STATUS_NO_MEMORY,
} from "../../src/constants.ts";
import { rule } from "./support/rule.ts";
import { BASE, PAGE, type Scene } from "./support/scene.ts";
import { GUARDED, SMALL } from "./support/stack-scene.ts";

const UNTOUCHED = { StackBase: 77 };

/** RtlCreateUserStack, and the structure that it filled in. */
function create(
  scene: Scene,
  commit: number,
  reserve: number,
  zeroBits = 0,
  commitAlign = 1,
  reserveAlign = 1,
) {
  const teb = { ...UNTOUCHED, StackLimit: 0, StackAllocationBase: 0 };
  const { RtlCreateUserStack } = scene.ntdll;
  const status = RtlCreateUserStack(commit, reserve, zeroBits, commitAlign, reserveAlign, teb);
  return {
    status,
    teb,
    commit: teb.StackBase - teb.StackLimit,
    reserve: teb.StackBase - teb.StackAllocationBase,
  };
}

rule("4.9#16", "and changes nothing", (scene) => {
  const before = scene.state();
  const refused = [
    [0, 0, 0, 0, 1],
    [0, 0, 0, 1, 0],
    [0, 0, 12, 1, 1],
    [0, 0, 13, 1, 1],
    [0, 0, 0x7fffffff, 1, 1],
  ] as const;
  const statuses = refused.map(([commit, reserve, zeroBits, commitAlign, reserveAlign]) => {
    const { status, teb } = create(scene, commit, reserve, zeroBits, commitAlign, reserveAlign);
    expect([teb.StackBase, scene.machine.decision]).toEqual([77, "17.13#1"]);
    return status;
  });
  expect(statuses).toEqual([
    STATUS_INVALID_PARAMETER,
    STATUS_INVALID_PARAMETER,
    STATUS_NO_MEMORY,
    STATUS_INVALID_PARAMETER,
    STATUS_INVALID_PARAMETER,
  ]);
  expect(scene.state()).toEqual(before);
});

rule(
  "17.13#1",
  "alignment first, then zero bits, room, and charge",
  (scene) => {
    expect(create(scene, 0, 0, 13, 0, 1).status).toBe(STATUS_INVALID_PARAMETER);
    expect(create(scene, 0, 2 ** 47, 13).status).toBe(STATUS_INVALID_PARAMETER);
    expect(create(scene, 2 ** 31, 2 ** 47).status).toBe(STATUS_NO_MEMORY);
    expect(create(scene, 0x2000000, 0).status).toBe(STATUS_COMMITMENT_LIMIT);
    expect(scene.process.counters.regions).toBe(1);
    expect(create(scene, 0, 0, 11).teb.StackBase).toBeLessThanOrEqual(0x200000);
  },
  { machine: { commitLimit: 0x1000 }, on: ["win64 translated"] },
);

rule("17.13#1", "the masks of alignments that are no powers of two", (scene) => {
  // (0x5000 + 0x2fff) & ~0x2fff
  expect(create(scene, 0x5000, 0x40000, 0, 0x3000, 1).commit).toBe(0x5000);
  expect(create(scene, 0x4000, 0x40000, 0, 0x3000, 1).commit).toBe(0x4000);
  expect(create(scene, 0x2000, 0x40000, 0, 0x3000, 1).commit).toBe(0x4000);
});

rule("17.13#1", "a structure that cannot be written: nothing is made", (scene) => {
  const at = scene.take(BASE, PAGE, PAGE_NOACCESS);
  const before = scene.state();
  const { RtlCreateUserStack } = scene.ntdll;
  expect(RtlCreateUserStack(0, 0, 0, 1, 1, at)).toBe(STATUS_ACCESS_VIOLATION);
  expect(RtlCreateUserStack(0, 0, 0, 1, 1, null)).toBe(STATUS_ACCESS_VIOLATION);
  expect(scene.state()).toEqual(before);
});

rule("17.13#2", "the fields, as an object and in the guest", (scene) => {
  const guards = scene.wide ? 2 : 1;
  const before = scene.process.counters.commitCharge;
  const made = { value: {} as Record<string, number> };
  expect(scene.ntdll.RtlCreateUserStack(0x5000, 0x20000, 0, 1, 1, made as never)).toBe(0);
  const { StackBase = 0, StackLimit = 0, StackAllocationBase = 0 } = made.value;
  expect(made.value).toEqual({
    OldStackBase: 0,
    OldStackLimit: 0,
    StackBase: StackAllocationBase + 0x20000,
    StackLimit: StackBase - 0x5000,
    StackAllocationBase,
  });
  expect(scene.process.counters.commitCharge - before).toBe(5 + guards);
  expect(scene.run(StackLimit)).toMatchObject({ size: 0x5000, protect: PAGE_READWRITE });
  expect(scene.run(StackLimit - 1)).toMatchObject({ size: PAGE, protect: GUARDED });
  expect(scene.run(StackLimit - guards * PAGE)).toMatchObject({
    size: guards * PAGE,
    protect: GUARDED,
  });

  const at = scene.take(BASE, PAGE);
  expect(scene.ntdll.RtlCreateUserStack(0x5000, 0x20000, 0, 1, 1, at)).toBe(0);
  const bytes = scene.machine.pointerBytes;
  const field = (index: number) =>
    bytes === 8
      ? Number(scene.memory.getBigUint64(at + 8 * index))
      : scene.memory.getUint32(at + 4 * index);
  expect([field(0), field(1)]).toEqual([0, 0]);
  expect([field(2) - field(4), field(2) - field(3)]).toEqual([0x20000, 0x5000]);
  expect(scene.memory.getUint32(at + 5 * bytes)).toBe(0);
});

rule("17.13#2", "no minimum, no guard where all is committed", (scene) => {
  expect(create(scene, 0x1000, 0x10000)).toMatchObject({ commit: 0x1000, reserve: 0x10000 });
  const whole = create(scene, 0x100000, 0x100000);
  expect(whole).toMatchObject({ commit: 0x100000, reserve: 0x100000 });
  expect(scene.run(whole.teb.StackAllocationBase)).toMatchObject({
    size: 0x100000,
    protect: PAGE_READWRITE,
  });
});

rule("17.13#3", "sizes", (scene) => {
  expect(create(scene, 0x20000, 0x20000).reserve).toBe(0x100000);
  expect(create(scene, 0x11000, 0x110000, 0, 1, 0x40000).reserve).toBe(0x140000);
  expect(create(scene, 0x11000, 0x140000, 0, 0x4000, 0x40000)).toMatchObject({
    commit: 0x14000,
    reserve: 0x140000,
  });
  expect(create(scene, 0x300000, 0x110000)).toMatchObject({ commit: 0x300000, reserve: 0x300000 });
  expect(create(scene, 0, 0)).toMatchObject({ commit: 0x2000, reserve: 0x100000 });
});

rule("17.13#4", "whoever has it; anything else is left alone", (scene) => {
  const { RtlFreeUserStack } = scene.ntdll;
  const { teb } = create(scene, 0, 0);
  RtlFreeUserStack(teb.StackLimit);
  RtlFreeUserStack(null);
  expect(scene.run(teb.StackLimit).allocationBase).toBe(teb.StackAllocationBase);
  RtlFreeUserStack(teb.StackAllocationBase);
  expect(scene.stateAt(teb.StackLimit)).toBe(MEM_FREE);
  const thread = scene.process.createThread(SMALL);
  const { deallocationStack = 0 } = thread.stack ?? {};
  RtlFreeUserStack(deallocationStack);
  thread.releaseStack();
  expect([thread.stack, scene.stateAt(deallocationStack)]).toEqual([null, MEM_FREE]);
});

rule("17.13#5", "0x3F00 is 0x4000, and a reservation beside it", (scene) => {
  const guards = scene.wide ? 2 : 1;
  const shown = (options: object) => {
    const {
      base = 0,
      limit = 0,
      deallocationStack = 0,
    } = scene.process.createThread(options).stack ?? {};
    return [base - deallocationStack, base - limit];
  };
  expect(shown({ stackCommit: 0x3f00 })).toEqual([0x100000, 0x4000 - guards * PAGE]);
  expect(shown({ stackReserve: 0x30000 })).toEqual([0x30000, PAGE]);
  expect(shown({ stackCommit: 0x8000, stackReserve: 0x30000 })).toEqual([
    0x30000,
    0x8000 - guards * PAGE,
  ]);
});

rule("17.13#6", "too much for the stack, and without a stack", (scene) => {
  const { SetThreadStackGuarantee, GetLastError } = scene.kernel32;
  const thread = scene.process.createThread(SMALL);
  const size = { value: 0 };
  expect(SetThreadStackGuarantee(size)).toBe(1);
  size.value = 0x1000;
  expect([SetThreadStackGuarantee(size), size.value, GetLastError()]).toEqual([0, 0, 87]);
  thread.run(() => {
    size.value = 0xf000;
    expect([SetThreadStackGuarantee(size), size.value]).toEqual([1, 0]);
    for (const value of [0xf001, 0x10000, 0xffffffff]) {
      size.value = value;
      expect([SetThreadStackGuarantee(size), size.value, GetLastError()]).toEqual([0, 0xf000, 87]);
      expect(scene.machine.decision).toBe("17.13#6");
    }
  });
});
