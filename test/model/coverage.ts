import type { ModelProcess } from "../../src/model/model.ts";
import { CoreSubject } from "./core-subject.ts";
import { type GeneratorOptions, generate } from "./generator.ts";
import type { Step } from "./program.ts";

/** Rows that random programs over private memory can reach; 3.3#8 takes a section. */
export const REACHABLE_ROWS: readonly string[] = [
  ...["0a", "0b"].map((row) => `2.1#${row}`),
  ...numbers(1, 16).map((row) => `2.1#${row}`),
  ...numbers(1, 9).map((row) => `2.2#R${row}`),
  ...numbers(1, 9).map((row) => `2.3#C${row}`),
  ...numbers(1, 13).map((row) => `3.1#${row}`),
  ...numbers(1, 7).map((row) => `3.3#${row}`),
  ...numbers(9, 12).map((row) => `3.3#${row}`),
  ...["1", "2", "3", "4", "5", "6", "6a", "7"].map((row) => `5.2#${row}`),
];

/**
 * Rows that programs about sections can reach. Not there: 7.1#3, which answers nothing; those of
 * 7.1 about files and names; 7.2#3a.
 */
export const SECTION_ROWS: readonly string[] = [
  ...[1, 2, 4, 5, 6, 7, 8, 14, 15].map((row) => `7.1#${row}`),
  ...numbers(1, 14).map((row) => `7.2#${row}`),
  "3.1#9",
  "3.3#8",
  "3.3#9",
  "3.3#11",
  "3.3#12",
  ...[3, 6, 7, 9].map((row) => `2.3#C${row}`),
];

/**
 * Rows that programs about placeholders can reach. Not there: 8.1#1 and #2 and 7.10#3, which the
 * host answers; 8.1#7 and #8, 8.2 and the rest of 7.10 answer by other rows.
 */
export const PLACEHOLDER_ROWS: readonly string[] = [
  ...numbers(3, 6).map((row) => `8.1#${row}`),
  ...[3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 19].map((row) => `8.3#${row}`),
  ...[4, 5, 6].map((row) => `7.10#${row}`),
  "2.3#C4",
  "3.1#7",
  "3.1#8",
  "3.1#9",
  "3.3#7",
  "7.2#8",
  "7.2#13",
  "7.5#5",
];

/** Tables whose rows have no numbers, by the number that the core gives or its beginning. */
export const SECTION_TABLES: readonly string[] = ["7.5", "7.11", "13"];

const BASE_NAMES: Readonly<Record<number, string>> = {
  1: "NOACCESS",
  2: "READONLY",
  4: "READWRITE",
  8: "WRITECOPY",
  16: "EXECUTE",
  32: "EXECUTE_READ",
  64: "EXECUTE_READWRITE",
  128: "EXECUTE_WRITECOPY",
};

const WAYS = { load: "read", store: "write", fetch: "execute" } as const;
const ACCESSES = Object.values(WAYS);
type AccessName = (typeof ACCESSES)[number];

/** Every cell of 4.2: protection or state, access, and whether DEP is on. */
export const CELLS_WITHOUT_GUARD: readonly string[] = [
  ...Object.values(BASE_NAMES),
  "reserved",
  "free",
  "NULL",
].flatMap((row) =>
  ["read", "write", "execute", "execute without DEP"].map((way) => `${row}, ${way}`),
);

/** Every cell of 4.3: the first access to a guarded page, and the same access again. */
export const CELLS_WITH_GUARD: readonly string[] = Object.values(BASE_NAMES)
  .filter((name) => name !== "NOACCESS")
  .flatMap((name) => ACCESSES.flatMap((way) => [1, 2].map((time) => guardCell(name, way, time))));

const PAGE = 0x1000;
const NULL_PARTITION = 0x10000;
const GUARD = 0x100;
const NODE_BITS = 0x3f;
const MEM_FREE = 0x10000;
const MEM_RESERVE = 0x2000;

function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

function guardCell(base: string, way: AccessName, time: number): string {
  return `${base}|GUARD, ${way} ${time}`;
}

/** What programs have met so far. */
export class Coverage {
  readonly rows = new Set<string>();
  readonly cells = new Set<string>();
  /** For each page, how it was when it last had a guard, and what was tried. */
  private readonly guarded = new Map<string, string>();

  /** The rule that answered a call, and what its arguments show. */
  noteCall(step: Step, rule: string): void {
    if (rule !== "") this.rows.add(rule);
    if (step.op !== "allocate") return;
    const passed = rule.startsWith("2.2") || rule.startsWith("2.3");
    if (passed && step.face === "win32" && (step.type & NODE_BITS) !== 0) this.rows.add("2.1#0b");
    if (passed && step.base === 0 && (step.type & MEM_RESERVE) === 0) this.rows.add("2.1#16");
  }

  /** Before an access: which cells of 4.2 and 4.3 it is. */
  noteAccess(step: Step, process: ModelProcess, dep: boolean): void {
    if (step.op !== "load" && step.op !== "store" && step.op !== "fetch") return;
    const way = WAYS[step.op];
    if (process.exited) return;
    if ((step.address % PAGE) + step.length > PAGE) return;
    const info = process.query(step.address).info;
    if (info === undefined) return;
    const base = BASE_NAMES[info.Protect & 0xff] ?? "";
    const key = `${step.by} ${info.BaseAddress}`;
    // Without DEP a fetch is a read; 4.3 is about fetches.
    if (way === "execute" && !dep && (info.Protect & GUARD) !== 0) return;
    if ((info.Protect & GUARD) !== 0 && base !== "") this.noteGuard(key, base, way);
    else {
      const before = this.guarded.get(key);
      if (before === `${base} ${way}`) this.cells.add(guardCell(base, way, 2));
      this.guarded.delete(key);
      const row = this.rowOf(info, step.address, base);
      this.cells.add(`${row}, ${way}${way === "execute" && !dep ? " without DEP" : ""}`);
    }
  }

  forget(): void {
    this.guarded.clear();
  }

  private noteGuard(key: string, base: string, way: AccessName): void {
    const now = `${base} ${way}`;
    this.cells.add(guardCell(base, way, this.guarded.get(key) === now ? 2 : 1));
    this.guarded.set(key, now);
  }

  private rowOf(info: { State: number }, address: number, base: string): string {
    if (address < NULL_PARTITION) return "NULL";
    if (info.State === MEM_FREE) return "free";
    return info.State === MEM_RESERVE ? "reserved" : base;
  }
}

/** What the core names while it runs the programs of `count` seeds, on two translated spaces. */
export async function coverageOf(count: number, options: GeneratorOptions): Promise<Coverage> {
  const coverage = new Coverage();
  for (let seed = 1; seed <= count; seed += 1) {
    const program = generate(seed, { spaces: ["translated", "translated"], ...options });
    const core = await CoreSubject.create(program);
    for (const step of program.steps) coverage.noteCall(step, core.apply(step).rule);
    core.end();
  }
  return coverage;
}
