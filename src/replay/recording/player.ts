import type { Machine } from "../../machine.ts";
import { inMicrotask } from "../../memory-notification.ts";
import type { Process } from "../../process.ts";
import { hashOf } from "../../recording/header.ts";
import { changesOf, encodeParameter, withoutDescriptions } from "../../recording/parameters.ts";
import { hasMethods } from "../../recording/surface.ts";
import { decode, type Encoded, encode, encodeSum, type Objects } from "../../recording/values.ts";
import { Journal } from "../../when-ready.ts";
import type { Difference } from "../difference.ts";
import type { Space } from "../profiles.ts";
import { ThrownErrors } from "./errors.ts";
import { type Actual, expectedText, isAnswer } from "./judge.ts";
import { ReplayedObjects } from "./objects.ts";
import type { CallStep, Ending, Recording, Step } from "./recording.ts";
import type { Stubs } from "./stubs.ts";

/** Microtasks that a machine may take to go on after a promise. */
const TICKS = 32;

/** Thrown through the machine where it asks for what the recording does not have. */
class Departure extends Error {}

type WrittenStep = Extract<Step, { kind: "written" }>;
type Work = (...parameters: unknown[]) => unknown;

interface Later {
  readonly parameters: readonly unknown[];
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Where the replay is: in the steps of one call, or of the whole recording. */
interface Place {
  readonly steps: readonly Step[];
  next: number;
}

export interface PlayerOptions {
  /** The kind of all address spaces; default: as recorded. */
  readonly space?: Space | undefined;
  /** Called after each answer, with the number of answers so far. */
  readonly onAnswer?: ((answers: number) => void) | undefined;
}

/** Makes the calls of a recording on a machine, and answers for the program. */
export class Player {
  readonly differences: Difference[] = [];
  #answers = 0;
  readonly #machine: Machine;
  readonly #objects: ReplayedObjects;
  readonly #stubs: Stubs;
  readonly #options: PlayerOptions;
  readonly #errors = new ThrownErrors();
  readonly #later = new Map<string, Later>();
  readonly #journals = new Map<string, Journal>();
  readonly #outermost: Place;
  #place: Place;
  /** What the machine does by itself, after all that is synchronous. */
  readonly #deferred: (() => void)[] = [];
  /** What was answered to the outermost step that was made last. */
  #lastAnswer: () => object = nothing;
  /** Calls that the machine is at work on. */
  #depth = 0;

  constructor(recording: Recording, machine: Machine, stubs: Stubs, options: PlayerOptions) {
    this.#machine = machine;
    this.#objects = new ReplayedObjects(machine);
    this.#stubs = stubs;
    this.#options = options;
    this.#outermost = { steps: recording.steps, next: 0 };
    this.#place = this.#outermost;
    machine.memoryWatch.later = (work) => this.#deferred.push(work);
  }

  get answers(): number {
    return this.#answers;
  }

  /** Outermost steps that were made. */
  get made(): number {
    return this.#outermost.next;
  }

  /** What was answered to the outermost step that was made last; {} where nothing was. */
  get lastAnswer(): object {
    return this.#lastAnswer();
  }

  async play(): Promise<void> {
    while (this.made < this.#outermost.steps.length) {
      const promise = this.advance();
      if (promise !== undefined) await promise;
    }
  }

  /** Make the next outermost step. A promise where the machine is waited for. */
  advance(): Promise<void> | undefined {
    const step = this.#step();
    this.#lastAnswer = nothing;
    if (step?.kind === "settled") return this.#settle(step.later, step.ending);
    if (step?.kind === "callback") this.#awaitCallback(step);
    else if (step !== undefined) this.#make(step);
    return undefined;
  }

  /** From now on the machine is somebody else's. */
  leave(): void {
    this.#machine.memoryWatch.later = inMicrotask;
    for (const work of this.#deferred.splice(0)) inMicrotask(work);
  }

  /** The process that a step concerns; undefined where no row before it has told of one. */
  processOf(step: Step): Process | undefined {
    if (step.kind === "written") return this.#objects.processOf(step.process);
    if (step.kind !== "call") return undefined;
    const on = this.#objects.processOf(step.on);
    if (on !== undefined) return on;
    const made = step.ending.return as { readonly ref?: unknown } | null | undefined;
    return typeof made?.ref === "string" ? this.#objects.processOf(made.ref) : undefined;
  }

  #step(): Step | undefined {
    return this.#place.steps[this.#place.next];
  }

