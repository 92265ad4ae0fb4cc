/** What a search came to. */
export interface Bisection {
  /**
   * "found": after the call, but not before it. "start": before the first call already. "nowhere":
   * not after the last call.
   */
  readonly holds: "found" | "start" | "nowhere";
  /** Number of the call, from 1; undefined unless it was found. */
  readonly call: number | undefined;
  /** How often it was asked whether it holds. */
  readonly asked: number;
}

/**
 * The first call after which something holds, in as many questions as a binary search takes, and
 * two: the end and the start are asked first. What holds must go on holding; where it comes and
 * goes, a call is found after which it holds and before which it does not, not always the first.
 *
 * @param calls how many there are
 * @param holdsAfter whether it holds after so many of them, 0 included
 */
export async function bisect(
  calls: number,
  holdsAfter: (calls: number) => Promise<boolean>,
): Promise<Bisection> {
  if (!(await holdsAfter(calls))) return { holds: "nowhere", call: undefined, asked: 1 };
  if (calls === 0) return { holds: "start", call: undefined, asked: 1 };
  if (await holdsAfter(0)) return { holds: "start", call: undefined, asked: 2 };
  let asked = 2;
  let without = 0;
  let call = calls;
  while (call - without > 1) {
    const middle = Math.floor((without + call) / 2);
    asked += 1;
    if (await holdsAfter(middle)) call = middle;
    else without = middle;
  }
  return { holds: "found", call, asked };
}
