/** Instructions with operands, for the CPU of the demo and for a real one. */
import { pick, randomFrom } from "../unit/random.ts";

/** Where both have the page of data, and the bytes of it that are looked at. */
export const DATA = 0x10000000;
export const DATA_BYTES = 0x100;

/** Registers by their numbers. ESP, number 4, is that of the program around the instruction. */
export const NAMES = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"] as const;
const ESP = 4;
const ECX = 1;
const EBX = 3;
const EDI = 7;

/** What EFLAGS begins with may be any of these. */
const FLAGS = 0x8d5;

export interface Case {
  readonly group: string;
  readonly code: readonly number[];
  readonly general: readonly number[];
  readonly eflags: number;
}

/** How an instruction is encoded. */
interface Encoding {
  readonly group: string;
  readonly opcode: readonly number[];
  /** Bytes of the operands without a prefix; 4 is 2 with it. */
  readonly sizeBytes: 1 | 4;
  /** The field of ModRM beside the operand in a register or memory: another, or a number. */
  readonly field: "register" | number;
  /** Bytes of an immediate; "operand" as many as the operands have. */
  readonly immediate?: 1 | "operand";
  /** Bytes of the operand in memory or register, where they are not those of the other. */
  readonly sourceBytes?: 1 | 2;
  /** The largest immediate, and what is in CL. */
  readonly countMaximum?: number;
  /** Whether the register is the index of a bit, which may lie far from the operand. */
  readonly isBitIndex?: boolean;
  readonly memoryOnly?: boolean;
}

const both = (
  group: string,
  opcode: readonly number[],
  more: Partial<Encoding> = {},
): Encoding[] => {
  const last = opcode.length - 1;
  const wide = opcode.map((byte, index) => (index === last ? byte + 1 : byte));
  return [
    { group, opcode, sizeBytes: 1, field: "register", ...more },
    { group, opcode: wide, sizeBytes: 4, field: "register", ...more },
  ];
};

const wide = (group: string, opcode: readonly number[], more: Partial<Encoding> = {}): Encoding => {
  return { group, opcode, sizeBytes: 4, field: "register", ...more };
};

const eight = Array.from({ length: 8 }, (_, index) => index);
const sixteen = Array.from({ length: 16 }, (_, index) => index);

export const ENCODINGS: readonly Encoding[] = [
  ...eight.flatMap((operation) => [
    ...both("arithmetic", [operation * 8]),
    ...both("arithmetic", [operation * 8 + 2]),
    ...both("arithmetic", [0x80], { field: operation, immediate: "operand" }),
    wide("arithmetic", [0x83], { field: operation, immediate: 1 }),
  ]),
  ...both("arithmetic", [0x84]),
  ...both("arithmetic", [0xf6], { field: 0, immediate: "operand" }),
  ...[2, 3].flatMap((field) => both("arithmetic", [0xf6], { field })),
  ...[0, 1].flatMap((field) => both("arithmetic", [0xfe], { field })),
  ...both("arithmetic", [0x0f, 0xc0]),
  ...both("arithmetic", [0x0f, 0xb0]),
  ...[0, 1, 2, 3, 4, 5, 7].flatMap((field) => [
    ...both("shift", [0xc0], { field, immediate: 1 }),
    ...both("shift", [0xd0], { field }),
    ...both("shift", [0xd2], { field }),
  ]),
  ...[0xa4, 0xac].flatMap((opcode) => [
    wide("shift", [0x0f, opcode], { immediate: 1, countMaximum: 16 }),
    wide("shift", [0x0f, opcode + 1], { countMaximum: 16 }),
  ]),
  ...[0xa3, 0xab, 0xb3, 0xbb].map((opcode) => wide("bits", [0x0f, opcode], { isBitIndex: true })),
  ...[4, 5, 6, 7].map((field) => wide("bits", [0x0f, 0xba], { field, immediate: 1 })),
  ...[0xbc, 0xbd].map((opcode) => wide("bits", [0x0f, opcode])),
  ...[4, 5, 6, 7].flatMap((field) => both("multiplication", [0xf6], { field })),
  wide("multiplication", [0x0f, 0xaf]),
  wide("multiplication", [0x69], { immediate: "operand" }),
  wide("multiplication", [0x6b], { immediate: 1 }),
  ...both("move", [0x88]),
  ...both("move", [0x8a]),
  ...both("move", [0xc6], { field: 0, immediate: "operand" }),
  ...both("move", [0x86]),
  ...[0xb6, 0xbe].flatMap((opcode) => [
    wide("move", [0x0f, opcode], { sourceBytes: 1 }),
    wide("move", [0x0f, opcode + 1], { sourceBytes: 2 }),
  ]),
  wide("move", [0x8d], { memoryOnly: true }),
  ...sixteen.map((condition) => wide("condition", [0x0f, 0x40 + condition])),
  ...sixteen.map((condition): Encoding => {
    return { group: "condition", opcode: [0x0f, 0x90 + condition], sizeBytes: 1, field: 0 };
  }),
];

