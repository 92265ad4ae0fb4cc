import { expect } from "vitest";
import {
  MEM_COMMIT,
  MEM_PRIVATE,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { rule } from "./support/rule.ts";
import { BASE, expectUnchanged, GRANULARITY, PAGE, type Scene } from "./support/scene.ts";
import {
  ADDRESSES,
  type AddressState,
  type Answer,
  type Letter,
  matrixRows,
  TYPE_BITS,
} from "./type-matrix.rows.ts";

const LETTERS = Object.keys(TYPE_BITS) as Letter[];

const PLACES: Readonly<Record<AddressState, number>> = {
  NULL: 0,
  free: BASE,
  rsv: BASE + 0x100000,
  com: BASE + 0x200000,
  "pagefile view": BASE + 0x300000,
  "file view": BASE + 0x400000,
};
const IMAGE = BASE + 0x500000;

/** A scene with one page of every state, the committed ones read-only so that a change shows. */
function furnish(scene: Scene): void {
  scene.reserve(PLACES.rsv, GRANULARITY);
  scene.take(PLACES.com, GRANULARITY, PAGE_READONLY);
  scene.view(PLACES["pagefile view"], GRANULARITY, PAGE_READWRITE, "pagefile");
  scene.protect(PLACES["pagefile view"], GRANULARITY, PAGE_READONLY);
  scene.view(PLACES["file view"], GRANULARITY, PAGE_READWRITE, "file");
  scene.image(IMAGE, GRANULARITY, PAGE_READONLY);
}

/** Every combination of the eight bits. */
const combinations = Array.from({ length: 256 }, (_, bits) => {
  return new Set(LETTERS.filter((_letter, index) => (bits >> index) & 1));
});

function typeOf(letters: ReadonlySet<Letter>): number {
  return [...letters].reduce((type, letter) => type | TYPE_BITS[letter], 0);
}

function rowOf(letters: ReadonlySet<Letter>) {
  const row = matrixRows.find(({ holds }) => holds(letters));
  if (row === undefined) throw new Error(`no row for ${[...letters].join("")}`);
  return row;
}

function expectAnswer(
  scene: Scene,
  letters: ReadonlySet<Letter>,
  address: number,
  expected: Answer,
): void {
  const { kernel32 } = scene;
  const type = typeOf(letters);
  const name = `${[...letters].join("")} at ${address.toString(16)}`;
  if (typeof expected === "number") {
    expectUnchanged(scene, () => {
      kernel32.SetLastError(0);
      expect(kernel32.VirtualAlloc(address, PAGE, type, PAGE_READWRITE), name).toBe(0);
      expect(kernel32.GetLastError(), name).toBe(expected);
    });
    return;
  }
  const before = address === 0 ? null : scene.run(address);
  const base = kernel32.VirtualAlloc(address, PAGE, type, PAGE_READWRITE);
  expect(base, `${name}: ${scene.machine.decision}`).not.toBe(0);
  if (address !== 0) expect(base, name).toBe(address);
  expectEffect(scene, base, expected, before, name);
  // High above everything that lowest-first placement gives in this scene.
  if (address === 0) expect(base > IMAGE, name).toBe(letters.has("T"));
  undo(scene, base, expected, before?.protect ?? 0);
}

function expectEffect(
  scene: Scene,
  base: number,
  expected: Answer,
  before: object | null,
  name: string,
): void {
  const run = scene.run(base);
  if (expected === "same") {
    expect(run, name).toEqual(before);
    return;
  }
  const committed = expected !== "reserve" && expected !== "tracked" && expected !== "window";
  expect(run, name).toMatchObject({
    size: PAGE,
    state: committed ? MEM_COMMIT : MEM_RESERVE,
    protect: committed ? PAGE_READWRITE : 0,
  });
  if (expected === "commit" || expected === "reprotect") return;
  expect(run, name).toMatchObject({ type: MEM_PRIVATE, allocationBase: base });
  const watched = scene.kernel32.ResetWriteWatch(base, PAGE) === 0;
  expect(watched, name).toBe(expected === "tracked" || expected === "tracked+commit");
}

function undo(scene: Scene, base: number, done: Answer, protect: number): void {
  if (done === "same") return;
  if (done === "reprotect") scene.protect(base, PAGE, protect);
  else if (done === "commit") scene.free(base, PAGE, 0x4000);
  else scene.free(base, 0, MEM_RELEASE);
}

for (const { rule: id } of new Map(matrixRows.map((row) => [row.rule, row])).values()) {
  rule(id, "every combination that the row speaks of, at six kinds of address", (scene) => {
    furnish(scene);
    const cases = combinations.filter((letters) => rowOf(letters).rule === id);
    expect(cases.length).toBeGreaterThan(0);
    for (const letters of cases) {
      const { answers } = rowOf(letters);
      for (const [column, state] of ADDRESSES.entries()) {
        expectAnswer(scene, letters, PLACES[state], answers[column] as Answer);
      }
      expectAnswer(scene, letters, IMAGE, answers[ADDRESSES.length - 1] as Answer);
    }
  });
}
