import { type Instruction, Mnemonic, Register as Name } from "iced-x86";
import type { Cpu, Execute, InstructionTable } from "../cpu.ts";
import { Flag, type OperandBytes, signed } from "../flags.ts";
import { operandBytes, read } from "../operands.ts";

/** Where products come to, and dividends are: the low half and the high one. */
const HALVES = {
  1: [Name.AL, Name.AH],
  2: [Name.AX, Name.DX],
  4: [Name.EAX, Name.EDX],
} as const;

const PRODUCT_FLAGS = Flag.carry | Flag.overflow;

/** Numbers of 64 bits are exact as bigint alone. */
type Reading = (bits: number, value: bigint) => bigint;
const unsignedReading: Reading = BigInt.asUintN;
const signedReading: Reading = BigInt.asIntN;

function setHalves(cpu: Cpu, sizeBytes: OperandBytes, low: bigint, high: bigint): void {
  const [lowName, highName] = HALVES[sizeBytes];
  const bits = 8 * sizeBytes;
  cpu.writeRegister(lowName, Number(BigInt.asUintN(bits, low)));
  cpu.writeRegister(highName, Number(BigInt.asUintN(bits, high)));
}

/** Carry and overflow say whether the product needs its high half. */
function setProductFlags(cpu: Cpu, isLong: boolean): void {
  cpu.setFlags(PRODUCT_FLAGS, isLong ? PRODUCT_FLAGS : 0);
}

/** The accumulator by the operand, into twice as many bytes. */
function multiplyAccumulator(as: Reading): Execute {
  return (cpu, instruction) => {
    const sizeBytes = operandBytes(cpu, instruction, 0);
    const bits = 8 * sizeBytes;
    const factor = as(bits, BigInt(read(cpu, instruction, 0, sizeBytes)));
    const product = as(bits, BigInt(cpu.readRegister(HALVES[sizeBytes][0]))) * factor;
    setHalves(cpu, sizeBytes, product, product >> BigInt(bits));
    setProductFlags(cpu, product !== as(bits, product));
  };
}

const multiplySigned: Execute = (cpu, instruction) => {
  const { opCount } = instruction;
  if (opCount === 1) multiplyAccumulator(signedReading)(cpu, instruction);
  else multiplyInto(cpu, instruction, opCount - 2);
};

/** Two factors, of which the second is the last operand, into the register that comes first. */
function multiplyInto(cpu: Cpu, instruction: Instruction, firstFactor: number): void {
  const sizeBytes = operandBytes(cpu, instruction, 0);
  const factors = [firstFactor, firstFactor + 1].map((operand) => {
    return BigInt(signed(read(cpu, instruction, operand, sizeBytes), sizeBytes));
  });
  const product = factors.reduce((left, right) => left * right);
  const low = BigInt.asIntN(8 * sizeBytes, product);
  cpu.writeRegister(instruction.op0Register, Number(BigInt.asUintN(32, low)));
  setProductFlags(cpu, product !== low);
}

/**
 * Both halves by the operand: the quotient goes to the low half, the remainder to the high one. A
 * quotient that has no room there raises what a division by zero does.
 */
function divide(as: Reading): Execute {
  return (cpu, instruction) => {
    const sizeBytes = operandBytes(cpu, instruction, 0);
    const bits = 8 * sizeBytes;
    const divisor = as(bits, BigInt(read(cpu, instruction, 0, sizeBytes)));
    const [low, high] = HALVES[sizeBytes];
    const joined = (BigInt(cpu.readRegister(high)) << BigInt(bits)) | BigInt(cpu.readRegister(low));
    const dividend = as(2 * bits, joined);
    const quotient = divisor === 0n ? undefined : dividend / divisor;
    if (quotient === undefined || quotient !== as(bits, quotient)) {
      cpu.raiseDivideError();
      return;
    }
    setHalves(cpu, sizeBytes, quotient, dividend % divisor);
  };
}

export const MULTIPLICATION: InstructionTable = [
  [Mnemonic.Mul, multiplyAccumulator(unsignedReading)],
  [Mnemonic.Imul, multiplySigned],
  [Mnemonic.Div, divide(unsignedReading)],
  [Mnemonic.Idiv, divide(signedReading)],
];
