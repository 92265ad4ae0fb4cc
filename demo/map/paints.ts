import type { Fill, Paints } from "./look.ts";
import type { Kind, Pattern } from "./schemes.ts";

/** Pixels after which a pattern repeats. */
const TILE_PIXELS = 6;

/** Whether a pixel of the tile is a mark. */
const MARKS: Readonly<Record<Pattern, (x: number, y: number) => boolean>> = {
  plain: () => false,
  rising: (x, y) => (x + y) % TILE_PIXELS < 3,
  falling: (x, y) => (x - y + TILE_PIXELS) % TILE_PIXELS < 2,
  crossed: (x, y) => x === y || x + y === TILE_PIXELS - 1,
  rows: (_, y) => y % 3 === 0,
  columns: (x) => x % 3 === 0,
  dots: (x, y) => x % 3 < 2 && y % 3 < 2 && x < 3 === y < 3,
};

/**
 * What kinds are filled with: the colours that hold for an element, which the scheme of the system
 * changes, and patterns over them.
 */
export function paintsOf(element: HTMLElement): Paints {
  const made = new Map<Kind, Fill>();
  const page = colorOf(element, "--page");
  return {
    of(kind) {
      const fill = made.get(kind) ?? fillOf(colorOf(element, kind.color), page, kind);
      made.set(kind, fill);
      return fill;
    },
    line: colorOf(element, "--text"),
    page,
  };
}

/** Canvases do not know `var()` and `light-dark()`, so an element is asked what comes of them. */
function colorOf(element: HTMLElement, property: string): string {
  const { style } = element;
  const before = style.color;
  style.color = `var(${property})`;
  const { color } = getComputedStyle(element);
  style.color = before;
  return color;
}

function fillOf(color: string, page: string, { pattern }: Kind): Fill {
  if (pattern === "plain") return color;
  const tile = document.createElement("canvas");
  tile.width = TILE_PIXELS;
  tile.height = TILE_PIXELS;
  const context = tile.getContext("2d");
  if (context === null) return color;
  context.fillStyle = color;
  context.fillRect(0, 0, TILE_PIXELS, TILE_PIXELS);
  context.fillStyle = page;
  for (let pixel = 0; pixel < TILE_PIXELS ** 2; pixel += 1) {
    const x = pixel % TILE_PIXELS;
    const y = Math.floor(pixel / TILE_PIXELS);
    if (MARKS[pattern](x, y)) context.fillRect(x, y, 1, 1);
  }
  return context.createPattern(tile, "repeat") ?? color;
}
