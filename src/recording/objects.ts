import { facesOf } from "../faces.ts";
import { GeneratedCode } from "../generated-code.ts";
import type { Machine } from "../machine.ts";
import { Process } from "../process.ts";
import { ThreadStack } from "../stack.ts";
import { Thread } from "../thread.ts";
import type { NameTable } from "./names.ts";
import { Patches } from "./patches.ts";
import * as surface from "./surface.ts";
import type { RecordedCall } from "./tape.ts";

/** What becomes of what the program does with an object. */
export interface ObjectListener {
  readonly isInside: boolean;
  make(call: RecordedCall): unknown;
  assign(on: string, field: string, value: unknown, work: (lent: unknown) => void): void;
  refuseUnseen(): void;
  /** Generated code may run in this process from now on. */
  runsCode(process: Process): void;
  rawOf(value: unknown): unknown;
}

type Method = (...parameters: unknown[]) => unknown;

/**
 * The objects of a machine that its program has. Methods and fields are replaced where they are, so
 * that the program goes on with the same objects; faces, which are frozen, are replaced as a whole.
 */
export class Objects {
  readonly #names: NameTable;
  readonly #listener: ObjectListener;
  readonly #patches = new Patches();
  readonly #wrapped = new WeakMap<object, object>();
  readonly #original = new WeakMap<object, object>();
  #count = 0;

  constructor(names: NameTable, listener: ObjectListener) {
    this.#names = names;
    this.#listener = listener;
  }

  attach(machine: Machine): void {
    this.#replace(machine, "machine", surface.MACHINE);
    for (const process of machine.processes) this.#process(process);
  }

  /** Every object is again what it was before. */
  detach(): void {
    this.#patches.takeBack();
  }

  /** What the machine knows it as that the program has. */
  originalOf(value: unknown): unknown {
    return (isObject(value) && this.#original.get(value)) || value;
  }

  isMachines(value: object): boolean {
    return this.#names.get(value) !== undefined;
  }

  /** What the program gets for what the machine has answered. */
  adopt(value: unknown): unknown {
    if (!isObject(value)) return value;
    const known = this.#wrapped.get(value);
    if (known !== undefined) return known;
    if (this.#names.encodeKnown(value) !== undefined) return value;
    if (value instanceof Process) this.#process(value);
    else if (value instanceof Thread) this.#thread(value);
    else if (value instanceof ThreadStack) this.#replace(value, this.#nextName(), surface.STACK);
    else if (typeof value === "function") return this.#function(value as Method);
    else if (surface.hasMethods(value)) return this.#wrap(this.#nextName(), value);
    return value;
  }

  /**
   * As `adopt`, for what an out-parameter received.
   *
   * @param before its fields before the call: those are of the program
   */
  adoptFields(parameter: unknown, before: Readonly<Record<string, unknown>> | undefined): void {
    if (!isObject(parameter) || before === undefined) return;
    for (const [name, field] of Object.entries(parameter)) {
      if (!isObject(field) || field === before[name] || !surface.hasMethods(field)) continue;
      Object.assign(parameter, { [name]: this.adopt(field) });
    }
  }

  /** What the program gets for a face. */
  face(process: Process, name: string, face: object): object {
    const on = `process/${process.id}/${name}`;
    if (face instanceof GeneratedCode) {
      this.#replace(face, on, surface.GENERATED_CODE);
      this.#listener.runsCode(process);
      return face;
    }
    this.#patches.atEnd(() => facesOf(process).set(name, face));
    return this.#wrap(on, face);
  }

  #nextName(): string {
    this.#count++;
    return `object/${this.#count}`;
  }

  #process(process: Process): void {
    const on = `process/${process.id}`;
    this.#replace(process, on, surface.PROCESS);
    this.#replace(process.memory, `${on}/memory`, surface.MEMORY, process);
    this.#replace(process.debugView, `${on}/debugView`, surface.PLAIN);
    this.#replace(process.system, `${on}/system`, surface.PLAIN);
    this.#thread(process.mainThread);
    for (const [name, face] of facesOf(process)) {
      facesOf(process).set(name, this.face(process, name, face));
    }
    this.#refuseUnseen(process, "enter");
    this.#refuseUnseen(process.handles, "open");
    this.#refuseUnseen(process.handles, "close");
  }

  #thread(thread: Thread): void {
    this.#replace(thread, `thread/${thread.id}`, surface.THREAD);
  }

  /** What functions come to that were taken before the recording began. */
  #refuseUnseen(object: object, name: string): void {
    const method = Reflect.get(object, name) as Method;
    const listener = this.#listener;
    this.#patches.define(object, name, {
      value(...parameters: unknown[]) {
        listener.refuseUnseen();
        return method.apply(object, parameters);
      },
    });
  }

  /** @param accessed whose memory it is */
  #replace(object: object, on: string, of: surface.Surface, accessed?: Process): void {
    this.#names.set(object, on);
    for (const name of surface.callsOf(object, of)) {
      const method = Reflect.get(object, name) as Method;
      const value = this.#recorded(on, name, (...given) => method.apply(object, given), accessed);
      this.#patches.define(object, name, { value });
    }
    for (const name of of.fields) this.#field(object, on, name);
  }

  #recorded(on: string, name: string, method: Method, accessed?: Process): Method {
    const listener = this.#listener;
    const work = (given: readonly unknown[]) => method(...given);
    return (...parameters) => listener.make({ on, name, parameters, work, accessed });
  }

  #field(object: object, on: string, name: string): void {
    const field = surface.fieldOf(object, name);
    const listener = this.#listener;
    if (field?.set !== undefined) {
      const { get, set } = field;
      this.#patches.define(object, name, {
        get: () => this.#got(on, name, get?.call(object)),
        set: (value) => listener.assign(on, name, value, (lent) => set.call(object, lent)),
      });
      return;
    }
    let current: unknown = field?.value;
    this.#patches.atEnd(() => {
      const value = listener.rawOf(current);
      Object.defineProperty(object, name, { ...field, value });
    });
    this.#patches.define(object, name, {
      get: () => (listener.isInside ? current : listener.rawOf(current)),
      set: (value) =>
        listener.assign(on, name, value, (lent) => {
          current = lent;
        }),
    });
  }

  /** What a field leads to. Rows have to tell of an object where the program gets it first. */
  #got(on: string, name: string, value: unknown): unknown {
    if (!isObject(value) || this.isMachines(value)) return value;
    return this.#listener.make({ on, name: `get ${name}`, parameters: [], work: () => value });
  }

  #wrap(on: string, original: object): object {
    const properties = Object.entries(Object.getOwnPropertyDescriptors(original));
    const wrapped = {};
    for (const [name, property] of properties) {
      const { value } = property;
      const isMethod = typeof value === "function";
      const isObjectInside = isObject(value) && !isMethod && surface.hasMethods(value);
      Object.defineProperty(wrapped, name, {
        ...property,
        ...(isMethod && { value: this.#recorded(on, name, value as Method) }),
        ...(isObjectInside && { value: this.#wrap(`${on}/${name}`, value) }),
      });
    }
    return this.#pair(on, original, Object.freeze(wrapped));
  }

  #function(original: Method): object {
    const on = this.#nextName();
    return this.#pair(on, original, this.#recorded(on, "()", original));
  }

  #pair(on: string, original: object, wrapped: object): object {
    this.#names.set(original, on);
    this.#names.set(wrapped, on);
    this.#wrapped.set(original, wrapped);
    this.#original.set(wrapped, original);
    return wrapped;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "function" || (typeof value === "object" && value !== null);
}