/** Sequences without operands; those with a jump have something that it leaves out. */
const SEQUENCES: readonly (readonly [group: string, code: readonly number[]])[] = [
  ...[0xf8, 0xf9, 0xf5, 0xfc, 0xfd, 0x9f, 0x9e].map((code) => ["flags", [code]] as const),
  ["flags", [0x25, 0xd5, 0x0c, 0, 0, 0x50, 0x9d]], // and eax, 0xcd5; push eax; popf
  ["flags", [0x9c, 0x58, 0x25, 0xd5, 0x0c, 0, 0]], // pushf; pop eax; and eax, 0xcd5
  ...[[0x98], [0x66, 0x98], [0x99], [0x66, 0x99]].map((code) => ["move", code] as const),
  ...[0, 1, 2, 3, 5, 6, 7].flatMap((register) => [
    ["move", [0x0f, 0xc8 + register]] as const, // bswap
    ["move", [0x90 + register]] as const, // xchg
    ["stack", [0x50 + register, 0x59]] as const, // push; pop ecx
  ]),
  ["stack", [0x68, 0x12, 0x34, 0x56, 0x78, 0x5a]], // push; pop edx
  ["stack", [0x6a, 0x80, 0x58]], // push -128; pop eax
  ["stack", [0xe8, 0, 0, 0, 0, 0x59, 0x31, 0xc9]], // call; pop ecx; xor ecx, ecx
  ["stack", [0xeb, 0x02, 0xb0, 0x55]], // jmp; mov al, 0x55
  ["stack", [0xe8, 2, 0, 0, 0, 0xeb, 3, 0xb0, 0x66, 0xc3]], // call; jmp; mov al, 0x66; ret
  ...sixteen.flatMap((condition) => [
    ["condition", [0x70 + condition, 2, 0xb0, 0x55]] as const,
    ["condition", [0x0f, 0x80 + condition, 2, 0, 0, 0, 0xb0, 0x55]] as const,
  ]),
  ...[0xe0, 0xe1, 0xe2, 0xe3].map((code) => ["condition", [code, 2, 0xb0, 0x55]] as const),
];

const STRINGS = [0xa4, 0xa6, 0xaa, 0xac, 0xae];

const EDGES = [
  ...[0, 1, 2, 3, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff],
  ...[0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff],
];

type Random = (below: number) => number;

function operand(random: Random): number {
  if (random(3) > 0) return pick(EDGES, random);
  return (random(0x10000) * 0x10000 + random(0x10000)) >>> 0;
}

function registers(random: Random): number[] {
  return NAMES.map(() => operand(random));
}

const littleEndian = (value: number, count: number) => {
  return Array.from({ length: count }, (_, index) => (value >>> (8 * index)) & 0xff);
};

/** ESP is not among the operands. Of a byte, number 4 is AH. */
function register(random: Random, sizeBytes: number): number {
  const number = random(8);
  return sizeBytes > 1 && number === ESP ? EBX : number;
}

/** ModRM and what follows; the registers that an address is made of get their values here. */
function place(general: number[], random: Random): number[] {
  general[EBX] = DATA + 0x60;
  if (random(2) === 0) return [0x40 | EBX, random(0x40)];
  general[EDI] = random(8);
  return [0x40 | ESP, (random(4) << 6) | (EDI << 3) | EBX, random(0x40)];
}

function encoded(encoding: Encoding, isShort: boolean, random: Random): Case {
  const { group, sizeBytes, field, sourceBytes, countMaximum } = encoding;
  const operandBytes = isShort ? 2 : sizeBytes;
  const general = registers(random);
  const other =
    field !== "register" ? field : encoding.isBitIndex ? ECX : register(random, sizeBytes);
  if (encoding.isBitIndex) general[ECX] = random(0x200) - 0x100;
  if (countMaximum !== undefined) general[ECX] = random(countMaximum + 1);
  const isMemory = encoding.memoryOnly || random(2) === 0;
  const modRm = isMemory
    ? place(general, random)
    : [0xc0 | register(random, sourceBytes ?? sizeBytes)];
  modRm[0] = (modRm[0] as number) | (other << 3);
  const immediateBytes = encoding.immediate === "operand" ? operandBytes : encoding.immediate;
  const value = countMaximum === undefined ? operand(random) : random(countMaximum + 1);
  const immediate = littleEndian(value, immediateBytes ?? 0);
  const code = [...(isShort ? [0x66] : []), ...encoding.opcode, ...modRm, ...immediate];
  return { group, code, general: general.map((number) => number >>> 0), eflags: flags(random) };
}

const flags = (random: Random) => random(0x1000) & FLAGS;

function string(opcode: number, random: Random): Case {
  const general = registers(random);
  general[ECX] = random(9);
  general[6] = DATA + 0x40 + random(0x40);
  general[EDI] = DATA + 0x40 + random(0x40);
  const prefixes = [[], [0x66], [0xf3], [0xf2], [0x66, 0xf3], [0x66, 0xf2]];
  const code = [...pick(prefixes, random), opcode + random(2)];
  // Any direction.
  return { group: "strings", code, general, eflags: flags(random) | (random(2) << 10) };
}

/** So many cases of each kind of instruction and size. */
export function casesOf(seed: number, count: number): Case[] {
  const random = randomFrom(seed);
  const times = <T>(make: () => T) => Array.from({ length: count }, make);
  return [
    ...ENCODINGS.flatMap((encoding) => [
      ...times(() => encoded(encoding, false, random)),
      ...(encoding.sizeBytes === 4 ? times(() => encoded(encoding, true, random)) : []),
    ]),
    ...SEQUENCES.flatMap(([group, code]) => {
      return times(() => ({ group, code, general: registers(random), eflags: flags(random) }));
    }),
    ...STRINGS.flatMap((opcode) => times(() => string(opcode, random))),
  ];
}
