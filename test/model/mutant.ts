import { Model, type ModelProcess } from "../../src/model/model.ts";
import type { ModelSettings } from "../../src/model/settings.ts";
import type { Program } from "./program.ts";

/** The model with one thing wrong. */
export interface Mutant {
  name: string;
  make: (settings: Program["settings"]) => Model;
}

export function mutant(name: string, Broken: typeof ModelProcess): Mutant {
  class BrokenModel extends Model {
    override createProcess(options = {}): ModelProcess {
      return new Broken(this.shared, options);
    }
  }
  return { name, make: (settings: Partial<ModelSettings>) => new BrokenModel(settings) };
}
