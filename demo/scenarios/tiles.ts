/** A picture of pages: a square of tiles, row by row, and each tile a square of pixels. */
export const TILES_A_SIDE = 8;
/** So many a side that the pixels of a tile fill a page. */
export const TILE_PIXELS = 32;
/** Red, green, blue, alpha. */
export const PIXEL_BYTES = 4;

/** Bytes of tiles, one behind the other, as an image has them: row by row through all tiles. */
export function imageOf(tiles: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const rowBytes = TILE_PIXELS * PIXEL_BYTES;
  const image = new Uint8ClampedArray(tiles.length);
  for (let at = 0; at < tiles.length; at += rowBytes) {
    const row = at / rowBytes;
    const tile = Math.floor(row / TILE_PIXELS);
    const y = Math.floor(tile / TILES_A_SIDE) * TILE_PIXELS + (row % TILE_PIXELS);
    image.set(
      tiles.subarray(at, at + rowBytes),
      (y * TILES_A_SIDE + (tile % TILES_A_SIDE)) * rowBytes,
    );
  }
  return image;
}
