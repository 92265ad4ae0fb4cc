import { clrHost } from "../../clr-host.ts";
import { coredll } from "../../coredll.ts";
import { dotnet } from "../../dotnet.ts";
import { GeneratedCode, generatedCode } from "../../generated-code.ts";
import { kernel32 } from "../../kernel32.ts";
import { Machine } from "../../machine.ts";
import { ntdll } from "../../ntdll.ts";
import { Process } from "../../process.ts";
import type { Surface } from "../../recording/surface.ts";
import * as surface from "../../recording/surface.ts";
import type { Encoded } from "../../recording/values.ts";
import { ThreadStack } from "../../stack.ts";
import { Thread } from "../../thread.ts";
import { vb } from "../../vb.ts";

/** What a process has by the names of rows, besides its own fields. */
const FACES: Readonly<Record<string, (process: Process) => object>> = {
  kernel32,
  ntdll,
  vb,
  coredll,
  dotnet: (process) => dotnet(process),
  "dotnet-keeping-last-error": (process) => dotnet(process, { clearLastError: false }),
  generatedCode,
};

/** Parts of a process, which rows call like the process itself. */
const PARTS: Readonly<Record<string, Surface>> = {
  memory: surface.MEMORY,
  debugView: surface.PLAIN,
  system: surface.PLAIN,
};

type Function = (...parameters: unknown[]) => unknown;

/** What a program can do with an object of the machine; undefined of those that are all surface. */
function surfaceOf(object: object): Surface | undefined {
  if (object instanceof Machine) return surface.MACHINE;
  if (object instanceof Process) return surface.PROCESS;
  if (object instanceof Thread) return surface.THREAD;
  if (object instanceof ThreadStack) return surface.STACK;
  return object instanceof GeneratedCode ? surface.GENERATED_CODE : undefined;
}

/** The objects of a replayed machine, by the names that rows have for them. */
export class ReplayedObjects {
  readonly #objects = new Map<string, object>();
  readonly #names = new WeakMap<object, string>();
  readonly #surfaces = new WeakMap<object, Surface>();
  /** Names of the methods of an object that are calls. */
  readonly #calls = new WeakMap<object, ReadonlySet<string>>();

  constructor(machine: Machine) {
    this.#add("machine", machine);
    for (const process of machine.processes) this.#add(`process/${process.id}`, process);
  }

  #add(name: string, object: object): void {
    this.#objects.set(name, object);
    this.#names.set(object, name);
    if (!(object instanceof Process)) return;
    this.#add(`thread/${object.mainThread.id}`, object.mainThread);
  }

  nameOf(object: object): string | undefined {
    return this.#names.get(object);
  }

  /** The process in whose objects a name lies; undefined where no row has told of one. */
  processOf(name: string): Process | undefined {
    const [kind, id] = name.split("/");
    const object = this.#objects.get(`${kind}/${id}`);
    if (object instanceof Thread) return object.process;
    return object instanceof Process ? object : undefined;
  }

  /** @throws RangeError where no row has told of such an object */
  find(name: string): object {
    const known = this.#objects.get(name);
    if (known !== undefined) return known;
    const end = name.lastIndexOf("/");
    const parent = end < 0 ? undefined : this.#parent(name.slice(0, end));
    const found = parent === undefined ? undefined : this.#part(parent, name.slice(end + 1));
    if (typeof found !== "object" || found === null) throw new RangeError(`there is no ${name}`);
    this.#names.set(found, name);
    return found;
  }

  /** What a recording can call inside of an object, and nothing else that JavaScript has there. */
  #part(parent: object, field: string): unknown {
    if (parent instanceof Process) {
      if (Object.hasOwn(FACES, field)) return FACES[field]?.(parent);
      const part = Object.hasOwn(PARTS, field) ? PARTS[field] : undefined;
      const found: unknown = part === undefined ? undefined : Reflect.get(parent, field);
      if (part !== undefined && isObject(found)) this.#surfaces.set(found, part);
      return found;
    }
    return this.#surfaceOf(parent) === undefined ? ownValue(parent, field) : undefined;
  }

  #surfaceOf(object: object): Surface | undefined {
    return this.#surfaces.get(object) ?? surfaceOf(object);
  }

  #parent(name: string): object | undefined {
    return this.#objects.get(name) ?? (name.includes("/") ? this.find(name) : undefined);
  }

  /** What a row names, and the machine has now answered, goes by that name from now on. */
  learn(expected: Encoded | undefined, actual: unknown): void {
    if (typeof expected !== "object" || expected === null) return;
    if ((typeof actual !== "object" && typeof actual !== "function") || actual === null) return;
    if (Array.isArray(expected)) {
      if (!Array.isArray(actual)) return;
      for (const [index, each] of expected.entries()) this.learn(each, actual[index]);
      return;
    }
    const { ref, fields } = expected as Readonly<Record<string, Encoded>>;
    if (typeof ref === "string" && !this.#names.has(actual)) this.#add(ref, actual);
    if (typeof fields !== "object" || fields === null) return;
    for (const [name, each] of Object.entries(fields as Record<string, Encoded>)) {
      this.learn(each, ownValue(actual, name));
    }
  }

  /**
   * The function that a row calls.
   *
   * @throws RangeError where there is none
   */
  method(on: string, name: string): Function {
    const object = this.find(on);
    if (name === "()" && typeof object === "function") return object as Function;
    if (name === "clrHost" && object instanceof Process) {
      return (options) => clrHost(object, options as Parameters<typeof clrHost>[1]);
    }
    const of = this.#surfaceOf(object);
    const [word, field = ""] = name.split(" ");
    if (of?.fields.includes(field)) {
      if (word === "get") return () => Reflect.get(object, field);
      if (word === "set") return (value) => void Reflect.set(object, field, value);
    }
    const method = of === undefined ? ownValue(object, name) : this.#methodOf(object, of, name);
    if (typeof method !== "function") throw new RangeError(`${on} has no ${name}`);
    return (...parameters) => Reflect.apply(method, object, parameters);
  }

  #methodOf(object: object, of: Surface, name: string): unknown {
    const calls = this.#calls.get(object) ?? new Set(surface.callsOf(object, of));
    this.#calls.set(object, calls);
    return calls.has(name) ? Reflect.get(object, name) : undefined;
  }
}

/** What an object has by itself: what it has from JavaScript is not for a recording. */
function ownValue(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? Reflect.get(object, name) : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
