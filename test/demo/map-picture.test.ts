import { Machine } from "guardpage";
import { MEM_COMMIT, MEM_RESERVE, PAGE_READONLY, PAGE_READWRITE } from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { expect, test } from "vitest";
import { QUERIES_MAXIMUM } from "../../demo/map/cells.ts";
import { foldedGaps } from "../../demo/map/gaps.ts";
import { drawGrid, GRID_ROWS, GridPlace, gridStartFor } from "../../demo/map/grid-picture.ts";
import type { Look, Surface } from "../../demo/map/look.ts";
import { memoryOf } from "../../demo/map/memory.ts";
import { Scale } from "../../demo/map/scale.ts";
import { type Kind, type Scheme, schemes } from "../../demo/map/schemes.ts";
import { drawStrip } from "../../demo/map/strip-picture.ts";
import { PAGE_BYTES, wholeSpace } from "../../demo/session/session.ts";
import { CountedMemory, crowd } from "./counted-memory.ts";

const WIDTH = 1200;
const HEIGHT = 56;

/** Writes down what is filled. */
class Sheet implements Surface {
  globalAlpha = 1;
  fillStyle: Surface["fillStyle"] = "";
  readonly fills: { fill: unknown; alpha: number; x: number; y: number; w: number; h: number }[] =
    [];

  fillRect(x: number, y: number, w: number, h: number): void {
    this.fills.push({ fill: this.fillStyle, alpha: this.globalAlpha, x, y, w, h });
  }

  clearRect(): void {
    this.fills.length = 0;
  }
}

function lookOf(scheme: Scheme, faint: readonly Kind[] = []): Look {
  const paints = { of: ({ name }: Kind) => name, line: "line", page: "page" };
  return { scheme, faint: new Set(faint), paints };
}

async function begin(profile: "win32" | "win64", regions = 0) {
  const machine = await Machine.create({ profile });
  const process = machine.createProcess();
  crowd(process, regions, { start: 0x10000, end: 0x7fe0_0000 });
  return { process, space: wholeSpace(machine), memory: new CountedMemory(memoryOf(process)) };
}

test.each([
  ["win32", 16],
  ["win32", 65_536],
  ["win64", 16],
  ["win64", 65_536],
] as const)("pixels bound the work of drawing: %s, %i regions", async (name, count) => {
  const { memory, space } = await begin(name, count);
  for (const most of [0, 8]) {
    const scale = new Scale(space, foldedGaps(memory, space, most), WIDTH);
    for (const scheme of Object.values(schemes)) {
      const sheet = new Sheet();
      memory.queries = 0;
      drawStrip(sheet, { memory, scale, height: HEIGHT }, lookOf(scheme));
      expect(memory.queries).toBeLessThanOrEqual(QUERIES_MAXIMUM * WIDTH);
      // A fill for each kind that was seen in a cell, and a line.
      expect(sheet.fills.length).toBeLessThanOrEqual((scheme.kinds.length + 1) * WIDTH);
      memory.queries = 0;
      const grid = new GridPlace({ start: 0, end: 0x10_0000 }, GRID_ROWS, 500, 288);
      drawGrid(sheet, memory, grid, lookOf(scheme));
      expect(memory.queries).toBeLessThanOrEqual(QUERIES_MAXIMUM * grid.cells);
      expect(sheet.fills.length).toBeLessThanOrEqual((scheme.kinds.length + 4) * grid.cells);
    }
  }
});

test("what looks the same is filled together", async () => {
  const { memory, process } = await begin("win32");
  const { VirtualAlloc } = kernel32(process);
  const base = VirtualAlloc(0x10000, 0x10000, MEM_RESERVE, PAGE_READWRITE);
  VirtualAlloc(base, 0x8000, MEM_COMMIT, PAGE_READWRITE);
  process.memory.setUint8(base + 0x1000, 1);
  const scale = new Scale({ start: 0, end: 0x30000 }, [], 480);
  const sheet = new Sheet();
  drawStrip(sheet, { memory, scale, height: HEIGHT }, lookOf(schemes.state));
  expect(sheet.fills.map(({ fill, x, w, h }) => [fill, x, w, h])).toEqual([
    ["Free", 0, 160, HEIGHT],
    ["Committed", 160, 10, HEIGHT],
    ["Touched", 170, 10, HEIGHT],
    ["Committed", 180, 60, HEIGHT],
    ["Reserved", 240, 80, HEIGHT],
    ["Free", 320, 160, HEIGHT],
    ["line", 160, 1, HEIGHT],
  ]);
});

