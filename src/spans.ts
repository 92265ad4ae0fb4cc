/** What is so of a range of addresses, or of numbers of pages. */
export interface Span<Facts> {
  readonly start: number;
  /** The first address, or page, behind it. */
  readonly end: number;
  readonly facts: Facts;
}

/** What two sides say of a range; undefined where a side says nothing. */
export interface SpanPair<Facts> {
  readonly start: number;
  readonly end: number;
  readonly left: Facts | undefined;
  readonly right: Facts | undefined;
}

/**
 * Cut two lists of spans, ascending and without overlaps, where either of them changes. Ranges of
 * which neither says anything are left out.
 */
export function pairsOf<Facts>(
  left: readonly Span<Facts>[],
  right: readonly Span<Facts>[],
): SpanPair<Facts>[] {
  const edges = new Set([...left, ...right].flatMap(({ start, end }) => [start, end]));
  const cuts = [...edges].sort((first, second) => first - second);
  const pairs: SpanPair<Facts>[] = [];
  let leftAt = 0;
  let rightAt = 0;
  for (const [index, end] of cuts.slice(1).entries()) {
    const start = cuts[index] as number;
    while ((left[leftAt]?.end ?? end) <= start) leftAt += 1;
    while ((right[rightAt]?.end ?? end) <= start) rightAt += 1;
    const pair = { left: factsAt(left[leftAt], start), right: factsAt(right[rightAt], start) };
    if (pair.left !== undefined || pair.right !== undefined) pairs.push({ start, end, ...pair });
  }
  return pairs;
}

function factsAt<Facts>(span: Span<Facts> | undefined, at: number): Facts | undefined {
  return span !== undefined && span.start <= at ? span.facts : undefined;
}

/** Join neighbours that say the same. */
export function joined<Facts>(
  spans: Iterable<Span<Facts>>,
  same: (left: Facts, right: Facts) => boolean,
): Span<Facts>[] {
  const result: Span<Facts>[] = [];
  for (const span of spans) {
    const last = result.at(-1);
    if (last !== undefined && last.end === span.start && same(last.facts, span.facts)) {
      result[result.length - 1] = { ...last, end: span.end };
    } else {
      result.push(span);
    }
  }
  return result;
}

/** Those that begin in one of some ranges; both ascend. */
export function within<Facts>(
  spans: readonly Span<Facts>[],
  ranges: readonly Span<unknown>[],
): Span<Facts>[] {
  let at = 0;
  return spans.filter(({ start }) => {
    while ((ranges[at]?.end ?? Number.POSITIVE_INFINITY) <= start) at += 1;
    return start >= (ranges[at]?.start ?? Number.POSITIVE_INFINITY);
  });
}
