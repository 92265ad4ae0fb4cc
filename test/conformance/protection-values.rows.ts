/** "ok", refused as a value, or well-formed and for views alone. */
export type Verdict = "ok" | "bad" | "view only";

export interface ProtectionRow {
  readonly rule: string;
  readonly base: number;
  /** By modifier: none, GUARD, NOCACHE, WRITECOMBINE, G+N, G+W, N+W, all three. */
  readonly verdicts: readonly Verdict[];
}

/** The modifiers of the columns, in their order. */
export const MODIFIERS = [0, 0x100, 0x200, 0x400, 0x300, 0x500, 0x600, 0x700] as const;

const ANY: readonly Verdict[] = ["ok", "ok", "ok", "ok", "bad", "bad", "bad", "bad"];
const VIEWS: readonly Verdict[] = [
  "view only",
  "view only",
  "bad",
  "bad",
  "bad",
  "bad",
  "bad",
  "bad",
];
const NONE: readonly Verdict[] = ["bad", "bad", "bad", "bad", "bad", "bad", "bad", "bad"];

export const protectionRows: readonly ProtectionRow[] = [
  { rule: "2.4#1", base: 0x00, verdicts: NONE },
  { rule: "2.4#2", base: 0x01, verdicts: ["ok", ...NONE.slice(1)] },
  { rule: "2.4#3", base: 0x02, verdicts: ANY },
  { rule: "2.4#4", base: 0x04, verdicts: ANY },
  { rule: "2.4#5", base: 0x08, verdicts: VIEWS },
  { rule: "2.4#6", base: 0x10, verdicts: ANY },
  { rule: "2.4#7", base: 0x20, verdicts: ANY },
  { rule: "2.4#8", base: 0x40, verdicts: ANY },
  { rule: "2.4#9", base: 0x80, verdicts: VIEWS },
  { rule: "2.4#10", base: 0x06, verdicts: NONE },
  { rule: "2.4#10", base: 0x48, verdicts: NONE },
  { rule: "2.4#10", base: 0xff, verdicts: NONE },
];

/** What the table says of one of the 2,048 values: read off the rows, two bases as one row. */
export function verdictOf(protect: number): Verdict {
  const base = protect & 0xff;
  const column = MODIFIERS.findIndex((modifiers) => modifiers === (protect & 0x700));
  const row = protectionRows.find((candidate) => candidate.base === base);
  return (row?.verdicts ?? NONE)[column] as Verdict;
}
