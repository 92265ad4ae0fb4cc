import { Mnemonic } from "iced-x86";
import type { Execute, InstructionTable } from "../cpu.ts";
import {
  Flag,
  type OperandBytes,
  RESULT_FLAGS,
  resultFlags,
  signBit,
  signed,
  truncated,
} from "../flags.ts";
import { operandBytes, read, write } from "../operands.ts";

const { carry, overflow } = Flag;
const SHIFT_FLAGS = RESULT_FLAGS | carry | overflow;
const ROTATION_FLAGS = carry | overflow;
/** Of a count the processor takes the low five bits, for small operands too. */
const COUNT_MASK = 31;

interface Shifted {
  readonly value: number;
  /** The last bit that went out: 0 or 1. */
  readonly carry: number;
  /** 0 or 1. Undefined where the count is not 1, and computed in the same way. */
  readonly overflow: number;
}

/** @param count from 1 to 31 */
type Shift = (value: number, count: number, sizeBytes: OperandBytes, carryIn: number) => Shifted;

/** 0 behind either end. */
function bit(value: number, index: number): number {
  return index < 0 || index > 31 ? 0 : (value >>> index) & 1;
}

const left: Shift = (value, count, sizeBytes) => {
  const result = truncated(value << count, sizeBytes);
  const out = bit(value, 8 * sizeBytes - count);
  return { value: result, carry: out, overflow: signBit(result, sizeBytes) ^ out };
};

const right: Shift = (value, count, sizeBytes) => ({
  value: value >>> count,
  carry: bit(value, count - 1),
  overflow: signBit(value, sizeBytes),
});

const arithmeticRight: Shift = (value, count, sizeBytes) => {
  const number = signed(value, sizeBytes);
  const out = (number >> (count - 1)) & 1;
  return { value: truncated(number >> count, sizeBytes), carry: out, overflow: 0 };
};

/** Bits that leave at the top come in at the bottom. */
function rotated(value: number, count: number, sizeBytes: OperandBytes): number {
  const bits = 8 * sizeBytes;
  const places = count % bits;
  if (places === 0) return value;
  return truncated((value << places) | (value >>> (bits - places)), sizeBytes);
}

const rotateLeft: Shift = (value, count, sizeBytes) => {
  const result = rotated(value, count, sizeBytes);
  return { value: result, carry: result & 1, overflow: signBit(result, sizeBytes) ^ (result & 1) };
};

const rotateRight: Shift = (value, count, sizeBytes) => {
  const bits = 8 * sizeBytes;
  const result = rotated(value, bits - (count % bits), sizeBytes);
  const out = signBit(result, sizeBytes);
  return { value: result, carry: out, overflow: out ^ bit(result, bits - 2) };
};

/** The carry is a bit more of the operand. */
const rotateLeftThroughCarry: Shift = (value, count, sizeBytes, carryIn) => {
  let result = value;
  let moved = carryIn;
  for (let place = count % (8 * sizeBytes + 1); place > 0; place -= 1) {
    const out = signBit(result, sizeBytes);
    result = truncated((result << 1) | moved, sizeBytes);
    moved = out;
  }
  return { value: result, carry: moved, overflow: signBit(result, sizeBytes) ^ moved };
};

const rotateRightThroughCarry: Shift = (value, count, sizeBytes, carryIn) => {
  const top = 8 * sizeBytes - 1;
  let result = value;
  let moved = carryIn;
  for (let place = count % (top + 2); place > 0; place -= 1) {
    const out = result & 1;
    result = ((result >>> 1) | (moved << top)) >>> 0;
    moved = out;
  }
  return { value: result, carry: moved, overflow: bit(result, top) ^ bit(result, top - 1) };
};

/** A count of 0 leaves all flags as they are; memory is written all the same. */
function shift(operation: Shift, mask: number): Execute {
  return (cpu, instruction) => {
    const sizeBytes = operandBytes(cpu, instruction, 0);
    const count = read(cpu, instruction, 1, 1) & COUNT_MASK;
    const before = read(cpu, instruction, 0, sizeBytes);
    if (count === 0) {
      write(cpu, instruction, 0, { value: before, sizeBytes });
      return;
    }
    const carryIn = cpu.hasFlag(carry) ? 1 : 0;
    const after = operation(before, count, sizeBytes, carryIn);
    write(cpu, instruction, 0, { value: after.value, sizeBytes });
    cpu.setFlags(mask, flagsOf(after, sizeBytes));
  };
}

function flagsOf(after: Shifted, sizeBytes: OperandBytes): number {
  return (
    resultFlags(after.value, sizeBytes) |
    (after.carry === 1 ? carry : 0) |
    (after.overflow === 1 ? overflow : 0)
  );
}

type Double = (value: number, filling: number, count: number, bits: number) => number;

const doubleLeft: Double = (value, filling, count, bits) => {
  return (value << count) | (filling >>> (bits - count));
};
const doubleRight: Double = (value, filling, count, bits) => {
  return (value >>> count) | (filling << (bits - count));
};

/**
 * SHLD and SHRD: the places that become free are filled from the second operand. Behind 16 places
 * of a word the processor says nothing of the result.
 *
 * @param lastOut the index of the last bit that goes out
 */
function shiftDouble(operation: Double, lastOut: (count: number, bits: number) => number): Execute {
  return (cpu, instruction) => {
    const sizeBytes = operandBytes(cpu, instruction, 0);
    const bits = 8 * sizeBytes;
    const count = read(cpu, instruction, 2, 1) & COUNT_MASK;
    const before = read(cpu, instruction, 0, sizeBytes);
    const filling = read(cpu, instruction, 1, sizeBytes);
    const value =
      count === 0 ? before : truncated(operation(before, filling, count, bits), sizeBytes);
    write(cpu, instruction, 0, { value, sizeBytes });
    if (count === 0) return;
    const turns = signBit(before ^ value, sizeBytes);
    const after = { value, carry: bit(before, lastOut(count, bits)), overflow: turns };
    cpu.setFlags(SHIFT_FLAGS, flagsOf(after, sizeBytes));
  };
}

export const SHIFTS: InstructionTable = [
  [Mnemonic.Shl, shift(left, SHIFT_FLAGS)],
  [Mnemonic.Sal, shift(left, SHIFT_FLAGS)],
  [Mnemonic.Shr, shift(right, SHIFT_FLAGS)],
  [Mnemonic.Sar, shift(arithmeticRight, SHIFT_FLAGS)],
  [Mnemonic.Rol, shift(rotateLeft, ROTATION_FLAGS)],
  [Mnemonic.Ror, shift(rotateRight, ROTATION_FLAGS)],
  [Mnemonic.Rcl, shift(rotateLeftThroughCarry, ROTATION_FLAGS)],
  [Mnemonic.Rcr, shift(rotateRightThroughCarry, ROTATION_FLAGS)],
  [Mnemonic.Shld, shiftDouble(doubleLeft, (count, bits) => bits - count)],
  [Mnemonic.Shrd, shiftDouble(doubleRight, (count) => count - 1)],
];
