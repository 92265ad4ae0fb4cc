/** One way to spoil a call: the row that decides it then, and the arguments that are wrong. */
export interface Problem<Call> {
  readonly decision: string;
  readonly wrong: Partial<Call>;
}

/** A call that is spoilt in two ways at once; the earlier row has to answer. */
export interface DoubleProblem<Call> {
  readonly decision: string;
  readonly later: string;
  readonly wrong: Partial<Call>;
}

/** Each pair of problems, in the order of the table, that do not need the same argument. */
export function pairsOf<Call>(problems: readonly Problem<Call>[]): DoubleProblem<Call>[] {
  return problems.flatMap((first, index) =>
    problems
      .slice(index + 1)
      .filter((second) => first.decision !== second.decision && areApart(first.wrong, second.wrong))
      .map((second) => ({
        decision: first.decision,
        later: second.decision,
        wrong: { ...first.wrong, ...second.wrong },
      })),
  );
}

function areApart(left: object, right: object): boolean {
  return Object.keys(left).every((name) => !(name in right));
}
