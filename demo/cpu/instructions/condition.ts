import { type Instruction, Mnemonic, Register as Name } from "iced-x86";
import type { Cpu, Execute, InstructionTable } from "../cpu.ts";
import { ARITHMETIC_FLAGS, Flag, holds } from "../flags.ts";
import { operandBytes, read, write } from "../operands.ts";

/** Endings of the mnemonics, in the order of the conditions in opcodes. */
const CONDITIONS = [
  ...["o", "no", "b", "ae", "e", "ne", "be", "a"],
  ...["s", "ns", "p", "np", "l", "ge", "le", "g"],
];

/** Those that LAHF and SAHF move. */
const LOW_FLAGS = ARITHMETIC_FLAGS & 0xff;
const ALWAYS_SET = 0x2;

/** What each mnemonic of a family does: its beginning, and one for each condition. */
export function family(
  beginning: "J" | "Set" | "Cmov",
  execute: (cpu: Cpu, instruction: Instruction, isMet: boolean) => void,
): InstructionTable {
  return CONDITIONS.map((ending, condition) => [
    Mnemonic[`${beginning}${ending}` as keyof typeof Mnemonic],
    (cpu, instruction) => execute(cpu, instruction, holds(condition, cpu.state.eflags)),
  ]);
}

const set = family("Set", (cpu, instruction, isMet) => {
  write(cpu, instruction, 0, { value: isMet ? 1 : 0, sizeBytes: 1 });
});

/** The operand is read in either case, and may fault. */
const move = family("Cmov", (cpu, instruction, isMet) => {
  const value = read(cpu, instruction, 1, operandBytes(cpu, instruction, 0));
  if (isMet) cpu.writeRegister(instruction.op0Register, value);
});

const loadFlags: Execute = (cpu) => {
  cpu.writeRegister(Name.AH, (cpu.state.eflags & LOW_FLAGS) | ALWAYS_SET);
};

export const CONDITIONAL: InstructionTable = [
  ...set,
  ...move,
  [Mnemonic.Clc, (cpu) => cpu.setFlags(Flag.carry, 0)],
  [Mnemonic.Stc, (cpu) => cpu.setFlags(Flag.carry, Flag.carry)],
  [Mnemonic.Cmc, (cpu) => cpu.setFlags(Flag.carry, ~cpu.state.eflags)],
  [Mnemonic.Cld, (cpu) => cpu.setFlags(Flag.direction, 0)],
  [Mnemonic.Std, (cpu) => cpu.setFlags(Flag.direction, Flag.direction)],
  [Mnemonic.Lahf, loadFlags],
  [Mnemonic.Sahf, (cpu) => cpu.setFlags(LOW_FLAGS, cpu.readRegister(Name.AH))],
];
