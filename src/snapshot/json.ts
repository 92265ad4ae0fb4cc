import { integer, shown, truth } from "../door.ts";

/** Fields of what was parsed, each of which may be anything. All throw TypeError or RangeError. */

export function fieldOf<T>(value: unknown, name: string, read: (field: unknown) => T): T {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) {
    throw new TypeError(`${name} is missing`);
  }
  return read((value as Record<string, unknown>)[name]);
}

export function integerIn(value: unknown, name: string, minimum: number, maximum: number): number {
  return fieldOf(value, name, (field) => integer(field, name, minimum, maximum));
}

export function truthIn(value: unknown, name: string): boolean {
  return fieldOf(value, name, (field) => truth(field, name));
}

export function textIn(value: unknown, name: string): string {
  return fieldOf(value, name, (field) => {
    if (typeof field === "string") return field;
    throw new TypeError(`${name} must be text, not ${shown(field)}`);
  });
}

export function listIn<T>(value: unknown, name: string, read: (element: unknown) => T): T[] {
  return fieldOf(value, name, (field) => {
    if (Array.isArray(field)) return field.map(read);
    throw new TypeError(`${name} must be a list, not ${shown(field)}`);
  });
}

/** Null stays null. */
export function optionalIn<T>(value: unknown, name: string, read: (field: unknown) => T): T | null {
  return fieldOf(value, name, (field) => (field === null ? null : read(field)));
}
