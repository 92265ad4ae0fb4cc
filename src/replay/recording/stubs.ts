import { decode, type Encoded, type Objects } from "../../recording/values.ts";

/** What the machine calls in place of the program. */
export type Called = (host: string, method: string | undefined, parameters: unknown[]) => unknown;
/** A field is read: its value is what a row says, or what it was. */
export type Read = (host: string, field: string) => Encoded | undefined;

/**
 * Functions and objects that stand for those of the program: all that they answer is in the
 * recording.
 */
export class Stubs {
  readonly #called: Called;
  readonly #read: Read;
  readonly #stubs = new Map<string, object>();
  readonly #names = new WeakMap<object, string>();
  readonly #opaque = new Map<string, object>();

  constructor(called: Called, read: Read) {
    this.#called = called;
    this.#read = read;
  }

  /** How rows name a stub, or what the program kept for itself. */
  nameOf(object: object): Encoded | undefined {
    const name = this.#names.get(object);
    if (name === undefined) return undefined;
    return this.#stubs.has(name) ? { host: name } : { opaque: name };
  }

  /** @throws RangeError for one that was not described */
  readonly find: Objects = (tagged) => {
    const { host, opaque } = tagged;
    if (typeof opaque === "string") return this.#opaqueOf(opaque);
    if (typeof host !== "string") return undefined;
    const known = this.#stubs.get(host);
    if (known !== undefined) return known;
    const stub =
      tagged.function === true ? this.#function(host, undefined) : this.#make(host, tagged);
    this.#stubs.set(host, stub);
    this.#names.set(stub, host);
    return stub;
  };

  #opaqueOf(number: string): object {
    const known = this.#opaque.get(number) ?? {};
    this.#opaque.set(number, known);
    this.#names.set(known, number);
    return known;
  }

  #function(host: string, method: string | undefined): object {
    return (...parameters: unknown[]) => this.#called(host, method, parameters);
  }

  #make(host: string, { methods, fields }: Readonly<Record<string, Encoded>>): object {
    if (!Array.isArray(methods)) throw new RangeError(`${host} was not described`);
    const stub = {};
    for (const method of methods) {
      if (typeof method !== "string") throw new RangeError(`${host}: a method must have a name`);
      Object.defineProperty(stub, method, {
        enumerable: true,
        value: this.#function(host, method),
      });
    }
    for (const [field, first] of Object.entries((fields ?? {}) as Record<string, Encoded>)) {
      let value = decode(first, () => undefined);
      const get = () => {
        const changed = this.#read(host, field);
        if (changed !== undefined) value = decode(changed, () => undefined);
        return value;
      };
      Object.defineProperty(stub, field, { enumerable: true, get });
    }
    return stub;
  }
}
