import {
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_FREE,
  MEM_LARGE_PAGES,
  MEM_MAPPED,
  MEM_PHYSICAL,
  MEM_PRIVATE,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  MEM_RESET_UNDO,
  MEM_TOP_DOWN,
  MEM_WRITE_WATCH,
  PAGE_EXECUTE_READWRITE,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import type { AllocateCall, Level, Refusal } from "./support/refusal.ts";
import { BASE, PAGE, SELF } from "./support/scene.ts";

const BOTH = MEM_RESERVE | MEM_COMMIT;
const LARGE = BOTH | MEM_LARGE_PAGES;

export const GOOD: AllocateCall = {
  process: SELF,
  base: BASE,
  zeroBits: 0,
  size: PAGE,
  type: BOTH,
  protect: PAGE_READWRITE,
};

export interface AllocateRow extends Pick<Refusal, "status"> {
  readonly rule: string;
  readonly title: string;
  readonly wrong: Partial<AllocateCall>;
  /** What only the service is asked: zero bits, the low bits of the type. */
  readonly level?: Level;
}

const P3 = 0xc00000f1;
const P5 = 0xc00000f3;
const P6 = 0xc00000f4;
const INVALID_PAGE_PROTECTION = 0xc0000045;

function types(rule: string, title: string, values: readonly number[], level: Level = "both") {
  return values.map(
    (type): AllocateRow => ({
      rule,
      title: `${title}: type ${type.toString(16)}`,
      wrong: { type },
      status: P5,
      level,
    }),
  );
}

function protections(rule: string, title: string, types: readonly number[]) {
  const values = [0, 3, 6, 0x101, 0x304, 0x604, 0x804, 0x20000002, 0x40000004, 0x80000004];
  return types.flatMap((type) =>
    values.map(
      (protect): AllocateRow => ({
        rule,
        title: `${title}: ${protect.toString(16)}, type ${type.toString(16)}`,
        wrong: { type, protect },
        status: INVALID_PAGE_PROTECTION,
      }),
    ),
  );
}

/** Rows 1 to 9 of table 2.1: what is wrong with the numbers themselves. All of them are 87. */
export const allocateRows: readonly AllocateRow[] = [
  ...[22, 25, 31].map(
    (zeroBits): AllocateRow => ({
      rule: "2.1#1",
      title: `zero bits ${zeroBits}`,
      wrong: { zeroBits },
      status: P3,
      level: "nt",
    }),
  ),
  ...types("2.1#2", "a bit that is not an allocation type", [
    ...[0x40, 0x80, 0x100, 0x200, 0x400, 0x800].map((bit) => BOTH | bit),
    ...[MEM_DECOMMIT, MEM_RELEASE, MEM_FREE, MEM_PRIVATE, MEM_MAPPED].map((bit) => BOTH | bit),
    ...[0x800000, 0x2000000, 0x4000000, 0x8000000, 0x10000000].map((bit) => BOTH | bit),
    (BOTH | 0x40000000) >>> 0,
    (BOTH | 0x80000000) >>> 0,
  ]),
  ...types(
    "2.1#2",
    "a low bit, which only the wrapper drops",
    [1, 2, 4, 8, 0x10, 0x20].map((bit) => BOTH | bit),
    "nt",
  ),
  ...types("2.1#3", "nothing to do", [
    0,
    MEM_TOP_DOWN,
    MEM_WRITE_WATCH,
    MEM_PHYSICAL,
    MEM_LARGE_PAGES,
  ]),
  ...types("2.1#4", "reset with company", [
    MEM_RESET | MEM_COMMIT,
    MEM_RESET | MEM_RESERVE,
    MEM_RESET | MEM_TOP_DOWN,
    MEM_RESET | MEM_WRITE_WATCH,
    MEM_RESET | MEM_PHYSICAL,
    MEM_RESET | MEM_LARGE_PAGES,
    MEM_RESET | MEM_RESET_UNDO,
    MEM_RESET_UNDO | MEM_COMMIT,
    MEM_RESET_UNDO | MEM_RESERVE,
    MEM_RESET_UNDO | MEM_TOP_DOWN,
  ]),
  ...types("2.1#5", "large pages", [
    MEM_LARGE_PAGES | MEM_COMMIT,
    MEM_LARGE_PAGES | MEM_RESERVE,
    LARGE | MEM_PHYSICAL,
    LARGE | MEM_WRITE_WATCH,
  ]),
  ...types("2.1#6", "write watch without RESERVE", [
    MEM_WRITE_WATCH | MEM_COMMIT,
    MEM_WRITE_WATCH | MEM_COMMIT | MEM_TOP_DOWN,
  ]),
  {
    rule: "2.1#6",
    title: "write watch without RESERVE, NULL base",
    wrong: { base: 0, type: MEM_WRITE_WATCH | MEM_COMMIT },
    status: P5,
  },
  ...types("2.1#7", "physical", [
    MEM_PHYSICAL | MEM_COMMIT,
    MEM_PHYSICAL | BOTH,
    MEM_PHYSICAL | MEM_RESERVE | MEM_WRITE_WATCH,
  ]),
  ...[PAGE_READONLY, PAGE_NOACCESS, PAGE_EXECUTE_READWRITE, PAGE_READWRITE | PAGE_GUARD, 0].map(
    (protect): AllocateRow => ({
      rule: "2.1#8",
      title: `physical with protection ${protect.toString(16)}`,
      wrong: { type: MEM_RESERVE | MEM_PHYSICAL, protect },
      status: P6,
    }),
  ),
  ...protections("2.1#9", "an ill-formed protection", [
    MEM_RESERVE,
    MEM_COMMIT,
    BOTH,
    MEM_RESET,
    MEM_RESET_UNDO,
  ]),
];

/** Two things wrong with the type alone: the earlier row counts. */
export const typeOrderRows: readonly { rule: string; over: string; type: number }[] = [
  { rule: "2.1#2", over: "3", type: 0x10000000 },
  { rule: "2.1#2", over: "4", type: 0x10000000 | MEM_RESET | MEM_COMMIT },
  { rule: "2.1#2", over: "5", type: 0x10000000 | MEM_LARGE_PAGES | MEM_COMMIT },
  { rule: "2.1#2", over: "6", type: 0x10000000 | MEM_WRITE_WATCH | MEM_COMMIT },
  { rule: "2.1#2", over: "7", type: 0x10000000 | MEM_PHYSICAL | MEM_COMMIT },
  { rule: "2.1#3", over: "5", type: MEM_LARGE_PAGES | MEM_PHYSICAL },
  { rule: "2.1#3", over: "6", type: MEM_WRITE_WATCH | MEM_TOP_DOWN },
  { rule: "2.1#3", over: "7", type: MEM_PHYSICAL | MEM_TOP_DOWN },
  { rule: "2.1#4", over: "5", type: MEM_RESET | MEM_LARGE_PAGES | MEM_COMMIT },
  { rule: "2.1#4", over: "6", type: MEM_RESET | MEM_WRITE_WATCH },
  { rule: "2.1#4", over: "7", type: MEM_RESET | MEM_PHYSICAL | MEM_COMMIT },
  { rule: "2.1#5", over: "6", type: MEM_LARGE_PAGES | MEM_WRITE_WATCH | MEM_COMMIT },
  { rule: "2.1#5", over: "7", type: MEM_LARGE_PAGES | MEM_PHYSICAL | MEM_RESERVE },
  { rule: "2.1#6", over: "7", type: MEM_WRITE_WATCH | MEM_PHYSICAL | MEM_COMMIT },
];