  /** A step that waits for nothing. */
  #make(step: Step): void {
    this.#place.next++;
    switch (step.kind) {
      case "call":
        this.#call(step);
        break;
      case "written":
        this.#write(step);
        break;
      case "hash": {
        const hash = hashOf(this.#machine);
        this.#judge(step.line, "hash", { hash: step.hash }, { hash });
        break;
      }
      default:
        this.#differ(step.line, step.kind, {}, { return: "the machine has asked for nothing" });
    }
  }

  #write({ line, process, at, bytes }: WrittenStep): void {
    try {
      this.#objects.method(`${process}/debugView`, "write")(at, bytes);
    } catch (error) {
      const actual = { throw: textOf(error) };
      this.#tell(() => actual);
      this.#differ(line, `written ${process}`, {}, actual);
    }
  }

  readonly #find: Objects = (tagged) =>
    typeof tagged.ref === "string" ? this.#objects.find(tagged.ref) : this.#stubs.find(tagged);

  readonly #nameOf = (object: object): Encoded | undefined => {
    const name = this.#objects.nameOf(object);
    if (name !== undefined) return { ref: name };
    // What no row has told of leads to all of the machine, and to itself.
    return this.#stubs.nameOf(object) ?? (hasMethods(object) ? { ref: "unknown" } : undefined);
  };

  #call(step: CallStep): void {
    const { on, name = "", ending, steps } = step;
    const outside = this.#place;
    let parameters: unknown[] = [];
    let before: readonly Encoded[] = [];
    let actual: Actual;
    this.#place = { steps, next: 0 };
    this.#depth++;
    try {
      parameters = this.#parametersOf(step);
      before = this.#encode(name, parameters);
      const work = this.#storesNaN(step, parameters) ?? this.#objects.method(on, name);
      actual = { returned: this.#within(step, () => work(...parameters)) };
    } catch (error) {
      actual = { thrown: error };
    } finally {
      this.#depth--;
    }
    const left = this.#step();
    this.#place = outside;
    this.#objects.learn(ending.return, actual.returned);
    for (const [index, each] of Object.entries(ending.out ?? {})) {
      this.#objects.learn(each, parameters[Number(index)]);
    }
    const out = changesOf(before, this.#encode(name, parameters));
    if (left !== undefined && !(actual.thrown instanceof Departure)) {
      this.#differ(left.line, stepText(left), {}, { return: "the machine has not come to this" });
    }
    this.#end(step, { ...actual, out, parameters });
  }

  #parametersOf({ name, args }: CallStep): unknown[] {
    const parameters = args.map((each) => decode(each, this.#find));
    const { space } = this.#options;
    if (name !== "createProcess" || space === undefined) return parameters;
    return [{ ...(parameters[0] as object | undefined), space }];
  }

  #encode(name: string, parameters: readonly unknown[]): Encoded[] {
    return parameters.map((value) => encodeParameter(name, value, this.#nameOf));
  }

  /** Numbers of JavaScript do not keep the bits of a NaN everywhere. */
  #storesNaN({ on, name, args }: CallStep, parameters: unknown[]): Work | undefined {
    const [, value] = args;
    const isTagged = typeof value === "object" && value !== null && !Array.isArray(value);
    if (!isTagged || !Number.isNaN(parameters[1])) return undefined;
    const { f32, f64 } = value as Readonly<Record<string, string>>;
    const store = { setFloat32: "setUint32", setFloat64: "setBigUint64" }[name ?? ""];
    const bits = f32 === undefined ? BigInt(f64 ?? 0) : Number(f32);
    if (store === undefined) return undefined;
    return (address) => this.#objects.method(on, store)(address, bits);
  }

  /** An attempt of `whenReady` goes on where the one before has come to. */
  #within(step: CallStep, work: () => unknown): unknown {
    if (step.ready === undefined) return work();
    const [attempts, attempt] = step.ready;
    const journal = this.#journals.get(attempts) ?? new Journal();
    this.#journals.set(attempts, journal);
    while (journal.attempts < Number(attempt)) journal.begin();
    return journal.within(work);
  }

  #end(step: CallStep, actual: Actual): void {
    const { ending, endLine } = step;
    const isRight = isAnswer(ending, actual, this.#errors, this.#nameOf);
    this.#answered();
    this.#tell(() => this.#actualText(actual));
    if (isRight) return;
    this.differences.push({
      line: endLine,
      call: callText(step),
      expected: expectedText(ending),
      actual: this.#actualText(actual),
    });
  }

  #actualText(actual: Actual): Difference["actual"] {
    const { thrown, returned, out } = actual;
    const answer: Record<string, unknown> = {};
    if ("thrown" in actual) answer.throw = textOf(thrown);
    else if (returned !== undefined) answer.return = encode(returned, this.#nameOf);
    if (out !== undefined) answer.out = out;
    return answer as Difference["actual"];
  }

  #judge(line: number, call: string, expected: object, actual: object): void {
    this.#answered();
    this.#tell(() => actual);
    if (JSON.stringify(expected) !== JSON.stringify(actual)) {
      this.#differ(line, call, expected, actual);
    }
  }

  #tell(answer: () => object): void {
    if (this.#place === this.#outermost) this.#lastAnswer = answer;
  }

  #differ(line: number, call: string, expected: object, actual: object): void {
    const difference = { line, call, expected, actual };
    this.differences.push(difference as Difference);
  }

  #answered(): void {
    this.#answers++;
    this.#options.onAnswer?.(this.#answers);
  }

  /** The machine calls what stands for a function of the program. */
  called(host: string, method: string | undefined, parameters: unknown[]): unknown {
    const step = this.#step();
    const isThis = step?.kind === "callback" && step.on === host && step.name === method;
    if (!isThis) return this.#depart(host, method, step);
    this.#place.next++;
    const given = parameters.map((value) =>
      value instanceof Uint8Array ? encodeSum(value) : encode(value, this.#nameOf),
    );
    const expected = withoutDescriptions(step.args);
    this.#judge(step.line, callText(step), { args: expected }, { args: given });
    const outside = this.#place;
    const depth = this.#depth;
    this.#place = { steps: step.steps, next: 0 };
    this.#depth = 0;
    for (let inner = this.#step(); inner !== undefined; inner = this.#step()) this.#make(inner);
    this.#place = outside;
    this.#depth = depth;
    return this.#answer(step.ending, parameters);
  }

  #answer(ending: Ending, parameters: readonly unknown[]): unknown {
    const { later, throw: thrown, return: returned } = ending;
    if (later !== undefined) {
      return new Promise((resolve, reject) => {
        this.#later.set(later, { parameters, resolve, reject });
      });
    }
    this.#fill(ending, parameters);
    if (thrown !== undefined) throw this.#errors.thrown(thrown, this.#find);
    return returned === undefined ? undefined : decode(returned, this.#find);
  }

  #fill({ out = {} }: Ending, parameters: readonly unknown[]): void {
    for (const [index, each] of Object.entries(out)) {
      const target = parameters[Number(index)];
      if (target instanceof Uint8Array) target.set(decode(each, this.#find) as Uint8Array);
    }
  }

  #depart(host: string, method: string | undefined, step: Step | undefined): undefined {
    const call = `${host}${method === undefined ? "" : `.${method}`}`;
    const recorded = step === undefined ? "nothing" : stepText(step);
    const message = `${call} is called, and the recording has ${recorded}`;
    if (this.#depth > 0) throw new Departure(message);
    this.#differ(step?.line ?? 0, call, { return: recorded }, { return: message });
    return undefined;
  }

  /** The field of a file or the like has changed by now, where the next step says so. */
  read(host: string, field: string): Encoded | undefined {
    const step = this.#step();
    if (step?.kind !== "changed" || step.on !== host || step.field !== field) return undefined;
    this.#place.next++;
    return step.value;
  }

  /** The machine calls by itself, after all that was synchronous. */
  #awaitCallback(step: CallStep): void {
    const { next } = this.#place;
    while (this.#place.next === next) {
      const work = this.#deferred.shift();
      if (work === undefined) break;
      attempt(work);
    }
    if (this.#place.next !== next) return;
    this.#place.next++;
    this.#differ(step.line, callText(step), {}, { return: "the machine has not called" });
  }

  async #settle(number: string, ending: Ending): Promise<void> {
    this.#place.next++;
    const later = this.#later.get(number);
    this.#later.delete(number);
    if (later === undefined) return;
    try {
      later.resolve(this.#answer(ending, later.parameters));
    } catch (error) {
      later.reject(error);
    }
    for (let tick = 0; tick < TICKS; tick++) await undefined;
  }
}

const nothing = () => ({});

/** What the program throws where only the engine has called the machine reaches nobody. */
function attempt(work: () => void): void {
  try {
    work();
  } catch {}
}

/** "process/4/kernel32 VirtualFree(0x10000, 0x0, 0x8000)", or what kind of row it is. */
export function stepText(step: Step): string {
  return step.kind === "call" || step.kind === "callback" ? callText(step) : step.kind;
}

/** "process/4/kernel32 VirtualFree(0x10000, 0x0, 0x8000)" */
export function callText({ on, name, args }: CallStep): string {
  const parameters = args.map((each) => (typeof each === "string" ? each : JSON.stringify(each)));
  return `${on}${name === undefined ? "" : ` ${name}`}(${parameters.join(", ")})`;
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
}
