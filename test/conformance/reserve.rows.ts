export interface RoundingRow {
  readonly rule: string;
  readonly base: number;
  readonly size: number;
  readonly resultBase: number;
  readonly resultSize: number;
}

/** What becomes of base and size of a reservation at a given address. */
export const roundingRows: readonly RoundingRow[] = [
  { rule: "2.2#1", base: 0x50000000, size: 1, resultBase: 0x50000000, resultSize: 0x1000 },
  { rule: "2.2#2", base: 0x50000010, size: 0x1000, resultBase: 0x50000000, resultSize: 0x2000 },
  { rule: "2.2#3", base: 0x50000fff, size: 1, resultBase: 0x50000000, resultSize: 0x1000 },
  { rule: "2.2#4", base: 0x50000fff, size: 2, resultBase: 0x50000000, resultSize: 0x2000 },
  { rule: "2.2#5", base: 0x50001010, size: 0x7000, resultBase: 0x50000000, resultSize: 0x9000 },
  { rule: "2.2#6", base: 0x50001010, size: 0xc000, resultBase: 0x50000000, resultSize: 0xe000 },
  { rule: "2.2#7", base: 0x50008000, size: 1, resultBase: 0x50000000, resultSize: 0x9000 },
  { rule: "2.2#8", base: 0x5000ffff, size: 0x3000, resultBase: 0x50000000, resultSize: 0x13000 },
  { rule: "2.2#9", base: 0x50010000, size: 0x2000, resultBase: 0x50010000, resultSize: 0x2000 },
];
