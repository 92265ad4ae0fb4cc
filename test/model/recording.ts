import type { CoreSubject } from "./core-subject.ts";
import { compare, report, show } from "./driver.ts";
import { ModelSubject } from "./model-subject.ts";
import type { Mutant } from "./mutant.ts";
import type { Program } from "./program.ts";

/** A program that the core has run, and everything that it showed. */
export interface Recording {
  program: Program;
  shown: string[];
}

/** Whether a model shows what the core showed; rules are names, not behaviour. */
export function agrees({ program, shown }: Recording, make?: Mutant["make"]): boolean {
  let at = 0;
  for (const { what, text } of show(program, new ModelSubject(program, make))) {
    if (what !== "rule" && text !== shown[at]) return false;
    at += 1;
  }
  return true;
}

/** Where the model and the core part, for a reader. Ends the core's run. */
export function explain(program: Program, core: CoreSubject, seed: number): string {
  const difference = compare(program, new ModelSubject(program), core);
  core.end();
  return difference === null ? `seed ${seed}, but not again` : report(program, difference, seed);
}
