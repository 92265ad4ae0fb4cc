import { shown } from "../door.ts";
import { setStructure } from "../out.ts";
import type { ByRef, ByRefType, Long } from "./interface.ts";
import { signed, unsigned } from "./long.ts";

/** A parameter ByRef during a call. */
export interface Passed<T> {
  /** What the function of kernel32 is given: a place of our own, a guest address or NULL. */
  readonly out: { value: T } | number | null;
  /** Hand what was written there over to the variable. */
  takeBack(): void;
}

/** A Long, which the function may read, too. */
export function longByRef(variable: ByRef, name: string): Passed<number> {
  if (!isVariable(variable)) return address(variable, name);
  const own = { value: unsigned(variable.value, `${name}.value`) };
  const takeBack = () => {
    variable.value = signed(own.value);
  };
  return { out: own, takeBack };
}

/** An array of Longs that is filled. */
export function longsByRef(variable: ByRef<Long[]>, name: string): Passed<number[]> {
  if (!isVariable(variable)) return address(variable, name);
  return filled((values: number[]) => {
    variable.value = values.map(signed);
  });
}

/** A structure that is filled; `fields` are those that the program declares. */
export function typeByRef<Given, Type extends object>(
  variable: ByRefType<Type>,
  name: string,
  fields: (given: Given) => Type,
): Passed<Given> {
  if (!isVariable(variable)) return address(variable, name);
  return filled((given: Given) => setStructure(variable, fields(given)));
}

function filled<T>(take: (value: T) => void): Passed<T> {
  const own: { value: T | undefined } = { value: undefined };
  const takeBack = () => {
    if (own.value !== undefined) take(own.value);
  };
  return { out: own as { value: T }, takeBack };
}

function address(variable: Long | null | undefined, name: string): Passed<never> {
  if (variable === null || variable === undefined) return { out: null, takeBack() {} };
  if (typeof variable === "number") return { out: unsigned(variable, name), takeBack() {} };
  const alternatives = "a variable, the address of one or null";
  throw new TypeError(
    `${name} must be ${alternatives}, not ${shown(variable)} (Type mismatch, 13)`,
  );
}

function isVariable<T extends object>(variable: T | Long | null | undefined): variable is T {
  return typeof variable === "object" && variable !== null;
}
