import { expect } from "vitest";
import {
  ERROR_INVALID_PARAMETER,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_EXECUTE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_NOCACHE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_TARGETS_INVALID,
  PAGE_WRITECOMBINE,
} from "../../src/constants.ts";
import { MODIFIERS, protectionRows, type Verdict, verdictOf } from "./protection-values.rows.ts";
import { rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene } from "./support/scene.ts";

const BOTH = MEM_RESERVE | MEM_COMMIT;
/** A region with a committed page, and beside it a reserved one. */
const KEPT = BASE + GRANULARITY;

interface Operation {
  readonly name: string;
  readonly call: (scene: Scene, protect: number) => number;
  /** Which row refuses a protection that only views may have. */
  readonly viewOnly: string;
  readonly bad: string;
  /** What VirtualQuery shows after a success. */
  readonly shown: (protect: number) => number;
  readonly undo: (scene: Scene) => void;
  readonly at: number;
}

const SHOWN_IN_PLAIN_REGION = ~(PAGE_NOCACHE | PAGE_WRITECOMBINE);

const operations: readonly Operation[] = [
  {
    name: "reserve",
    call: (scene, protect) => scene.kernel32.VirtualAlloc(BASE, PAGE, MEM_RESERVE, protect),
    viewOnly: "2.2#R1",
    bad: "2.1#9",
    shown: () => 0,
    undo: (scene) => scene.free(BASE, 0, MEM_RELEASE),
    at: BASE,
  },
  {
    name: "reserve and commit",
    call: (scene, protect) => scene.kernel32.VirtualAlloc(BASE, PAGE, BOTH, protect),
    viewOnly: "2.2#R1",
    bad: "2.1#9",
    shown: (protect) => protect,
    undo: (scene) => scene.free(BASE, 0, MEM_RELEASE),
    at: BASE,
  },
  {
    name: "commit",
    call: (scene, protect) => {
      return scene.kernel32.VirtualAlloc(KEPT + PAGE, PAGE, MEM_COMMIT, protect);
    },
    viewOnly: "2.3#C8",
    bad: "2.1#9",
    shown: (protect) => protect & SHOWN_IN_PLAIN_REGION,
    undo: (scene) => scene.free(KEPT + PAGE, PAGE, MEM_DECOMMIT),
    at: KEPT + PAGE,
  },
  {
    name: "protect",
    call: (scene, protect) => scene.kernel32.VirtualProtect(KEPT, PAGE, protect, { value: 0 }),
    viewOnly: "3.3#10",
    bad: "3.3#1",
    shown: (protect) => protect & SHOWN_IN_PLAIN_REGION,
    undo: (scene) => void scene.protect(KEPT, PAGE, PAGE_READWRITE),
    at: KEPT,
  },
];

function prepare(scene: Scene): void {
  scene.reserve(KEPT, 2 * PAGE);
  scene.commit(KEPT, PAGE);
}

function expectVerdict(
  scene: Scene,
  operation: Operation,
  protect: number,
  verdict: Verdict,
): void {
  const { kernel32, machine } = scene;
  const before = scene.run(operation.at);
  kernel32.SetLastError(0);
  const succeeded = operation.call(scene, protect) !== 0;
  const decision = machine.decision;
  const name = `${operation.name} ${protect.toString(16)}`;
  if (verdict === "ok") {
    expect(succeeded, `${name}: ${decision}`).toBe(true);
    expect(scene.protectionAt(operation.at), name).toBe(operation.shown(protect));
    operation.undo(scene);
    return;
  }
  const row = verdict === "bad" ? operation.bad : operation.viewOnly;
  const answer = { succeeded, decision, error: kernel32.GetLastError() };
  expect(answer, name).toEqual({ succeeded: false, decision: row, error: ERROR_INVALID_PARAMETER });
  expect(scene.run(operation.at), name).toEqual(before);
}

for (const { rule: id, base, verdicts } of protectionRows) {
  rule(id, `base ${base.toString(16)} with every modifier`, (scene) => {
    prepare(scene);
    for (const operation of operations) {
      for (const [column, modifiers] of MODIFIERS.entries()) {
        expectVerdict(scene, operation, base | modifiers, verdicts[column] as Verdict);
      }
    }
  });
}

