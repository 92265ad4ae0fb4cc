import { type Encoded, encode, type Names } from "../../recording/values.ts";
import type { Difference } from "../difference.ts";
import type { ThrownErrors } from "./errors.ts";
import type { Ending } from "./recording.ts";

/** How a call has ended in the replay. */
export interface Actual {
  readonly returned?: unknown;
  /** Whether there is such a field says whether anything was thrown. */
  readonly thrown?: unknown;
  /** Parameters that have changed. */
  readonly out?: Encoded | undefined;
  readonly parameters?: readonly unknown[];
}

/** Whether a call has ended as recorded. What was thrown goes by the row's number from now on. */
export function isAnswer(
  ending: Ending,
  actual: Actual,
  errors: ThrownErrors,
  names: Names,
): boolean {
  const isSame =
    "thrown" in actual
      ? ending.throw !== undefined && errors.isSame(ending.throw, actual.thrown, names)
      : ending.throw === undefined && isReturned(ending.return, actual, names);
  return isSame && JSON.stringify(ending.out) === JSON.stringify(actual.out);
}

function isReturned(expected: Encoded | undefined, actual: Actual, names: Names): boolean {
  const { returned, parameters = [] } = actual;
  if (expected === undefined) return returned === undefined || isView(returned);
  if (typeof expected === "object" && expected !== null && !Array.isArray(expected)) {
    const { view, parameter } = expected as Readonly<Record<string, Encoded>>;
    // Which bytes lie together is not the guest's.
    if (view !== undefined) return returned === undefined || isView(returned);
    if (parameter !== undefined) return parameters[Number(parameter)] === returned;
  }
  return JSON.stringify(expected) === JSON.stringify(encode(returned, names));
}

const isView = (returned: unknown) => returned instanceof Uint8Array;

export function expectedText({
  return: returned,
  throw: thrown,
  out,
}: Ending): Difference["expected"] {
  const answer: Record<string, unknown> = {};
  if (thrown !== undefined) answer.throw = thrown.name ?? thrown;
  if (thrown?.message !== undefined) answer.throw = `${thrown.name}: ${thrown.message}`;
  if (returned !== undefined) answer.return = returned;
  if (out !== undefined) answer.out = out;
  return answer;
}
