import { expect } from "vitest";
import { everyProgram, PROGRAMS, published, SEEDS, STEPS } from "./hashes.mjs";
import { inProcess } from "./javascript.mjs";
import type { Figures, Order } from "./program.mjs";

const { SEED, STEPS: WANTED_STEPS } = process.env;
const isOwn = SEED !== undefined || WANTED_STEPS !== undefined;

/** What runs, unless SEED= or STEPS= say otherwise: the seeds of the published hashes. */
export const seeds = SEED === undefined ? SEEDS : [Number(SEED)];
export const firstSeed = seeds[0] ?? 1;
export const steps = Number(WANTED_STEPS ?? STEPS);

/** Every program with every seed, on one build of the core. */
export function everySeed(core: Order["core"]): Order[] {
  return seeds.flatMap((seed) => everyProgram({ core, kind: 1, seed, steps }));
}

/** The first seed alone. */
export function everyProgramOnce(core: Order["core"]): Order[] {
  return everyProgram({ core, kind: 1, seed: firstSeed, steps });
}

const HASH = 0;
const STEPS_MADE = 1;

/** What other runs are compared with where nothing is published: the release core in Node.js. */
async function hashesOf(orders: readonly Order[]): Promise<string[]> {
  if (!isOwn) {
    const { hashes } = published();
    return orders.map(({ seed, program }) => hashes[seed]?.[PROGRAMS[program] ?? ""] ?? "");
  }
  const plain = orders.map((order): Order => ({ ...order, core: "release", kind: 1 }));
  return (await inProcess(process.execPath, plain)).map(([hash]) => hash ?? "");
}

/** That an engine has made all steps of all programs, and answered as every other one does. */
export async function expectOneAnswer(orders: readonly Order[], answers: readonly Figures[]) {
  const hashes = await hashesOf(orders);
  const named = (list: readonly (string | undefined)[]) => {
    return orders.map((order, index) => `${JSON.stringify(order)}: ${list[index]}`);
  };
  expect(named(answers.map((figures) => figures[HASH]))).toEqual(named(hashes));
  const made = orders.map((order) => order.steps.toString(16));
  expect(answers.map((figures) => figures[STEPS_MADE])).toEqual(made);
}
