import { Mnemonic, Register as Name } from "iced-x86";
import type { Execute, InstructionTable } from "../cpu.ts";
import { type OperandBytes, signed } from "../flags.ts";
import { effectiveAddress, operandBytes, read, write } from "../operands.ts";

const move: Execute = (cpu, instruction) => {
  const sizeBytes = operandBytes(cpu, instruction, 0);
  write(cpu, instruction, 0, { value: read(cpu, instruction, 1, sizeBytes), sizeBytes });
};

const moveZeroExtended: Execute = (cpu, instruction) => {
  const value = read(cpu, instruction, 1, operandBytes(cpu, instruction, 1));
  cpu.writeRegister(instruction.op0Register, value);
};

const moveSignExtended: Execute = (cpu, instruction) => {
  const sizeBytes = operandBytes(cpu, instruction, 1);
  const value = signed(read(cpu, instruction, 1, sizeBytes), sizeBytes);
  cpu.writeRegister(instruction.op0Register, value);
};

const loadAddress: Execute = (cpu, instruction) => {
  cpu.writeRegister(instruction.op0Register, effectiveAddress(cpu, instruction));
};

const exchange: Execute = (cpu, instruction) => {
  const sizeBytes = operandBytes(cpu, instruction, 0);
  const first = read(cpu, instruction, 0, sizeBytes);
  const second = read(cpu, instruction, 1, sizeBytes);
  // Memory, which may fault, is the first one always.
  write(cpu, instruction, 0, { value: second, sizeBytes });
  write(cpu, instruction, 1, { value: first, sizeBytes });
};

const swapBytes: Execute = (cpu, instruction) => {
  const name = instruction.op0Register;
  // Of a word the processor says nothing.
  if (cpu.registerBytes(name) !== 4) throw cpu.unknown();
  const value = cpu.readRegister(name);
  const middle = ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00);
  cpu.writeRegister(name, (value << 24) | middle | (value >>> 24));
};

/** CBW and CWDE: a register with its sign into the one that holds it. */
function extend(from: Name, to: Name, sizeBytes: OperandBytes): Execute {
  return (cpu) => cpu.writeRegister(to, signed(cpu.readRegister(from), sizeBytes));
}

/** CWD and CDQ: the sign of the accumulator into all bits of another register. */
function spreadSign(from: Name, to: Name, sizeBytes: OperandBytes): Execute {
  return (cpu) => cpu.writeRegister(to, signed(cpu.readRegister(from), sizeBytes) < 0 ? -1 : 0);
}

export const MOVES: InstructionTable = [
  [Mnemonic.Mov, move],
  [Mnemonic.Movzx, moveZeroExtended],
  [Mnemonic.Movsx, moveSignExtended],
  [Mnemonic.Lea, loadAddress],
  [Mnemonic.Xchg, exchange],
  [Mnemonic.Bswap, swapBytes],
  [Mnemonic.Cbw, extend(Name.AL, Name.AX, 1)],
  [Mnemonic.Cwde, extend(Name.AX, Name.EAX, 2)],
  [Mnemonic.Cwd, spreadSign(Name.AX, Name.DX, 2)],
  [Mnemonic.Cdq, spreadSign(Name.EAX, Name.EDX, 4)],
  [Mnemonic.Nop, () => {}],
  [Mnemonic.Pause, () => {}],
];
