/** Bits of EFLAGS that instructions of a program compute and test. */
export const Flag = {
  carry: 0x1,
  parity: 0x4,
  auxiliary: 0x10,
  zero: 0x40,
  sign: 0x80,
  direction: 0x400,
  overflow: 0x800,
} as const;

/** Bytes of an operand. */
export type OperandBytes = 1 | 2 | 4;

const { carry, parity, auxiliary, zero, sign, overflow } = Flag;

/** The flags that a result alone decides. */
export const RESULT_FLAGS = sign | zero | parity;
/** All that arithmetic writes. */
export const ARITHMETIC_FLAGS = RESULT_FLAGS | carry | auxiliary | overflow;

/** What an operation comes to, and the flags that say so. */
export interface Result {
  readonly value: number;
  readonly flags: number;
}

/** The low bytes of a number, from 0 up. */
export function truncated(value: number, sizeBytes: OperandBytes): number {
  return sizeBytes === 4 ? value >>> 0 : value & (sizeBytes === 2 ? 0xffff : 0xff);
}

/** The same bytes as a signed number. */
export function signed(value: number, sizeBytes: OperandBytes): number {
  const unused = 32 - 8 * sizeBytes;
  return (value << unused) >> unused;
}

/** The highest bit of an operand, 0 or 1. */
export function signBit(value: number, sizeBytes: OperandBytes): number {
  return (value >>> (8 * sizeBytes - 1)) & 1;
}

/** Whether the low byte has an even number of ones. */
function hasEvenParity(value: number): boolean {
  let bits = value & 0xff;
  bits ^= bits >> 4;
  bits ^= bits >> 2;
  bits ^= bits >> 1;
  return (bits & 1) === 0;
}

export function resultFlags(value: number, sizeBytes: OperandBytes): number {
  return (
    (value === 0 ? zero : 0) |
    (signBit(value, sizeBytes) === 1 ? sign : 0) |
    (hasEvenParity(value) ? parity : 0)
  );
}

/** `left + right + carryIn` */
export function sum(left: number, right: number, carryIn: number, sizeBytes: OperandBytes): Result {
  const total = left + right + carryIn;
  const value = truncated(total, sizeBytes);
  const overflows = signBit((left ^ value) & (right ^ value), sizeBytes) === 1;
  const flags =
    resultFlags(value, sizeBytes) |
    (total === value ? 0 : carry) |
    ((left ^ right ^ value) & auxiliary) |
    (overflows ? overflow : 0);
  return { value, flags };
}

/** `left - right - borrow` */
export function difference(
  left: number,
  right: number,
  borrow: number,
  sizeBytes: OperandBytes,
): Result {
  const total = left - right - borrow;
  const value = truncated(total, sizeBytes);
  const overflows = signBit((left ^ right) & (left ^ value), sizeBytes) === 1;
  const flags =
    resultFlags(value, sizeBytes) |
    (total < 0 ? carry : 0) |
    ((left ^ right ^ value) & auxiliary) |
    (overflows ? overflow : 0);
  return { value, flags };
}

/** Whether one of the 16 conditions of jumps holds, numbered as opcodes do: 4 is "equal". */
export function holds(condition: number, eflags: number): boolean {
  const is = (flag: number) => (eflags & flag) !== 0;
  const isLess = is(sign) !== is(overflow);
  const answers = [
    is(overflow),
    is(carry),
    is(zero),
    is(carry) || is(zero),
    is(sign),
    is(parity),
    isLess,
    isLess || is(zero),
  ];
  return answers[condition >> 1] !== ((condition & 1) === 1);
}
