import { beforeEach, describe, expect, test } from "vitest";
import { HexView, LINES_SHOWN } from "../../demo/bytes/hex-view.ts";
import { typed } from "../../demo/bytes/typing.ts";
import { Session } from "../../demo/session/session.ts";
import {
  EXCEPTION_GUARD_PAGE,
  MEM_COMMIT,
  MEM_PRIVATE,
  MEM_RESERVE,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { kernel32 } from "../../src/kernel32.ts";
import type { MemoryBasicInformation } from "../../src/structs.ts";
import { createMachine } from "../setup/machine.ts";

const BASE = 0x100000;
const PAGE = 0x1000;
/** Pages of the region. */
const PLAIN = BASE;
const GUARD = BASE + PAGE;
const CLOSED = BASE + 2 * PAGE;
const RESERVED = BASE + 3 * PAGE;

let session: Session;
let view: HexView;

beforeEach(async () => {
  const machine = await createMachine({ profile: "win32" });
  const commit = (protect: number) => ({ size: PAGE, state: MEM_COMMIT, protect });
  machine.createProcess().adoptRegion({
    base: BASE,
    size: 0x10000,
    type: MEM_PRIVATE,
    allocationProtect: PAGE_READWRITE,
    runs: [
      commit(PAGE_READWRITE),
      commit(PAGE_READWRITE | PAGE_GUARD),
      commit(PAGE_NOACCESS),
      { size: 0xd000, state: MEM_RESERVE },
    ],
  });
  session = new Session(machine);
  view = new HexView(session);
  view.isShown.value = true;
  view.follow();
});

function type(keys: string, side: "hex" | "text" = "hex"): void {
  view.side.value = side;
  for (const key of keys) view.press(key);
}

function query(address: number): Partial<MemoryBasicInformation> {
  const information: Partial<MemoryBasicInformation> = {};
  kernel32(session.process.value).VirtualQuery(address, information);
  return information;
}

/** Every byte in sight, as a page that is drawn reads them. */
function look(): (number | undefined)[] {
  return view.inSight.value.flatMap(({ start }) => {
    if (start === undefined) return [];
    return Array.from({ length: view.columns.value }, (_, column) => {
      return view.picture.value.byte(start + column);
    });
  });
}

describe("looking", () => {
  test("takes no page and no guard, and raises nothing", () => {
    const process = session.process.value;
    const before = query(GUARD);
    for (const page of [PLAIN, GUARD, CLOSED, RESERVED]) {
      session.goTo(page);
      look();
      view.movePage(1);
      look();
    }
    expect(process.touchedBytes(BASE, 0x10000)).toBe(0);
    expect(query(GUARD)).toEqual(before);
    expect(session.exceptions.entries.value).toEqual([]);
  });

  test("and changing bytes of a guard page leave the guard to the guest", () => {
    const process = session.process.value;
    const before = query(GUARD);
    session.goTo(GUARD + 0x10);
    expect(look()).not.toContain(undefined);
    type("4142");
    expect(query(GUARD)).toEqual(before);
    expect(process.debugView.read(GUARD + 0x10, 2).bytes).toEqual(Uint8Array.of(0x41, 0x42));
    expect(session.exceptions.entries.value).toEqual([]);

    expect(() => process.memory.getUint8(GUARD)).toThrow();
    const [exception] = session.exceptions.entries.value;
    expect(exception?.record.ExceptionCode).toBe(EXCEPTION_GUARD_PAGE);
    expect(query(GUARD).Protect).toBe(PAGE_READWRITE);
  });

  test("shows one line for all pages that are not committed", () => {
    session.goTo(RESERVED + 0x5000);
    const shown = view.inSight.value.filter(({ start }) => start === undefined);
    expect(shown.map(({ run }) => [run.start, run.end])).toContainEqual([RESERVED, BASE + 0x10000]);
    expect(view.isPlaceInSight).toBe(true);
  });

  test("marks what changed since the picture before", () => {
    session.goTo(PLAIN);
    look();
    session.process.value.memory.setUint8(PLAIN + 3, 7);
    session.changed();
    look();
    const changed = [2, 3, 4].filter((offset) => view.picture.value.hasChanged(PLAIN + offset));
    expect(changed).toEqual([3]);
    session.changed();
    expect(view.picture.value.hasChanged(PLAIN + 3)).toBe(false);
  });

  test("does not read while nobody sees it", () => {
    const { value: picture } = view.picture;
    view.isShown.value = false;
    session.changed();
    expect(view.picture.value).toBe(picture);
    view.isShown.value = true;
    expect(view.picture.value).not.toBe(picture);
  });
});

describe("typing", () => {
  test("digits make a byte, characters too, and the place moves on", () => {
    session.goTo(PLAIN);
    type("0aF");
    expect(view.half.value).toBe(0xf);
    type("f");
    type("Hi", "text");
    expect(session.place.value).toBe(PLAIN + 4);
    const { bytes } = session.process.value.debugView.read(PLAIN, 4);
    expect(bytes).toEqual(Uint8Array.of(0x0a, 0xff, 0x48, 0x69));
  });

  test("Escape and moving drop what is half typed", () => {
    session.goTo(PLAIN);
    type("5");
    view.press("Escape");
    expect(view.half.value).toBeUndefined();
    type("5");
    view.press("ArrowRight");
    type("12");
    const { bytes } = session.process.value.debugView.read(PLAIN, 2);
    expect(bytes).toEqual(Uint8Array.of(0, 0x12));
  });

  test("into pages that are not committed says why not", () => {
    session.goTo(RESERVED);
    type("5");
    expect(view.message.value).toBe(
      "0x00103000 is reserved, not committed: there is no byte to change.",
    );
    session.goTo(0x50000);
    type("x", "text");
    expect(view.message.value).toBe("0x00050000 is free: there is no byte to change.");
    session.goTo(PLAIN);
    expect(view.message.value).toBe("");
  });

  test("keys that type nothing are left to others", () => {
    expect(view.press("g")).toBe(false);
    expect(view.press("F2")).toBe(false);
    expect(typed("hex", "A", 0xf)).toEqual({ kind: "byte", byte: 0xfa });
    expect(typed("text", " ", undefined)).toEqual({ kind: "byte", byte: 0x20 });
    expect(typed("text", "ä", undefined)).toBeUndefined();
  });
});

describe("moving", () => {
  test("goes by bytes, lines and pages, and over what is not committed", () => {
    session.goTo(PLAIN);
    view.press("ArrowDown");
    view.press("End");
    expect(session.place.value).toBe(PLAIN + 0x1f);
    view.press("ArrowLeft");
    view.press("PageDown");
    expect(session.place.value).toBe(PLAIN + 0x1e + (LINES_SHOWN - 2) * 16);
    session.goTo(RESERVED - 1);
    view.press("ArrowRight");
    expect(session.place.value).toBe(RESERVED);
    view.press("ArrowRight");
    expect(session.place.value).toBe(BASE + 0x10000);
    view.press("ArrowUp");
    view.press("ArrowUp");
    expect(session.place.value).toBe(RESERVED - 16);
  });

  test("from the first address to the last one, and no further", () => {
    const { highestUserAddress } = session.machine.value;
    session.goTo(0);
    view.press("ArrowUp");
    view.press("PageUp");
    expect(session.place.value).toBe(0);
    session.goTo(highestUserAddress);
    const { value: place } = session.place;
    view.press("PageDown");
    expect(session.place.value).toBeLessThanOrEqual(highestUserAddress);
    expect(view.isPlaceInSight).toBe(true);
    expect(place).toBe(highestUserAddress);
  });

  test("keeps the place in sight, and scrolls no further than it has to", () => {
    session.goTo(PLAIN);
    const firstByte = () => view.inSight.value.find(({ start }) => start !== undefined)?.start ?? 0;
    for (let step = 0; step < 300; step += 1) {
      const before = firstByte();
      view.press("ArrowDown");
      expect(view.isPlaceInSight).toBe(true);
      expect(firstByte()).toBeGreaterThanOrEqual(before);
      // Two lines where another run, with the line that says what it is, comes into sight.
      expect(firstByte()).toBeLessThanOrEqual(before + 2 * 16);
    }
    expect(firstByte()).toBeGreaterThan(PLAIN);
  });

  test("an end of the process shows nothing", () => {
    session.process.value.exit();
    session.changed();
    expect(look()).toEqual([]);
    type("5");
    expect(view.half.value).toBeUndefined();
  });
});