test("a column of several kinds shows each, and free memory in half of it at most", async () => {
  const { memory, process, space } = await begin("win32");
  const { VirtualAlloc } = kernel32(process);
  const type = MEM_RESERVE | MEM_COMMIT;
  const base = VirtualAlloc(0x4000_0000, 0x2000, type, PAGE_READWRITE);
  VirtualAlloc(base + 0x10000, PAGE_BYTES, type, PAGE_READONLY);
  const sheet = new Sheet();
  const scale = new Scale(space, [], WIDTH);
  drawStrip(sheet, { memory, scale, height: HEIGHT }, lookOf(schemes.protection));
  const column = sheet.fills.filter(({ x, w, fill }) => {
    const pixel = Math.floor(scale.xOf(base));
    return fill !== "line" && x <= pixel && x + w > pixel;
  });
  expect(column.map(({ fill }) => fill)).toEqual(["Free", "Read", "Read, write"]);
  expect(column[0]?.h).toBe(HEIGHT / 2);
  expect(column.reduce((sum, { h }) => sum + h, 0)).toBe(HEIGHT);
});

test("filtered kinds are faint", async () => {
  const { memory } = await begin("win32");
  const [free] = schemes.state.kinds;
  const sheet = new Sheet();
  const scale = new Scale({ start: 0, end: 0x30000 }, [], 480);
  drawStrip(sheet, { memory, scale, height: HEIGHT }, lookOf(schemes.state, free && [free]));
  expect(sheet.fills.map(({ fill, alpha }) => [fill, alpha])).toEqual([["Free", 0.12]]);
});

test("the grid has a cell for each page, lines around regions and marks of content", async () => {
  const { memory, process } = await begin("win32");
  const base = kernel32(process).VirtualAlloc(
    0x10000,
    0x12000,
    MEM_RESERVE | MEM_COMMIT,
    PAGE_READWRITE,
  );
  process.memory.setUint8(base + 0x11000, 1);
  const sheet = new Sheet();
  const grid = new GridPlace({ start: 0, end: 0x10_0000 }, GRID_ROWS, 320, 288);
  drawGrid(sheet, memory, grid, lookOf(schemes.protection));
  const filled = (fill: string) => sheet.fills.filter((each) => each.fill === fill);
  expect(filled("Read, write")).toHaveLength(0x12);
  expect(filled("page").map(({ x, y }) => [x, y])).toEqual([[28, 43]]);
  const lines = filled("line");
  const upright = lines.filter(({ w }) => w === 1).map(({ x, y }) => [x, y]);
  // Where it begins; where it ends, in the next row.
  expect(upright).toEqual([
    [0, 18],
    [39, 36],
  ]);
  const level = lines.filter(({ h }) => h === 1).map(({ x, y }) => [x, y]);
  expect(level.filter(([, y]) => y === 17)).toHaveLength(16);
  expect(level.filter(([, y]) => y === 35)).toHaveLength(14);
  expect(level.filter(([, y]) => y === 53)).toHaveLength(2);
});

test("pixels of the grid lead to addresses, and back", () => {
  const grid = new GridPlace({ start: 0x10_0000, end: 0x20_0000 }, GRID_ROWS, 333, 288);
  for (let address = 0x10_0000; address < 0x20_0000; address += PAGE_BYTES) {
    const place = grid.placeOf(address + 0x123);
    if (place === undefined) throw new Error("no place");
    const { left, top, width, height } = place;
    expect(grid.addressAt(left + width / 2, top + height / 2)).toBe(address);
  }
  expect(grid.placeOf(0xf_ffff)).toBeUndefined();
  expect(grid.placeOf(0x20_0000)).toBeUndefined();
});

test.each([
  ["in it", 0x10000, 0x50000, 0x10000],
  ["a row below", 0x10000, 0x11_0000, 0x20000],
  ["a row above", 0x30000, 0x2f000, 0x20000],
  ["elsewhere", 0x30000, 0x4000_0000, 0x3fff_0000],
  ["at the start", 0x4000_0000, 0x1000, 0],
])("the grid goes no further than it must: %s", (_, start, address, expected) => {
  expect(gridStartFor(start, address, { rows: 16, rowBytes: 0x10000 })).toBe(expected);
});
