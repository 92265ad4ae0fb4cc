import { Mnemonic, OpKind } from "iced-x86";
import type { Execute, InstructionTable } from "../cpu.ts";
import { Flag, signed } from "../flags.ts";
import { memoryAddress, operandBytes, read } from "../operands.ts";

const { carry, zero } = Flag;

/** What becomes of the bit that is tested; undefined leaves it. */
type Change = ((value: number, mask: number) => number) | undefined;

/**
 * The carry takes the bit. Where a register names the bit of an operand in memory, it may lie far
 * from the operand, on either side.
 */
function bitTest(change: Change): Execute {
  return (cpu, instruction) => {
    const sizeBytes = operandBytes(cpu, instruction, 0);
    const bits = 8 * sizeBytes;
    const index = read(cpu, instruction, 1, sizeBytes);
    const mask = 1 << (index % bits);
    if (instruction.op0Kind === OpKind.Register) {
      const value = cpu.readRegister(instruction.op0Register);
      if (change !== undefined) cpu.writeRegister(instruction.op0Register, change(value, mask));
      cpu.setFlags(carry, (value & mask) === 0 ? 0 : carry);
      return;
    }
    const isFar = instruction.op1Kind === OpKind.Register;
    const operands = isFar ? Math.floor(signed(index, sizeBytes) / bits) : 0;
    const address = (memoryAddress(cpu, instruction) + operands * sizeBytes) >>> 0;
    const value = cpu.load(address, sizeBytes);
    if (change !== undefined) cpu.store(address, change(value, mask), sizeBytes);
    cpu.setFlags(carry, (value & mask) === 0 ? 0 : carry);
  };
}

/** @param find the index of a bit in a number that is not 0 */
function scan(find: (value: number) => number): Execute {
  return (cpu, instruction) => {
    const sizeBytes = operandBytes(cpu, instruction, 0);
    const value = read(cpu, instruction, 1, sizeBytes);
    // Without a bit the processor leaves the register as it is.
    if (value !== 0) cpu.writeRegister(instruction.op0Register, find(value));
    cpu.setFlags(zero, value === 0 ? zero : 0);
  };
}

const highest = (value: number) => 31 - Math.clz32(value);

export const BITS: InstructionTable = [
  [Mnemonic.Bt, bitTest(undefined)],
  [Mnemonic.Bts, bitTest((value, mask) => value | mask)],
  [Mnemonic.Btr, bitTest((value, mask) => value & ~mask)],
  [Mnemonic.Btc, bitTest((value, mask) => value ^ mask)],
  [Mnemonic.Bsf, scan((value) => highest(value & -value))],
  [Mnemonic.Bsr, scan(highest)],
];
