import { type Signal, useSignal, useSignalEffect } from "@preact/signals";
import type { HTMLAttributes } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Paints, Surface } from "./look.ts";
import { paintsOf } from "./paints.ts";

interface CanvasProps extends HTMLAttributes<HTMLCanvasElement> {
  /** Receives the width of the canvas in CSS pixels. */
  readonly pixels: Signal<number>;
  /** CSS pixels. */
  readonly height: number;
  /** Reads the signals that the picture is made of. */
  watch(): void;
  draw(surface: Surface, paints: Paints): void;
}

/** A canvas that is as wide as its box, and drawn once a frame at most when something changed. */
export function Canvas({ pixels, height, watch, draw, ...attributes }: CanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const paints = useRef<Paints | undefined>(undefined);
  const colorSchemes = useSignal(0);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      pixels.value = element.clientWidth;
    });
    observer.observe(element);
    const query = matchMedia("(prefers-color-scheme: dark)");
    const changed = () => {
      paints.current = undefined;
      colorSchemes.value += 1;
    };
    query.addEventListener("change", changed);
    return () => {
      observer.disconnect();
      query.removeEventListener("change", changed);
    };
  }, []);
  const paint = () => {
    const element = canvas.current;
    const surface = element?.getContext("2d");
    if (element == null || surface == null) return;
    paints.current ??= paintsOf(element);
    const ratio = devicePixelRatio;
    element.width = Math.round(pixels.value * ratio);
    element.height = Math.round(height * ratio);
    surface.scale(ratio, ratio);
    // Patterns are drawn in CSS pixels, and stay sharp.
    surface.imageSmoothingEnabled = false;
    draw(surface, paints.current);
  };
  useSignalEffect(() => {
    watch();
    colorSchemes.value;
    if (pixels.value === 0) return;
    const frame = requestAnimationFrame(paint);
    return () => cancelAnimationFrame(frame);
  });
  return <canvas ref={canvas} style={{ height: `${height}px` }} {...attributes} />;
}
