import { MEM_COMMIT, MEM_PRIVATE, PAGE_READWRITE } from "../../src/constants.ts";
import { MemoryPageStore, type Process, type RegionDescription } from "../../src/index.ts";
import { CoreSubject } from "../model/core-subject.ts";
import { drawSettings } from "../model/draw-settings.ts";
import { generate } from "../model/generator.ts";
import type { Program } from "../model/program.ts";
import { Random } from "../model/random.ts";
import { createMachine } from "./machine.ts";

const PAGE_BYTES = 0x1000;
/** Enough for any one call. */
const PHYSICAL_PAGES = 24;
export const BALLAST_BASE = 0x60000000;
export const BALLAST_PAGES = 2 * PHYSICAL_PAGES;
export const BALLAST_BYTES = BALLAST_PAGES * PAGE_BYTES;
export const BALLAST_VALUE = 0xb5;

/** A private region that can be written, for `adoptRegion`. */
export function committed(base: number, size: number): RegionDescription {
  const runs = [{ size, state: MEM_COMMIT, protect: PAGE_READWRITE }] as const;
  return { base, size, type: MEM_PRIVATE, allocationProtect: PAGE_READWRITE, runs };
}

/** Pages that programs know nothing of, and that have to leave for theirs. */
export function adoptBallast(process: Process): void {
  process.adoptRegion(committed(BALLAST_BASE, BALLAST_BYTES));
  process.memory.fill(BALLAST_BASE, BALLAST_VALUE, BALLAST_BYTES);
}

/**
 * A random program, and the machine for it: of little memory, all of which is taken by ballast of
 * its first process.
 */
export async function crowdedProgram(
  seed: number,
  options: { length: number; forks?: number },
): Promise<{ program: Program; subject: CoreSubject }> {
  const settings = drawSettings(new Random(seed), seed % 2 === 0 ? "win32" : "win64");
  if (settings.commitLimit !== undefined) settings.commitLimit += 2 * BALLAST_PAGES;
  const program = generate(seed, {
    ...options,
    settings,
    spaces: [seed % 2 === 0 ? "windowed" : "translated", "translated"],
    sections: 8,
  });
  const machine = await createMachine({
    ...program.settings,
    version: "win10",
    physicalPages: PHYSICAL_PAGES,
    pageStore: new MemoryPageStore(),
  });
  const subject = CoreSubject.on(machine, program);
  adoptBallast(machine.processes[0] as Process);
  return { program, subject };
}
