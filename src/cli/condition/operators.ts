import type { Numeric } from "./names.ts";

/** How tightly an operator binds; 1 is loosest. Flags are taken out before they are compared. */
export const PRECEDENCES: ReadonlyMap<string, number> = new Map([
  ["||", 1],
  ["&&", 2],
  ["==", 3],
  ["!=", 3],
  ["<", 3],
  ["<=", 3],
  [">", 3],
  [">=", 3],
  ["|", 4],
  ["&", 5],
  ["+", 6],
  ["-", 6],
  ["*", 7],
]);

/** Between two conditions. The right one is asked only where it matters. */
export const CONNECTIVES: Readonly<
  Record<string, (left: boolean, right: () => boolean) => boolean>
> = {
  "||": (left, right) => left || right(),
  "&&": (left, right) => left && right(),
};

/** Between two numbers; where one of them is not there, no comparison holds. */
export const COMPARISONS: Readonly<Record<string, (left: bigint, right: bigint) => boolean>> = {
  "==": (left, right) => left === right,
  "!=": (left, right) => left !== right,
  "<": (left, right) => left < right,
  "<=": (left, right) => left <= right,
  ">": (left, right) => left > right,
  ">=": (left, right) => left >= right,
};

/** Between two numbers, of any size; of a number that is not there nothing comes. */
export const CALCULATIONS: Readonly<Record<string, (left: bigint, right: bigint) => bigint>> = {
  "|": (left, right) => left | right,
  "&": (left, right) => left & right,
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
};

export function applied<Result>(
  operation: (left: bigint, right: bigint) => Result,
  left: Numeric,
  right: Numeric,
): Result | undefined {
  if (left === undefined || right === undefined) return undefined;
  return operation(BigInt(left), BigInt(right));
}
