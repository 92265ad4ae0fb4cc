import { Code, type Instruction, Mnemonic, Register as Name, OpKind } from "iced-x86";
import type { Cpu, Execute, InstructionTable } from "../cpu.ts";
import { ARITHMETIC_FLAGS, Flag, type OperandBytes } from "../flags.ts";
import { memoryAddress, read } from "../operands.ts";
import { Register } from "../state.ts";

/** What POPF gives a program: there is no single step, so TF stays as it is. */
const POPPED_FLAGS = ARITHMETIC_FLAGS | Flag.direction;

/** All of them, in the order in which PUSHAD pushes. */
const REGISTERS = Object.values(Register);

function movedBytes(cpu: Cpu, { stackPointerIncrement }: Instruction): OperandBytes {
  const sizeBytes = Math.abs(stackPointerIncrement);
  if (sizeBytes === 2 || sizeBytes === 4) return sizeBytes;
  throw cpu.unknown();
}

const push: Execute = (cpu, instruction) => {
  const sizeBytes = movedBytes(cpu, instruction);
  cpu.push(read(cpu, instruction, 0, sizeBytes), sizeBytes);
};

const pop: Execute = (cpu, instruction) => {
  const sizeBytes = movedBytes(cpu, instruction);
  const { op0Kind, op0Register, memoryBase } = instruction;
  if (op0Kind === OpKind.Register) {
    // Refuses a segment register, before anything is popped.
    cpu.registerBytes(op0Register);
    cpu.writeRegister(op0Register, cpu.pop(sizeBytes));
    return;
  }
  const value = cpu.load(cpu.esp, sizeBytes);
  // An address by ESP counts from where the pop leads.
  const ahead = memoryBase === Name.ESP ? sizeBytes : 0;
  cpu.store((memoryAddress(cpu, instruction) + ahead) >>> 0, value, sizeBytes);
  cpu.esp += sizeBytes;
};

const pushAll: Execute = (cpu) => {
  const { esp } = cpu;
  for (const [index, register] of REGISTERS.entries()) {
    cpu.store((esp - 4 * (index + 1)) >>> 0, cpu.get(register), 4);
  }
  cpu.esp = esp - 4 * REGISTERS.length;
};

const popAll: Execute = (cpu) => {
  const { esp } = cpu;
  const values = REGISTERS.map((_, index) => cpu.load((esp + 4 * index) >>> 0, 4)).reverse();
  for (const register of REGISTERS) cpu.set(register, values[register] as number);
  cpu.esp = esp + 4 * REGISTERS.length;
};

const leave: Execute = (cpu, instruction) => {
  if (instruction.code !== Code.Leaved) throw cpu.unknown();
  const frame = cpu.get(Register.ebp);
  const outer = cpu.load(frame, 4);
  cpu.esp = frame + 4;
  cpu.set(Register.ebp, outer);
};

export const STACK: InstructionTable = [
  [Mnemonic.Push, push],
  [Mnemonic.Pop, pop],
  [Mnemonic.Pushad, pushAll],
  [Mnemonic.Popad, popAll],
  [Mnemonic.Pushfd, (cpu) => cpu.push(cpu.state.eflags)],
  [Mnemonic.Popfd, (cpu) => cpu.setFlags(POPPED_FLAGS, cpu.pop())],
  [Mnemonic.Leave, leave],
];
