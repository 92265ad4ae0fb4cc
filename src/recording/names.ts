import { GuestException } from "../fault.ts";
import type { Row } from "./rows.ts";
import { type Encoded, encode, hexOf, type Names } from "./values.ts";

/**
 * How rows name what is no plain data: objects of the machine by where they are found, errors and
 * what the program keeps for itself by a number.
 */
export class NameTable {
  readonly #objects = new WeakMap<object, string>();
  readonly #errors = new WeakMap<object, number>();
  readonly #opaque = new WeakMap<object, number>();
  #errorCount = 0;
  #opaqueCount = 0;

  set(object: object, name: string): void {
    this.#objects.set(object, name);
  }

  get(object: object): string | undefined {
    return this.#objects.get(object);
  }

  /** Of an object that has a name. */
  readonly encodeKnown: Names = (object) => {
    const name = this.#objects.get(object);
    if (name !== undefined) return { ref: name };
    const opaque = this.#opaque.get(object);
    return opaque === undefined ? undefined : { opaque: hexOf(opaque) };
  };

  /** What the program answers, and the machine only passes on. */
  encodeOpaque(value: unknown, names: Names): Encoded {
    const isObject = typeof value === "object" ? value !== null : typeof value === "function";
    if (!isObject) return encode(value, names);
    const object = value as object;
    if (!this.#objects.has(object) && !this.#opaque.has(object)) {
      this.#opaqueCount++;
      this.#opaque.set(object, this.#opaqueCount);
    }
    return encode(object, this.encodeKnown);
  }

  /** What was thrown; an error that comes again is the same one. */
  encodeError(error: unknown, names: Names): Row {
    if (typeof error !== "object" || error === null) {
      return { throw: { value: encode(error, names) } };
    }
    const known = this.#errors.get(error);
    if (known !== undefined) return { throw: { again: hexOf(known) } };
    this.#errorCount++;
    this.#errors.set(error, this.#errorCount);
    return { throw: { error: hexOf(this.#errorCount), ...describeError(error, names) } };
  }
}

/** What of an error is compared. */
export function describeError(error: object, names: Names): Record<string, Encoded> {
  if (!(error instanceof Error)) return { name: error.constructor.name };
  const { name, message } = error;
  if (!(error instanceof GuestException)) return { name, message };
  return { name, message, record: encode(error.record, names) };
}
