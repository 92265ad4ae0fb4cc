/** The hashes that are published, and the orders that they answer. */
import { readFileSync } from "node:fs";
import { beside } from "./files.mjs";

/** @typedef {import("./program.mjs").Order} Order */
/** @typedef {{ steps: number, hashes: Record<string, Record<string, string>> }} Published */

/** Systems of driver/world.ts, each with much memory and with little. */
export const PROGRAMS = [
  "win32, Windows 10",
  "win32, Windows 10, paging",
  "win64, Windows 10",
  "win64, Windows 10, paging",
  "win32, Windows XP",
  "win32, Windows XP, paging",
  "win9x, Windows 98",
  "win9x, Windows 98, paging",
  "ce6",
  "ce6, paging",
];

export const SEEDS = [1, 2];
export const STEPS = 10_000;
export const PUBLISHED = beside("hashes.json");

/** @returns {Published} */
export function published() {
  return JSON.parse(readFileSync(PUBLISHED, "utf8"));
}

/**
 * Orders for every program.
 *
 * @param {Omit<Order, "program">} rest
 * @returns {Order[]}
 */
export function everyProgram(rest) {
  return PROGRAMS.map((_, program) => ({ ...rest, program }));
}