for (const operation of operations) {
  rule("2.4#11", `${operation.name}: all 2,048`, (scene) => {
    prepare(scene);
    for (let protect = 0; protect < 0x800; protect++) {
      expectVerdict(scene, operation, protect, verdictOf(protect));
    }
  });
}

const STICKY = [
  { rule: "2.4#12", bit: PAGE_NOCACHE },
  { rule: "2.4#13", bit: PAGE_WRITECOMBINE },
] as const;

for (const { rule: id, bit } of STICKY) {
  rule(id, "a region made without it never shows it", (scene) => {
    scene.take(BASE, 2 * PAGE);
    scene.protect(BASE, PAGE, PAGE_READWRITE | bit);
    expect(scene.run(BASE)).toMatchObject({ protect: PAGE_READWRITE, size: 2 * PAGE });
    scene.commit(BASE, PAGE, PAGE_READONLY | bit);
    expect(scene.protectionAt(BASE)).toBe(PAGE_READONLY);
  });

  rule(id, "a region made with it shows it on every page", (scene) => {
    scene.take(BASE, 4 * PAGE, PAGE_READWRITE | bit);
    expect(scene.run(BASE)).toMatchObject({ allocationProtect: PAGE_READWRITE | bit });
    expect(scene.protect(BASE, PAGE, PAGE_READONLY)).toBe(PAGE_READWRITE | bit);
    expect(scene.protectionAt(BASE)).toBe(PAGE_READONLY | bit);
    scene.protect(BASE, PAGE, PAGE_NOACCESS);
    expect(scene.protectionAt(BASE)).toBe(PAGE_NOACCESS | bit);
    expect(scene.protect(BASE, PAGE, PAGE_READWRITE | PAGE_GUARD)).toBe(PAGE_NOACCESS | bit);
    expect(scene.protectionAt(BASE)).toBe(PAGE_READWRITE | PAGE_GUARD | bit);
    expect(scene.protect(BASE, PAGE, PAGE_READWRITE)).toBe(PAGE_READWRITE | PAGE_GUARD | bit);
  });

  rule(id, "a reserved region gives it to what is committed later", (scene) => {
    scene.reserve(BASE, 4 * PAGE, PAGE_READWRITE | bit);
    scene.commit(BASE, PAGE, PAGE_READWRITE);
    expect(scene.protectionAt(BASE)).toBe(PAGE_READWRITE | bit);
    scene.commit(BASE + PAGE, PAGE, PAGE_READONLY | PAGE_GUARD);
    expect(scene.protectionAt(BASE + PAGE)).toBe(PAGE_READONLY | PAGE_GUARD | bit);
  });
}

rule("2.4#14", "executable protections take it, others do not", (scene) => {
  prepare(scene);
  const executable = [PAGE_EXECUTE, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE];
  for (const operation of operations) {
    for (const protect of executable) {
      const asked = protect | PAGE_TARGETS_INVALID;
      expect(operation.call(scene, asked), `${operation.name} ${protect}`).not.toBe(0);
      operation.undo(scene);
    }
    for (const protect of [
      0,
      PAGE_NOACCESS,
      PAGE_READONLY,
      PAGE_READWRITE,
      PAGE_READWRITE | 0x100,
    ]) {
      expectVerdict(scene, operation, protect | PAGE_TARGETS_INVALID, "bad");
    }
    for (const protect of [0x30, 0x320, 0x18]) {
      expectVerdict(scene, operation, protect | PAGE_TARGETS_INVALID, "bad");
    }
  }
});

rule("2.4#15", "every other bit of the 32, with every base", (scene) => {
  prepare(scene);
  for (const operation of operations) {
    for (let bit = 11; bit < 32; bit++) {
      if (2 ** bit === PAGE_TARGETS_INVALID) continue;
      for (const base of [0, 1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80]) {
        expectVerdict(scene, operation, 2 ** bit + base, "bad");
      }
    }
  }
});
