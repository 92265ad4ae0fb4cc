import { expect } from "vitest";
import {
  FILE_MAP_READ,
  MEM_COMMIT,
  MEM_RESERVE,
  SEC_COMMIT,
  SEC_IMAGE,
  SEC_RESERVE,
} from "../../src/constants.ts";
import { EXECUTE, READ, touch, WRITE } from "./support/fault.ts";
import { fileMapping } from "./support/file-sections.ts";
import { createImage, EVERY_PROTECTION, EVERY_SECTION, openProgram } from "./support/images.ts";
import { rule } from "./support/rule.ts";
import { PAGE, type Scene } from "./support/scene.ts";
import { map, view as mapped, mapping } from "./support/sections.ts";
import {
  ACCESSES,
  accessOf,
  commitOf,
  isMapped,
  KINDS,
  type KindName,
  type Met,
  type Outcome,
  type PageKind,
  PROTECTIONS,
  protectAtFirst,
  protectOf,
  VIEW_OF_ACCESS,
  VIEWS_OF_SECTION,
} from "./view-suite.rows.ts";

/** How sections of one kind are made. */
interface Maker {
  readonly kind: KindName;
  /** A new section made with this protection: a handle as CreateFileMapping gives it. */
  readonly create: (scene: Scene, protect: number) => number;
  /** Bytes from the base of a view to such a page. */
  readonly offsetOf: (page: PageKind) => number;
}

function anonymous(kind: KindName, attributes: number): Maker {
  return {
    kind,
    create: (scene, protect) => mapping(scene, 3, protect | attributes),
    offsetOf: () => PAGE,
  };
}

const file: Maker = {
  kind: "file",
  create: (scene, protect) => fileMapping(scene, 3, protect),
  offsetOf: () => PAGE,
};

const image: Maker = {
  kind: "image",
  create: (scene, protect) => {
    return createImage(scene, openProgram(scene, { sections: EVERY_SECTION }), protect | SEC_IMAGE);
  },
  offsetOf: ({ protect }) => {
    if (protect === "view" || protect === "none") throw new RangeError("an image has its own");
    return (1 + EVERY_PROTECTION.indexOf(protect)) * PAGE;
  },
};

const MAKERS: readonly Maker[] = [
  anonymous("committed", SEC_COMMIT),
  anonymous("reserved", SEC_RESERVE),
  file,
  image,
];

const ACCESS_CODES = { read: READ, write: WRITE, execute: EXECUTE } as const;
const WRITTEN = 0x5a;

/** One page in one view of a section that nothing else uses. */
interface View {
  readonly handle: number;
  readonly base: number;
  readonly address: number;
  readonly view: number;
  readonly page: PageKind;
  /** What the page shows at first. */
  readonly protect: number;
}

function hex(value: number): string {
  return value.toString(16).padStart(2, "0");
}

function shownAt(scene: Scene, address: number): number {
  return scene.run(address).protect;
}

/** For each access that maps, and each kind of page: `body` in a view of its own. */
function inEachView(
  scene: Scene,
  { create, kind, offsetOf }: Maker,
  created: number,
  body: (view: View) => readonly [what: string, expected: unknown, actual: unknown][],
): void {
  const wrong: unknown[] = [];
  for (const [access, view] of VIEW_OF_ACCESS) {
    if (!isMapped(created, view)) continue;
    for (const page of KINDS[kind].pages) {
      const handle = create(scene, created);
      const base = mapped(scene, handle, access);
      const address = base + offsetOf(page);
      const protect = protectAtFirst(page, view);
      const around = [address - PAGE, address + PAGE];
      const before = around.map((at) => shownAt(scene, at));
      const answers = body({ handle, base, address, view, page, protect });
      const after = around.map((at) => shownAt(scene, at));
      for (const [what, expected, actual] of [...answers, ["around", before, after] as const]) {
        if (JSON.stringify(expected) === JSON.stringify(actual)) continue;
        wrong.push({ access: hex(access), page: page.name, what, expected, actual });
      }
      expect(scene.kernel32.UnmapViewOfFile(base)).toBe(1);
      expect(scene.kernel32.CloseHandle(handle)).toBe(1);
    }
  }
  expect(wrong).toEqual([]);
}

/** The same once for each protection that may be asked. */
function forEachAsked(
  scene: Scene,
  maker: Maker,
  created: number,
  body: (view: View, asked: number) => readonly [expected: unknown, actual: unknown][],
): void {
  for (const asked of PROTECTIONS) {
    inEachView(scene, maker, created, (view) =>
      body(view, asked).map(([expected, actual]) => [`asked ${hex(asked)}`, expected, actual]),
    );
  }
}

