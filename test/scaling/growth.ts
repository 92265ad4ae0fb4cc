/**
 * The statement about work that is measured at 16, 32, 64 ... regions: it grows by at most two
 * steps a doubling. Trees grow by whole levels, so one doubling may add what a level costs and the
 * next ones nothing; at no size is the sum more than that ahead.
 */
export const STEPS_A_DOUBLING = 2;
/** From 16 to 65,536. A series that ends before has had levels, and not all of what follows. */
export const ALL_DOUBLINGS = 12;
/** One level more of the region index: a node on each way, its gaps, and half a node moved. */
export const STEPS_A_LEVEL = 14;

/**
 * What breaks the statement, a line each.
 *
 * @param steps average steps at each size, beginning with the smallest, each twice the one before
 */
export function breaches(steps: readonly number[]): string[] {
  const [first = 0] = steps;
  const added = steps.map((count) => count - first);
  const lines = added.flatMap((sum, doublings) => {
    const most = doublings * STEPS_A_DOUBLING + STEPS_A_LEVEL;
    return sum <= most ? [] : [`${doublings} doublings add ${sum.toFixed(1)} steps, not ${most}`];
  });
  const doublings = steps.length - 1;
  const whole = added.at(-1) ?? 0;
  if (doublings === ALL_DOUBLINGS && whole > doublings * STEPS_A_DOUBLING) {
    lines.push(`all ${doublings} doublings add ${whole.toFixed(1)} steps`);
  }
  return lines;
}
