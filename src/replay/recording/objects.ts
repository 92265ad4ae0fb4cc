import { clrHost } from "../../clr-host.ts";
import { coredll } from "../../coredll.ts";
import { dotnet } from "../../dotnet.ts";
import { generatedCode } from "../../generated-code.ts";
import { kernel32 } from "../../kernel32.ts";
import type { Machine } from "../../machine.ts";
import { ntdll } from "../../ntdll.ts";
import { Process } from "../../process.ts";
import type { Encoded } from "../../recording/values.ts";
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

type Function = (...parameters: unknown[]) => unknown;

/** The objects of a replayed machine, by the names that rows have for them. */
export class ReplayedObjects {
  readonly #objects = new Map<string, object>();
  readonly #names = new WeakMap<object, string>();

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

  /** @throws RangeError where no row has told of such an object */
  find(name: string): object {
    const known = this.#objects.get(name);
    if (known !== undefined) return known;
    const end = name.lastIndexOf("/");
    const parent = end < 0 ? undefined : this.#parent(name.slice(0, end));
    const field = name.slice(end + 1);
    const face = parent instanceof Process ? FACES[field]?.(parent) : undefined;
    const found: unknown = face ?? (parent === undefined ? undefined : Reflect.get(parent, field));
    if (typeof found !== "object" || found === null) throw new RangeError(`there is no ${name}`);
    this.#names.set(found, name);
    return found;
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
      this.learn(each, Reflect.get(actual, name));
    }
  }

  /**
   * The function that a row calls.
   *
   * @throws RangeError where there is none
   */
  method(on: string, name: string): Function {
    const object = this.find(on);
    const [word, field] = name.split(" ");
    if (field !== undefined && word === "get") return () => Reflect.get(object, field);
    if (field !== undefined) return (value) => void Reflect.set(object, field, value);
    if (name === "()" && typeof object === "function") return object as Function;
    if (name === "clrHost" && object instanceof Process) {
      return (options) => clrHost(object, options as Parameters<typeof clrHost>[1]);
    }
    const method: unknown = Reflect.get(object, name);
    if (typeof method !== "function") throw new RangeError(`${on} has no ${name}`);
    return (...parameters) => Reflect.apply(method, object, parameters);
  }
}
