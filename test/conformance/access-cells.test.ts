import { expect } from "vitest";
import { PAGE_EXECUTE_READWRITE, PAGE_GUARD, PAGE_READWRITE } from "../../src/constants.ts";
import { accessRows, type Cell, guardRows } from "./access-cells.rows.ts";
import { EXECUTE, type Fault, guarded, READ, touch, violation, WRITE } from "./support/fault.ts";
import { EVERYWHERE, ON_WIN32, type RuleOptions, rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene } from "./support/scene.ts";

/** The page under test, in the middle of three equal ones. */
const AT = BASE + PAGE + 0x123;

/** Three pages of this protection; only views have copy-on-write ones. */
function lay(scene: Scene, protect: number, inView: true | undefined): void {
  if (inView) scene.image(BASE, 3 * PAGE, protect);
  else scene.take(BASE, 3 * PAGE, protect);
}

function faultFor(cell: Cell, address: number): Fault | null {
  if (cell === "ok" || cell === "copy") return null;
  const access = Number(cell.at(-1));
  return cell.startsWith("G") ? guarded(access, address) : violation(access, address);
}

/** The protection that VirtualQuery shows after the access. */
function protectAfter(cell: Cell, protect: number): number {
  if (cell === "copy") {
    const base = protect & 0xff;
    return base === 0x08 ? PAGE_READWRITE : PAGE_EXECUTE_READWRITE;
  }
  return cell.startsWith("G") ? protect & ~PAGE_GUARD : protect;
}

/** One access to one page: what it meets, and what is left. */
function expectCell(scene: Scene, access: number, cell: Cell): void {
  const before = scene.protectionAt(AT);
  expect(touch(scene, access, AT)).toEqual(faultFor(cell, AT));
  expect(scene.protectionAt(AT)).toBe(protectAfter(cell, before));
}

interface Switches {
  readonly name: string;
  readonly options: RuleOptions;
}

const DEP_ON: Switches = { name: "dep on", options: { on: [...EVERYWHERE, "win32 translated"] } };
const DEP_OFF: Switches = { name: "dep off", options: { on: ON_WIN32, machine: { dep: false } } };
const UNREADABLE: Switches = {
  name: "EXECUTE unreadable",
  options: { machine: { executeOnlyReadable: false } },
};
const GUARD_FIRST: Switches = {
  name: "guard first",
  options: { machine: { guardOrder: "guard-first" } },
};

for (const { rule: id, protect, inView, ...cells } of accessRows) {
  for (const { name, options } of [DEP_ON, DEP_OFF, UNREADABLE, GUARD_FIRST]) {
    const isUnreadable = name === UNREADABLE.name && protect === 0x10;
    const kinds: readonly (readonly [string, number, Cell])[] = [
      ["read", READ, isUnreadable ? "AV0" : cells.read],
      ["write", WRITE, cells.write],
      ["execute", EXECUTE, name === DEP_OFF.name ? cells.executeWithoutDep : cells.execute],
    ];
    for (const [kind, access, cell] of kinds) {
      rule(
        id,
        `${kind}: ${cell}, ${name}`,
        (scene) => {
          lay(scene, protect, inView);
          expectCell(scene, access, cell);
          expectCell(scene, access, cell === "copy" ? "ok" : cell);
          expect(scene.protectionAt(BASE)).toBe(protect);
          expect(scene.protectionAt(BASE + 2 * PAGE)).toBe(protect);
        },
        options,
      );
    }
  }
}

for (const { rule: id, protect, inView, ...cells } of guardRows) {
  for (const { name, options } of [DEP_ON, DEP_OFF, UNREADABLE, GUARD_FIRST]) {
    const isUnreadable = name === UNREADABLE.name && protect === 0x10;
    const withoutDep = name === DEP_OFF.name;
    const kinds = [
      ["read", READ, isUnreadable ? (["AV0", "AV0"] as const) : cells.read],
      ["write", WRITE, name === GUARD_FIRST.name ? cells.writeGuardFirst : cells.write],
      ["execute", EXECUTE, withoutDep ? (["G0", "ok"] as const) : cells.execute],
    ] as const;
    for (const [kind, access, twice] of kinds) {
      rule(
        id,
        `${protect.toString(16)}, ${kind}: ${twice.join(", ")}, ${name}`,
        (scene) => {
          lay(scene, protect | PAGE_GUARD, inView);
          for (const cell of twice) expectCell(scene, access, cell);
          expect(scene.protectionAt(BASE)).toBe(protect | PAGE_GUARD);
          expect(scene.protectionAt(BASE + 2 * PAGE)).toBe(protect | PAGE_GUARD);
        },
        options,
      );
    }
  }
}

for (const [name, dep, execute] of [
  ["dep on", true, 8],
  ["dep off", false, 0],
] as const) {
  rule(
    "4.2#9",
    `reserved, free, NULL, ${name}`,
    (scene) => {
      scene.reserve(BASE, GRANULARITY);
      for (const address of [BASE, BASE + GRANULARITY, 0, 0xffff]) {
        expect(touch(scene, READ, address)).toEqual(violation(READ, address));
        expect(touch(scene, WRITE, address)).toEqual(violation(WRITE, address));
        expect(touch(scene, EXECUTE, address)).toEqual(violation(execute, address));
      }
    },
    dep ? {} : { on: ON_WIN32, machine: { dep } },
  );
}
