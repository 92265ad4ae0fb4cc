import { type Instruction, Mnemonic, OpKind } from "iced-x86";
import type { Cpu, Execute, InstructionTable } from "../cpu.ts";
import {
  ARITHMETIC_FLAGS,
  difference,
  Flag,
  type OperandBytes,
  type Result,
  resultFlags,
  sum,
} from "../flags.ts";
import { ACCUMULATORS, operandBytes, read, write } from "../operands.ts";

type Binary = (left: number, right: number, sizeBytes: OperandBytes, carryIn: number) => Result;

const ALL_BUT_CARRY = ARITHMETIC_FLAGS & ~Flag.carry;

const carryOf = (cpu: Cpu) => (cpu.hasFlag(Flag.carry) ? 1 : 0);

/** Of two operands, into the first. */
function binary(operation: Binary): Execute {
  return (cpu, instruction) => {
    const sizeBytes = operandBytes(cpu, instruction, 0);
    const { value, flags } = applied(cpu, instruction, operation, sizeBytes);
    write(cpu, instruction, 0, { value, sizeBytes });
    cpu.setFlags(ARITHMETIC_FLAGS, flags);
  };
}

/** Of two operands, for the flags alone. */
function comparison(operation: Binary): Execute {
  return (cpu, instruction) => {
    const sizeBytes = operandBytes(cpu, instruction, 0);
    cpu.setFlags(ARITHMETIC_FLAGS, applied(cpu, instruction, operation, sizeBytes).flags);
  };
}

function applied(
  cpu: Cpu,
  instruction: Instruction,
  operation: Binary,
  sizeBytes: OperandBytes,
): Result {
  const left = read(cpu, instruction, 0, sizeBytes);
  const right = read(cpu, instruction, 1, sizeBytes);
  return operation(left, right, sizeBytes, carryOf(cpu));
}

/** Of one operand, into itself; of the flags, those of `mask`. */
function unary(
  operation: (operand: number, sizeBytes: OperandBytes) => Result,
  mask: number,
): Execute {
  return (cpu, instruction) => {
    const sizeBytes = operandBytes(cpu, instruction, 0);
    const { value, flags } = operation(read(cpu, instruction, 0, sizeBytes), sizeBytes);
    write(cpu, instruction, 0, { value, sizeBytes });
    cpu.setFlags(mask, flags);
  };
}

function logic(operation: (left: number, right: number) => number): Binary {
  return (left, right, sizeBytes) => {
    const value = operation(left, right) >>> 0;
    return { value, flags: resultFlags(value, sizeBytes) };
  };
}

const add: Binary = (left, right, sizeBytes) => sum(left, right, 0, sizeBytes);
const subtract: Binary = (left, right, sizeBytes) => difference(left, right, 0, sizeBytes);
const and = logic((left, right) => left & right);

/** The sum goes to the first operand, what was there to the second. */
const exchangeAndAdd: Execute = (cpu, instruction) => {
  const sizeBytes = operandBytes(cpu, instruction, 0);
  const before = read(cpu, instruction, 0, sizeBytes);
  const { value, flags } = sum(before, read(cpu, instruction, 1, sizeBytes), 0, sizeBytes);
  const isMemory = instruction.op0Kind === OpKind.Memory;
  if (isMemory) write(cpu, instruction, 0, { value, sizeBytes });
  write(cpu, instruction, 1, { value: before, sizeBytes });
  // Of one register with itself the sum counts.
  if (!isMemory) write(cpu, instruction, 0, { value, sizeBytes });
  cpu.setFlags(ARITHMETIC_FLAGS, flags);
};

/** Memory is written in either case, as the processor does. */
const compareAndExchange: Execute = (cpu, instruction) => {
  const sizeBytes = operandBytes(cpu, instruction, 0);
  const before = read(cpu, instruction, 0, sizeBytes);
  const accumulator = cpu.readRegister(ACCUMULATORS[sizeBytes]);
  const { value, flags } = difference(accumulator, before, 0, sizeBytes);
  const replacement = value === 0 ? read(cpu, instruction, 1, sizeBytes) : before;
  write(cpu, instruction, 0, { value: replacement, sizeBytes });
  if (value !== 0) cpu.writeRegister(ACCUMULATORS[sizeBytes], before);
  cpu.setFlags(ARITHMETIC_FLAGS, flags);
};

export const ARITHMETIC: InstructionTable = [
  [Mnemonic.Add, binary(add)],
  [Mnemonic.Adc, binary((left, right, size, carryIn) => sum(left, right, carryIn, size))],
  [Mnemonic.Sub, binary(subtract)],
  [Mnemonic.Sbb, binary((left, right, size, borrow) => difference(left, right, borrow, size))],
  [Mnemonic.And, binary(and)],
  [Mnemonic.Or, binary(logic((left, right) => left | right))],
  [Mnemonic.Xor, binary(logic((left, right) => left ^ right))],
  [Mnemonic.Cmp, comparison(subtract)],
  [Mnemonic.Test, comparison(and)],
  [Mnemonic.Inc, unary((operand, size) => sum(operand, 1, 0, size), ALL_BUT_CARRY)],
  [Mnemonic.Dec, unary((operand, size) => difference(operand, 1, 0, size), ALL_BUT_CARRY)],
  [Mnemonic.Neg, unary((operand, size) => difference(0, operand, 0, size), ARITHMETIC_FLAGS)],
  [Mnemonic.Not, unary((operand) => ({ value: ~operand >>> 0, flags: 0 }), 0)],
  [Mnemonic.Xadd, exchangeAndAdd],
  [Mnemonic.Cmpxchg, compareAndExchange],
];
