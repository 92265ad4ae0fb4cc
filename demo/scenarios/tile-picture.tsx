import { useLayoutEffect, useRef } from "preact/hooks";
import { imageOf, TILE_PIXELS, TILES_A_SIDE } from "./tiles.ts";
import "./tile-picture.css";

const SIDE_PIXELS = TILES_A_SIDE * TILE_PIXELS;

interface TilePictureProps {
  readonly title: string;
  /** Of its tiles, one behind the other. */
  readonly bytes: Uint8Array;
  /** Numbers of the tiles that are outlined. */
  readonly outlined: readonly number[];
  /** The same in words. */
  readonly children: string;
}

/** Memory as the picture that it holds. */
export function TilePicture({ title, bytes, outlined, children }: TilePictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    context.putImageData(new ImageData(imageOf(bytes), SIDE_PIXELS), 0, 0);
    // As the text around it, whatever the colours of the page are.
    context.strokeStyle = getComputedStyle(context.canvas).color;
    context.lineWidth = 2;
    for (const tile of outlined) {
      const x = (tile % TILES_A_SIDE) * TILE_PIXELS;
      const y = Math.floor(tile / TILES_A_SIDE) * TILE_PIXELS;
      context.strokeRect(x + 1, y + 1, TILE_PIXELS - 2, TILE_PIXELS - 2);
    }
  });
  return (
    <figure>
      <canvas
        ref={canvas}
        width={SIDE_PIXELS}
        height={SIDE_PIXELS}
        role="img"
        aria-label={`${title}: ${TILES_A_SIDE} by ${TILES_A_SIDE} pages`}
      />
      <figcaption>
        <strong>{title}.</strong> {children}
      </figcaption>
    </figure>
  );
}
