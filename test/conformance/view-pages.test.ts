import { expect } from "vitest";
import {
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
  FILE_MAP_READ,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  PAGE_EXECUTE_READ,
  PAGE_GUARD,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
  SEC_COMMIT,
  SEC_RESERVE,
} from "../../src/constants.ts";
import { guarded, READ, touch, violation } from "./support/fault.ts";
import { expectError } from "./support/refusal.ts";
import { rule } from "./support/rule.ts";
import { PAGE, type Scene } from "./support/scene.ts";
import { mapNative, mapping, PROTECTIONS, section, view } from "./support/sections.ts";

/** Protection of the view, and what its pages may get. */
const ALLOWED: readonly [allocationProtect: number, allowed: readonly number[]][] = [
  [0x01, [0x01]],
  [0x02, [0x01, 0x02, 0x08]],
  [0x08, [0x01, 0x02, 0x08]],
  [0x04, [0x01, 0x02, 0x04, 0x08]],
  [0x10, [0x01, 0x02, 0x08, 0x10, 0x20, 0x80]],
  [0x20, [0x01, 0x02, 0x08, 0x10, 0x20, 0x80]],
  [0x80, [0x01, 0x02, 0x08, 0x10, 0x20, 0x80]],
  [0x40, PROTECTIONS],
];

const KINDS = [
  ["committed", SEC_COMMIT],
  ["reserved", SEC_RESERVE],
] as const;

function twoPages(scene: Scene, attributes: number): number {
  return view(scene, mapping(scene, 2, PAGE_READWRITE | attributes));
}

function protectRefused(
  scene: Scene,
  refusal: { decision: string; error: number },
  base: number,
  protect: number,
): void {
  const { VirtualProtect } = scene.kernel32;
  expectError(scene, refusal, () => VirtualProtect(base, PAGE, protect, { value: 0 }));
}

for (const [protect, allowed] of ALLOWED) {
  rule("7.6", `a view of protection ${protect.toString(16)}`, (scene) => {
    const { status, base } = mapNative(scene, { section: section(scene, 1, 0x40), protect });
    expect(status).toBe(0);
    for (const asked of PROTECTIONS) {
      if (allowed.includes(asked)) {
        scene.protect(base, PAGE, asked);
        expect(scene.run(base)).toMatchObject({ protect: asked, allocationProtect: protect });
      } else {
        const refusal = { decision: "3.3#12", error: ERROR_INVALID_PARAMETER };
        protectRefused(scene, refusal, base, asked);
      }
    }
  });
}

rule("7.6", "GUARD may be added, caching may not", (scene) => {
  const base = twoPages(scene, SEC_COMMIT);
  scene.protect(base, PAGE, PAGE_READWRITE | PAGE_GUARD);
  expect(touch(scene, READ, base)).toEqual(guarded(READ, base));
  expect(scene.protectionAt(base)).toBe(PAGE_READWRITE);
  for (const protect of [0x204, 0x404]) {
    protectRefused(scene, { decision: "3.3#9", error: ERROR_INVALID_PARAMETER }, base, protect);
  }
});

rule("7.6", "WRITECOPY in a READONLY view gives private copies", (scene) => {
  const handle = mapping(scene, 1);
  const shared = view(scene, handle);
  const base = view(scene, handle, FILE_MAP_READ);
  scene.protect(base, PAGE, PAGE_WRITECOPY);
  scene.memory.setUint8(base, 9);
  expect([scene.memory.getUint8(base), scene.memory.getUint8(shared)]).toEqual([9, 0]);
});

rule("7.8#1", "committed pages", (scene) => {
  const base = twoPages(scene, SEC_COMMIT);
  scene.memory.setUint8(base, 7);
  const before = scene.machine.counters.commitCharge;
  expect(scene.commit(base, PAGE, PAGE_READONLY)).toBe(base);
  expect([scene.protectionAt(base), scene.protectionAt(base + PAGE)]).toEqual([
    PAGE_READONLY,
    PAGE_READWRITE,
  ]);
  expect(scene.memory.getUint8(base)).toBe(7);
  expect(scene.machine.counters.commitCharge).toBe(before);
});

rule("7.8#1", "reserved pages", (scene) => {
  const base = twoPages(scene, SEC_RESERVE);
  expect(touch(scene, READ, base)).toEqual(violation(READ, base));
  const before = scene.machine.counters.commitCharge;
  scene.commit(base, PAGE, PAGE_READONLY);
  expect(scene.run(base)).toMatchObject({ state: MEM_COMMIT, protect: PAGE_READONLY, size: PAGE });
  expect(scene.stateAt(base + PAGE)).toBe(MEM_RESERVE);
  expect(scene.memory.getUint8(base)).toBe(0);
  expect(scene.machine.counters.commitCharge).toBe(before + 1);
});

/** VirtualAlloc in a view of either kind that has to fail by this row. */
function allocateRefused(
  decision: string,
  error: number,
  type: number,
  protect: number,
  pages: number,
) {
  return (scene: Scene) => {
    for (const [, attributes] of KINDS) {
      const base = twoPages(scene, attributes);
      expectError(scene, { decision, error }, () =>
        scene.kernel32.VirtualAlloc(base, pages * PAGE, type, protect),
      );
    }
  };
}

