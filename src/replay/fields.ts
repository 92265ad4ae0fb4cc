import { hex, parseHex, type Quantity } from "./numbers.ts";
import { TraceError } from "./trace.ts";

export type Json = Readonly<Record<string, unknown>>;

/**
 * The fields of one row, read with a check; whatever is wrong is a TraceError that names the row's
 * line.
 */
export class Fields {
  readonly object: Json;
  readonly #file: string;
  readonly #line: number;
  readonly #pointerBytes: 4 | 8;

  constructor(object: Json, file: string, line: number, pointerBytes: 4 | 8) {
    this.object = object;
    this.#file = file;
    this.#line = line;
    this.#pointerBytes = pointerBytes;
  }

  fail(message: string): never {
    throw new TraceError(this.#file, this.#line, message);
  }

  /** The fields of an object inside this one. */
  child(name: string): Fields {
    const value = this.object[name];
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.fail(`"${name}" must be an object`);
    }
    return new Fields(value as Json, this.#file, this.#line, this.#pointerBytes);
  }

  qword(value: unknown, label: string): Quantity {
    const parsed = parseHex(value);
    if (parsed === undefined) {
      const shown = value === undefined ? "nothing" : JSON.stringify(value);
      this.fail(`${label}: ${shown} is not a hexadecimal number of at most 64 bits ("0x1f")`);
    }
    return parsed;
  }

  dword(value: unknown, label: string): number {
    const parsed = this.qword(value, label);
    if (parsed > 0xffffffff) {
      this.fail(`${label}: ${hex(parsed)} does not fit into 32 bits`);
    }
    return Number(parsed);
  }

  /** An address or a size: as wide as a pointer of the profile. */
  pointer(value: unknown, label: string): Quantity {
    return this.#pointerBytes === 4 ? this.dword(value, label) : this.qword(value, label);
  }
}
