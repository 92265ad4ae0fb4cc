import type { Answer } from "./space.ts";

/** The answer of a call about a range: on success rounded, on failure as passed. */
export interface RangeAnswer extends Answer {
  base: number;
  size: number;
}

export function roundDown(value: number, unit: number): number {
  return Math.floor(value / unit) * unit;
}

export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
