import type { Machine } from "../../src/index.ts";
import { CoreSubject, machineFor } from "./core-subject.ts";
import { compare, report, show } from "./driver.ts";
import { type GeneratorOptions, generate } from "./generator.ts";
import { ModelSubject } from "./model-subject.ts";
import type { Mutant } from "./mutant.ts";
import type { Program } from "./program.ts";

/** A program that the core has run, and everything that it showed. */
export interface Recording {
  program: Program;
  shown: string[];
  /** What each step answered, which is among what it showed. */
  answers: string[];
}

/** What the core showed of many programs, against which every mutant of the model is held. */
export class Recordings {
  /** Those that the model itself agrees with: what a mutant shows differently is its own. */
  readonly sound: Recording[] = [];
  /** Where the model and the core part, and what programs left behind; for a reader. */
  readonly disagreements: string[] = [];

  /**
   * Runs the programs of `count` seeds from `first`. The options give the settings, so that one
   * machine serves them all.
   */
  async add(
    first: number,
    count: number,
    options: GeneratorOptions & Required<Pick<GeneratorOptions, "settings">>,
  ): Promise<void> {
    let machine: Machine | undefined;
    for (let seed = first; seed < first + count; seed += 1) {
      const program = generate(seed, options);
      machine ??= await machineFor(program);
      this.record(machine, program, seed);
    }
  }

  private record(machine: Machine, program: Program, seed: number): void {
    const core = CoreSubject.on(machine, program);
    const shown = [...show(program, core)];
    const left = core.end();
    if (left !== "") this.disagreements.push(`seed ${seed}: left behind ${left}`);
    const recording = {
      program,
      shown: shown.map(({ text }) => text),
      answers: shown.filter(({ what }) => what === "answer").map(({ text }) => text),
    };
    if (agrees(recording)) this.sound.push(recording);
    else this.disagreements.push(explain(program, CoreSubject.on(machine, program), seed));
  }

  /** Whether a program tells the mutant from the core. */
  notice({ make }: Mutant): boolean {
    return (
      this.sound.some((recording) => !agreesInAnswers(recording, make)) ||
      this.sound.some((recording) => !agrees(recording, make))
    );
  }
}

/** Most mutants answer differently, and answers alone are soon compared. */
function agreesInAnswers({ program, answers }: Recording, make: Mutant["make"]): boolean {
  const model = new ModelSubject(program, make);
  return program.steps.every((step, at) => model.apply(step).answer === answers[at]);
}

/** Whether a model shows what the core showed; rules are names, not behaviour. */
function agrees({ program, shown }: Recording, make?: Mutant["make"]): boolean {
  let at = 0;
  for (const { what, text } of show(program, new ModelSubject(program, make))) {
    if (what !== "rule" && text !== shown[at]) return false;
    at += 1;
  }
  return true;
}

/** Where the model and the core part, for a reader. Ends the core's run. */
function explain(program: Program, core: CoreSubject, seed: number): string {
  const difference = compare(program, new ModelSubject(program), core);
  core.end();
  return difference === null ? `seed ${seed}, but not again` : report(program, difference, seed);
}