/** A call about the page: its error and what the page shows then. */
function outcomeOf(scene: Scene, address: number, call: () => number): Outcome {
  scene.kernel32.SetLastError(0);
  const done = call() !== 0;
  const error = done ? 0 : scene.kernel32.GetLastError();
  return { error, protect: shownAt(scene, address) };
}

/** One access, and whether another view sees what it wrote. */
function meet(
  scene: Scene,
  { address, base, handle }: View,
  access: (typeof ACCESSES)[number],
): Met {
  const fault = touch(scene, ACCESS_CODES[access], address);
  if (fault !== null) {
    expect(fault.address).toBe(address);
    return { cell: `AV${fault.access}`, protect: shownAt(scene, address) };
  }
  const protect = shownAt(scene, address);
  if (access !== "write") return { cell: "ok", protect };
  expect(scene.memory.getUint8(address)).toBe(WRITTEN);
  const other = mapped(scene, handle, FILE_MAP_READ);
  const isShared = scene.memory.getUint8(other + address - base) === WRITTEN;
  expect(scene.kernel32.UnmapViewOfFile(other)).toBe(1);
  return { cell: isShared ? "ok" : "copy", protect };
}

for (const maker of MAKERS) {
  const { kind } = maker;
  for (const [created] of VIEWS_OF_SECTION) {
    const title = `${kind}, made with ${hex(created)}`;

    rule("7.3#2", title, (scene) => {
      const handle = maker.create(scene, created);
      const answers = VIEW_OF_ACCESS.map(([access]) => {
        scene.kernel32.SetLastError(0);
        const base = map(scene, handle, access);
        if (base === 0) return [hex(access), scene.kernel32.GetLastError()];
        const { allocationProtect, type } = scene.run(base);
        scene.kernel32.UnmapViewOfFile(base);
        return [hex(access), hex(allocationProtect), type];
      });
      const { allocationProtect, type } = KINDS[kind];
      const expected = VIEW_OF_ACCESS.map(([access, view]) => {
        if (!isMapped(created, view)) return [hex(access), 5];
        return [hex(access), hex(allocationProtect === "view" ? view : allocationProtect), type];
      });
      expect(answers).toEqual(expected);
    });

    rule("7.4#2", title, (scene) => {
      inEachView(scene, maker, created, ({ address, protect }) => {
        const { protect: shown, state } = scene.run(address);
        const isCommitted = protect !== 0;
        return [["state", [isCommitted ? MEM_COMMIT : MEM_RESERVE, protect], [state, shown]]];
      });
    });

    rule("7.7#1", title, (scene) => {
      for (const access of ACCESSES) {
        inEachView(scene, maker, created, (view) => [
          [access, accessOf(view.protect, access), meet(scene, view, access)],
        ]);
      }
    });

    rule("7.6", title, (scene) => {
      const { VirtualProtect } = scene.kernel32;
      forEachAsked(scene, maker, created, ({ address, protect, view }, asked) => {
        const old = { value: 0 };
        const outcome = outcomeOf(scene, address, () => VirtualProtect(address, 1, asked, old));
        const expected = protectOf(kind, view, asked, protect, false);
        return [
          [expected, outcome],
          [expected.error === 0 ? protect : 0, old.value],
        ];
      });
    });

    rule("7.7#5", title, (scene) => {
      const { VirtualProtect } = scene.kernel32;
      forEachAsked(scene, maker, created, ({ address, protect, view }, asked) => {
        const written = accessOf(protect, "write");
        if (written.cell !== "copy") return [];
        scene.memory.setUint8(address, WRITTEN);
        const old = { value: 0 };
        const outcome = outcomeOf(scene, address, () => VirtualProtect(address, 1, asked, old));
        const expected = protectOf(kind, view, asked, written.protect, true);
        return [
          [expected, outcome],
          [expected.error === 0 ? written.protect : 0, old.value],
        ];
      });
    });

    rule("7.8#1", title, (scene) => {
      const { VirtualAlloc } = scene.kernel32;
      forEachAsked(scene, maker, created, ({ address, protect, view }, asked) => {
        const outcome = outcomeOf(scene, address, () =>
          VirtualAlloc(address, 1, MEM_COMMIT, asked),
        );
        return [[commitOf(kind, view, asked, protect), outcome]];
      });
    });
  }
}
