import type { Row } from "./rows.ts";
import { hasMethods } from "./surface.ts";
import { type Encoded, encode } from "./values.ts";

/** What becomes of calls that the machine makes of the program. */
export interface HostListener {
  /** The machine calls: make the call by `work`, whose answer it gets. */
  called(host: string, method: string | undefined, call: HostCall): unknown;
  /** A field of an object is not what it was when the machine looked last. */
  changed(host: string, field: string, value: Encoded): void;
}

export interface HostCall {
  readonly parameters: unknown[];
  readonly work: (parameters: unknown[]) => unknown;
}

interface Host {
  readonly name: string;
  /** What the machine gets instead. */
  readonly stand: object;
  /** How it is told of the first time; undefined from then on. */
  description: Row | undefined;
}

const isSimple = (value: unknown) => value === null || /^(n|s|b)/.test(typeof value);

/**
 * Functions and objects of the program that the machine calls: handlers, filters, policies, files,
 * page stores. The machine gets others in their place, which tell of each call.
 */
export class Hosts {
  readonly #listener: HostListener;
  readonly #isMachines: (value: object) => boolean;
  readonly #hosts = new WeakMap<object, Host>();
  readonly #raw = new WeakMap<object, object>();
  #count = 0;

  /** @param isMachines tells objects of the machine from those of the program */
  constructor(listener: HostListener, isMachines: (value: object) => boolean) {
    this.#listener = listener;
    this.#isMachines = isMachines;
  }

  /** What the program knows it as; other values are what they are. */
  rawOf(value: unknown): unknown {
    return (this.#isObject(value) && this.#raw.get(value)) || value;
  }

  /** What the machine is to get for a value of the program. */
  lend(value: unknown): unknown {
    if (!this.#isObject(value) || ArrayBuffer.isView(value)) return value;
    if (this.#isMachines(value)) return value;
    if (typeof value === "function" || hasMethods(value)) return this.#hostOf(value).stand;
    return this.#isPlain(value) ? this.#lendFields(value) : value;
  }

  /** Plain data that leads to such objects is copied; all other stays the same. */
  #lendFields(value: object): object {
    const entries = Object.entries(value);
    const lent = entries.map(([name, field]) => [name, this.lend(field)] as const);
    const isSame = lent.every(([, field], index) => field === entries[index]?.[1]);
    return isSame ? value : Object.fromEntries(lent);
  }

  /** How a row names it, where the program has it, or the machine got it. */
  nameOf(value: object): Encoded | undefined {
    const raw = this.#raw.get(value) ?? value;
    const isHost = typeof raw === "function" || this.#hosts.has(raw) || hasMethods(raw);
    if (!isHost) return undefined;
    const host = this.#hostOf(raw);
    const { name, description } = host;
    host.description = undefined;
    return description === undefined ? { host: name } : ({ host: name, ...description } as Encoded);
  }

  #isObject(value: unknown): value is object {
    return typeof value === "function" || (typeof value === "object" && value !== null);
  }

  #isPlain(value: object): boolean {
    return Object.getPrototypeOf(value) === Object.prototype;
  }

  #hostOf(raw: object): Host {
    const known = this.#hosts.get(raw);
    if (known !== undefined) return known;
    this.#count++;
    const name = `host/${this.#count}`;
    const host =
      typeof raw === "function"
        ? {
            name,
            stand: this.#function(name, undefined, (given) => Reflect.apply(raw, undefined, given)),
            description: { function: true },
          }
        : { name, ...this.#object(name, raw) };
    this.#hosts.set(raw, host);
    this.#raw.set(host.stand, raw);
    return host;
  }

  #function(host: string, method: string | undefined, work: HostCall["work"]): object {
    const listener = this.#listener;
    return (...parameters: unknown[]) => listener.called(host, method, { parameters, work });
  }

  #object(host: string, raw: object): { stand: object; description: Row } {
    const stand = {};
    const methods: string[] = [];
    const fields: Record<string, Encoded> = {};
    for (const name of namesOf(raw)) {
      const value: unknown = Reflect.get(raw, name);
      if (typeof value === "function") {
        methods.push(name);
        const method = this.#function(host, name, (given) => Reflect.apply(value, raw, given));
        Object.defineProperty(stand, name, { enumerable: true, value: method });
      } else if (isSimple(value)) {
        fields[name] = encode(value, () => undefined);
        this.#defineField(host, stand, raw, name, fields[name]);
      }
    }
    return { stand, description: { methods, fields } };
  }

  #defineField(host: string, stand: object, raw: object, name: string, first: Encoded): void {
    let known = JSON.stringify(first);
    Object.defineProperty(stand, name, {
      enumerable: true,
      get: () => {
        const value: unknown = Reflect.get(raw, name);
        const encoded = encode(value, () => undefined);
        const text = JSON.stringify(encoded);
        if (text !== known) this.#listener.changed(host, name, encoded);
        known = text;
        return value;
      },
    });
  }
}

/** All names of an object and its classes. */
function namesOf(object: object): Set<string> {
  const names = new Set<string>();
  for (let at: object | null = object; at !== null && at !== Object.prototype; ) {
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
    at = Object.getPrototypeOf(at);
  }
  names.delete("constructor");
  return names;
}