rule(
  "7.8#2",
  "execution in a view that has none",
  allocateRefused("2.3#C7", ERROR_INVALID_PARAMETER, MEM_COMMIT, PAGE_EXECUTE_READ, 1),
);

rule(
  "7.8#3",
  "one page more",
  allocateRefused("2.3#C3", ERROR_INVALID_ADDRESS, MEM_COMMIT, PAGE_READWRITE, 3),
);

rule(
  "7.8#4",
  "alone",
  allocateRefused("2.2#R5", ERROR_INVALID_ADDRESS, MEM_RESERVE, PAGE_READWRITE, 1),
);

rule(
  "7.8#4",
  "with COMMIT",
  allocateRefused("2.2#R5", ERROR_INVALID_ADDRESS, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE, 1),
);

for (const [kind, attributes] of KINDS) {
  rule("7.8#5", kind, (scene) => {
    const { VirtualFree } = scene.kernel32;
    const base = twoPages(scene, attributes);
    scene.commit(base, PAGE);
    const refusal = { decision: "3.1#9", error: ERROR_INVALID_PARAMETER };
    for (const size of [0, PAGE]) {
      expectError(scene, refusal, () => VirtualFree(base, size, MEM_DECOMMIT));
    }
    expectError(scene, refusal, () => VirtualFree(base, 0, MEM_RELEASE));
  });

  rule("7.8#6", kind, (scene) => {
    const base = twoPages(scene, attributes);
    scene.commit(base, PAGE);
    const before = scene.machine.counters.commitCharge;
    expect(scene.allocate(base, PAGE, MEM_RESET, PAGE_READWRITE)).toBe(base);
    expect(scene.stateAt(base)).toBe(MEM_COMMIT);
    expect(scene.machine.counters.commitCharge).toBe(before);
  });
}

rule("7.8#7", "before and after a commit", (scene) => {
  const base = twoPages(scene, SEC_RESERVE);
  const refusal = { decision: "3.3#11", error: ERROR_INVALID_ADDRESS };
  protectRefused(scene, refusal, base, PAGE_READONLY);
  scene.commit(base, PAGE);
  expect(scene.protect(base, PAGE, PAGE_READONLY)).toBe(PAGE_READWRITE);
});

rule("7.8#8", "of another process, and mapped later", (scene) => {
  const other = scene.another();
  const handle = mapping(scene, 8, PAGE_READWRITE | SEC_RESERVE, "a");
  const opened = mapping(other, 8, PAGE_READWRITE | SEC_RESERVE, "a");
  const mine = view(scene, handle);
  const theirs = view(other, opened, FILE_MAP_READ);
  scene.commit(mine + 2 * PAGE, 3 * PAGE, PAGE_WRITECOPY);
  const later = view(scene, handle);
  const seen = [
    scene.run(mine + 2 * PAGE),
    other.run(theirs + 2 * PAGE),
    scene.run(later + 2 * PAGE),
  ].map(({ state, size, protect }) => [state, size, protect]);
  expect(seen).toEqual([
    [MEM_COMMIT, 3 * PAGE, PAGE_WRITECOPY],
    [MEM_COMMIT, 3 * PAGE, PAGE_READONLY],
    [MEM_COMMIT, 3 * PAGE, PAGE_READWRITE],
  ]);
  scene.memory.setUint8(later + 2 * PAGE, 7);
  expect(other.memory.getUint8(theirs + 2 * PAGE)).toBe(7);
});

rule("7.8#9", "at an offset of the section", (scene) => {
  const handle = section(scene, 0x20, PAGE_READWRITE, SEC_RESERVE);
  const call = { section: handle, offset: 0x10000, commitSize: PAGE + 1 };
  const { status, base } = mapNative(scene, call);
  expect(status).toBe(0);
  expect(scene.run(base)).toMatchObject({ state: MEM_COMMIT, size: 2 * PAGE });
  expect(scene.stateAt(base + 2 * PAGE)).toBe(MEM_RESERVE);
  const whole = view(scene, handle);
  expect(scene.run(whole)).toMatchObject({ state: MEM_RESERVE, size: 0x10000 });
  expect(scene.run(whole + 0x10000)).toMatchObject({ state: MEM_COMMIT, size: 2 * PAGE });
});

rule("7.8#10", "when the view is gone, with its bytes and its charge", (scene) => {
  const before = scene.machine.counters.commitCharge;
  const handle = mapping(scene, 2, PAGE_READWRITE | SEC_RESERVE);
  const base = view(scene, handle);
  scene.commit(base, PAGE);
  scene.memory.setUint8(base, 7);
  scene.kernel32.UnmapViewOfFile(base);
  expect(scene.machine.counters.commitCharge).toBe(before + 1);
  const again = view(scene, handle);
  expect([scene.stateAt(again), scene.memory.getUint8(again)]).toEqual([MEM_COMMIT, 7]);
});
