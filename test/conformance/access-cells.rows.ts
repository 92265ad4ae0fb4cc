/** What an access meets: nothing, a copy, a violation or a guard with this kind of access. */
export type Cell = "ok" | "copy" | "AV0" | "AV1" | "AV8" | "G0" | "G1" | "G8";

export interface AccessRow {
  readonly rule: string;
  readonly protect: number;
  /** Copy-on-write protections exist in views only. */
  readonly inView?: true;
  readonly read: Cell;
  readonly write: Cell;
  readonly execute: Cell;
  readonly executeWithoutDep: Cell;
}

export const accessRows: readonly AccessRow[] = [
  {
    rule: "4.2#1",
    protect: 0x01,
    read: "AV0",
    write: "AV1",
    execute: "AV8",
    executeWithoutDep: "AV0",
  },
  {
    rule: "4.2#2",
    protect: 0x02,
    read: "ok",
    write: "AV1",
    execute: "AV8",
    executeWithoutDep: "ok",
  },
  {
    rule: "4.2#3",
    protect: 0x04,
    read: "ok",
    write: "ok",
    execute: "AV8",
    executeWithoutDep: "ok",
  },
  {
    rule: "4.2#4",
    protect: 0x08,
    inView: true,
    read: "ok",
    write: "copy",
    execute: "AV8",
    executeWithoutDep: "ok",
  },
  {
    rule: "4.2#5",
    protect: 0x10,
    read: "ok",
    write: "AV1",
    execute: "ok",
    executeWithoutDep: "ok",
  },
  {
    rule: "4.2#6",
    protect: 0x20,
    read: "ok",
    write: "AV1",
    execute: "ok",
    executeWithoutDep: "ok",
  },
  {
    rule: "4.2#7",
    protect: 0x40,
    read: "ok",
    write: "ok",
    execute: "ok",
    executeWithoutDep: "ok",
  },
  {
    rule: "4.2#8",
    protect: 0x80,
    inView: true,
    read: "ok",
    write: "copy",
    execute: "ok",
    executeWithoutDep: "ok",
  },
];

/** First and second access. */
type Twice = readonly [Cell, Cell];

export interface GuardRow {
  readonly rule: string;
  readonly protect: number;
  readonly inView?: true;
  readonly read: Twice;
  readonly write: Twice;
  readonly writeGuardFirst: Twice;
  readonly execute: Twice;
}

export const guardRows: readonly GuardRow[] = [
  {
    rule: "4.3#1",
    protect: 0x02,
    read: ["G0", "ok"],
    write: ["AV1", "AV1"],
    writeGuardFirst: ["G1", "AV1"],
    execute: ["G8", "AV8"],
  },
  {
    rule: "4.3#2",
    protect: 0x04,
    read: ["G0", "ok"],
    write: ["G1", "ok"],
    writeGuardFirst: ["G1", "ok"],
    execute: ["G8", "AV8"],
  },
  {
    rule: "4.3#3",
    protect: 0x10,
    read: ["G0", "ok"],
    write: ["AV1", "AV1"],
    writeGuardFirst: ["G1", "AV1"],
    execute: ["G8", "ok"],
  },
  {
    rule: "4.3#3",
    protect: 0x20,
    read: ["G0", "ok"],
    write: ["AV1", "AV1"],
    writeGuardFirst: ["G1", "AV1"],
    execute: ["G8", "ok"],
  },
  {
    rule: "4.3#4",
    protect: 0x40,
    read: ["G0", "ok"],
    write: ["G1", "ok"],
    writeGuardFirst: ["G1", "ok"],
    execute: ["G8", "ok"],
  },
  {
    rule: "4.3#5",
    protect: 0x08,
    inView: true,
    read: ["G0", "ok"],
    write: ["G1", "copy"],
    writeGuardFirst: ["G1", "copy"],
    execute: ["G8", "AV8"],
  },
  {
    rule: "4.3#6",
    protect: 0x80,
    inView: true,
    read: ["G0", "ok"],
    write: ["G1", "copy"],
    writeGuardFirst: ["G1", "copy"],
    execute: ["G8", "ok"],
  },
];
