/** The eight bits of an allocation type, by the letters of the table. */
export const TYPE_BITS = {
  C: 0x1000,
  R: 0x2000,
  S: 0x80000,
  U: 0x1000000,
  T: 0x100000,
  W: 0x200000,
  P: 0x400000,
  L: 0x20000000,
} as const;

export type Letter = keyof typeof TYPE_BITS;

export const ADDRESSES = ["NULL", "free", "rsv", "com", "pagefile view", "file view"] as const;

export type AddressState = (typeof ADDRESSES)[number];

/** A Win32 error, or what happens. */
export type Answer =
  | number
  | "reserve"
  | "reserve+commit"
  | "tracked"
  | "tracked+commit"
  | "window"
  | "commit"
  | "reprotect"
  | "same";

export interface MatrixRow {
  readonly rule: string;
  /** Does the row speak of this combination? The first row that does counts. */
  readonly holds: (letters: ReadonlySet<Letter>) => boolean;
  /** By address, in the order of ADDRESSES. */
  readonly answers: readonly Answer[];
}

/** Exactly these letters, T aside. */
function exactly(word: string) {
  return (letters: ReadonlySet<Letter>) => {
    const rest = [...letters].filter((letter) => letter !== "T");
    return rest.length === word.length && rest.every((letter) => word.includes(letter));
  };
}

function without(word: string) {
  return (letters: ReadonlySet<Letter>) =>
    [...word].every((letter) => !letters.has(letter as Letter));
}

const REFUSED: readonly Answer[] = [87, 87, 87, 87, 87, 87];

export const matrixRows: readonly MatrixRow[] = [
  {
    rule: "2.5#11",
    holds: (letters) => letters.has("S") && letters.size > 1,
    answers: REFUSED,
  },
  {
    rule: "2.5#13",
    holds: (letters) => letters.has("U") && letters.size > 1,
    answers: REFUSED,
  },
  { rule: "2.5#10", holds: exactly("S"), answers: ["reserve", 487, 487, "same", "same", 487] },
  { rule: "2.5#12", holds: exactly("U"), answers: [487, 487, 487, "same", "same", 487] },
  { rule: "2.5#16", holds: exactly("CRL"), answers: [1314, 1314, 1314, 1314, 1314, 1314] },
  { rule: "2.5#17", holds: (letters) => letters.has("L"), answers: REFUSED },
  { rule: "2.5#14", holds: exactly("RP"), answers: ["window", "window", 487, 487, 487, 487] },
  { rule: "2.5#15", holds: (letters) => letters.has("P"), answers: REFUSED },
  { rule: "2.5#1", holds: without("CR"), answers: REFUSED },
  {
    rule: "2.5#8",
    holds: (letters) => letters.has("W") && !letters.has("R"),
    answers: REFUSED,
  },
  { rule: "2.5#9", holds: exactly("RW"), answers: ["tracked", "tracked", 487, 487, 487, 487] },
  {
    rule: "2.5#9",
    holds: exactly("CRW"),
    answers: ["tracked+commit", "tracked+commit", 487, 487, 487, 487],
  },
  {
    rule: "2.5#5",
    holds: (letters) => letters.has("T") && exactly("C")(letters),
    answers: ["reserve+commit", 487, "commit", "reprotect", "reprotect", 5],
  },
  {
    rule: "2.5#6",
    holds: (letters) => letters.has("T") && exactly("R")(letters),
    answers: ["reserve", "reserve", 487, 487, 487, 487],
  },
  {
    rule: "2.5#7",
    holds: (letters) => letters.has("T") && exactly("CR")(letters),
    answers: ["reserve+commit", "reserve+commit", 487, 487, 487, 487],
  },
  {
    rule: "2.5#2",
    holds: exactly("C"),
    answers: ["reserve+commit", 487, "commit", "reprotect", "reprotect", 5],
  },
  { rule: "2.5#3", holds: exactly("R"), answers: ["reserve", "reserve", 487, 487, 487, 487] },
  {
    rule: "2.5#4",
    holds: exactly("CR"),
    answers: ["reserve+commit", "reserve+commit", 487, 487, 487, 487],
  },
];
