import { DiskFull } from "../../file-backing.ts";
import { describeError } from "../../recording/names.ts";
import { decode, type Encoded, encode, type Names, type Objects } from "../../recording/values.ts";
import type { Thrown } from "./recording.ts";

/** What was thrown, by the numbers that rows have for it. */
export class ThrownErrors {
  readonly #errors = new Map<string, object>();

  /** Whether this is what a row says was thrown; from now on it goes by the number of the row. */
  isSame(expected: Thrown, error: unknown, names: Names): boolean {
    if (expected.again !== undefined) return this.#errors.get(expected.again) === error;
    if (expected.error === undefined || typeof error !== "object" || error === null) {
      return textOf(expected.value) === textOf(encode(error, names));
    }
    this.#errors.set(expected.error, error);
    const { error: _number, ...described } = expected;
    return textOf(described) === textOf(describeError(error, names));
  }

  /** What a function of the program threw. */
  thrown(expected: Thrown, objects: Objects): unknown {
    const { error: number, again, value, name = "Error", message = "" } = expected;
    if (again !== undefined) return this.#errors.get(again) ?? new Error(`${again} was not thrown`);
    if (number === undefined) return decode(value ?? null, objects);
    // What the machine tells from other errors.
    const isFull = name === "DiskFull";
    const error = isFull ? new DiskFull(message) : Object.assign(new Error(message), { name });
    this.#errors.set(number, error);
    return error;
  }
}

function textOf(value: Encoded | Record<string, Encoded> | undefined): string {
  return JSON.stringify(value) ?? "";
}
