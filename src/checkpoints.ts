import { shown } from "./door.ts";
import type { Machine } from "./machine.ts";
import { processesOf } from "./snapshot/host-save.ts";

interface Checkpoint {
  readonly number: number;
  /** What the core knows it by. */
  readonly mark: number;
  /** Makes the host what it was. */
  readonly restore: () => void;
}

/** The checkpoints of a machine (docs/snapshots.md, "Checkpoints"). */
export class Checkpoints {
  readonly #machine: Machine;
  /** Makes what the machine itself has what it is now. */
  readonly #keepMachine: () => () => void;
  #made: Checkpoint[] = [];
  #lastNumber = 0;

  constructor(machine: Machine, keepMachine: () => () => void) {
    this.#machine = machine;
    this.#keepMachine = keepMachine;
  }

  get numbers(): number[] {
    return this.#there().map(({ number }) => number);
  }

  make(): number {
    const { core } = this.#outside("checkpoint");
    const earlier = this.#there();
    const restore = this.#keep();
    const mark = core.checkpoint();
    if (mark === 0) {
      this.#made = [];
      throw new Error("checkpoint: no memory for another, and the earlier ones are gone too");
    }
    this.#lastNumber += 1;
    this.#made = [...earlier, { number: this.#lastNumber, mark, restore }];
    return this.#lastNumber;
  }

  rewind(number: number): void {
    const { core, codeMarks } = this.#outside("rewind");
    const { mark, restore } = this.#find(number);
    codeMarks.forgetAll();
    core.rewind(mark);
    this.#made = this.#made.filter((checkpoint) => checkpoint.number <= number);
    this.#lastNumber = number;
    restore();
    codeMarks.look();
  }

  /** Forget those up to this one; all of them without a number. */
  drop(number: number | undefined): void {
    const { checkpoints } = this.#outside("dropCheckpoints").core;
    if (number !== undefined) this.#find(number);
    const last = number ?? this.#lastNumber;
    this.#made = this.#made.filter((checkpoint) => checkpoint.number > last);
    const [first] = this.#made;
    if (first === undefined) checkpoints.forget();
    else checkpoints.drop(first.mark);
  }

  /** Those that there are yet: where the guest needs their memory, they go. */
  #there(): Checkpoint[] {
    if (this.#made.length > 0 && !this.#machine.core.checkpoints.there) this.#made = [];
    return this.#made;
  }

  #find(number: number): Checkpoint {
    if (typeof number !== "number") {
      throw new TypeError(`checkpoint must be a number, not ${shown(number)}`);
    }
    const found = this.#there().find((checkpoint) => checkpoint.number === number);
    if (found !== undefined) return found;
    const there = this.numbers.join(", ") || "none";
    throw new RangeError(`checkpoint ${number} is not there; there are: ${there}`);
  }

  /**
   * The machine, which no handler, body of __try or of a thread, or page store is running in.
   *
   * @throws Error
   */
  #outside(call: string): Machine {
    const { core, sharedContexts } = this.#machine;
    if (core.poison !== undefined) throw core.poison;
    // Workers would go on in memory that is another.
    if (sharedContexts !== undefined) throw new Error(`${call}: not of a machine with threads`);
    if (core.nesting === 0) return this.#machine;
    throw new Error(`${call}: not from a handler, or in the middle of a call of the machine`);
  }

  /** What makes the host what it is now. Processes that came since have ended then. */
  #keep(): () => void {
    const machine = this.#machine;
    const { files, pager, sharedViews, pageBits, sectionNames } = machine;
    const processes = processesOf(machine);
    const parts = [...processes, files, pager, sharedViews, pageBits, sectionNames].map((part) => {
      return part.keep();
    });
    const keepMachine = this.#keepMachine();
    return () => {
      for (const process of machine.processes) if (!processes.includes(process)) process.ended(0);
      for (const part of parts) part();
      keepMachine();
    };
  }
}
