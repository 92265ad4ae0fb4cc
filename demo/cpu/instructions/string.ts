import { type Instruction, Mnemonic, OpKind } from "iced-x86";
import type { Cpu, Execute, InstructionTable } from "../cpu.ts";
import { ARITHMETIC_FLAGS, difference, Flag, type OperandBytes } from "../flags.ts";
import { ACCUMULATORS, checkSegment } from "../operands.ts";
import { Register } from "../state.ts";

/** One round: its accesses first, then the registers that go on. */
type Round = (cpu: Cpu, sizeBytes: OperandBytes) => void;

function advance(cpu: Cpu, sizeBytes: OperandBytes, ...registers: number[]): void {
  const step = cpu.hasFlag(Flag.direction) ? -sizeBytes : sizeBytes;
  for (const register of registers) cpu.set(register, cpu.get(register) + step);
}

function compare(cpu: Cpu, left: number, right: number, sizeBytes: OperandBytes): void {
  cpu.setFlags(ARITHMETIC_FLAGS, difference(left, right, 0, sizeBytes).flags);
}

const { esi, edi, ecx } = Register;

const move: Round = (cpu, sizeBytes) => {
  cpu.store(cpu.get(edi), cpu.load(cpu.get(esi), sizeBytes), sizeBytes);
  advance(cpu, sizeBytes, esi, edi);
};

const store: Round = (cpu, sizeBytes) => {
  cpu.store(cpu.get(edi), cpu.get(Register.eax), sizeBytes);
  advance(cpu, sizeBytes, edi);
};

const load: Round = (cpu, sizeBytes) => {
  cpu.writeRegister(ACCUMULATORS[sizeBytes], cpu.load(cpu.get(esi), sizeBytes));
  advance(cpu, sizeBytes, esi);
};

const compareStrings: Round = (cpu, sizeBytes) => {
  const left = cpu.load(cpu.get(esi), sizeBytes);
  const right = cpu.load(cpu.get(edi), sizeBytes);
  compare(cpu, left, right, sizeBytes);
  advance(cpu, sizeBytes, esi, edi);
};

const scan: Round = (cpu, sizeBytes) => {
  const right = cpu.load(cpu.get(edi), sizeBytes);
  compare(cpu, cpu.readRegister(ACCUMULATORS[sizeBytes]), right, sizeBytes);
  advance(cpu, sizeBytes, edi);
};

/** With a prefix, as many rounds as ECX says; "until" ends them by what the last one compared. */
type Repetition = "counted" | "until";

/** Refuses addresses of 16 bits, and the vector instructions of the same names. */
function checkOperands(cpu: Cpu, instruction: Instruction): void {
  for (let operand = 0; operand < instruction.opCount; operand += 1) {
    const kind = instruction.opKind(operand);
    if (kind === OpKind.Register) cpu.registerBytes(instruction.opRegister(operand));
    else if (kind !== OpKind.MemorySegESI && kind !== OpKind.MemoryESEDI) throw cpu.unknown();
  }
  checkSegment(cpu, instruction);
}

/**
 * After each round the registers say what is left, so a fault in the middle leaves an instruction
 * that goes on from there when it is begun again.
 */
function string(round: Round, sizeBytes: OperandBytes, repetition: Repetition): Execute {
  return (cpu, instruction) => {
    checkOperands(cpu, instruction);
    const { hasRepePrefix, hasRepnePrefix } = instruction;
    if (!hasRepePrefix && !hasRepnePrefix) {
      round(cpu, sizeBytes);
      return;
    }
    while (cpu.get(ecx) !== 0) {
      round(cpu, sizeBytes);
      cpu.set(ecx, cpu.get(ecx) - 1);
      if (repetition === "until" && cpu.hasFlag(Flag.zero) === hasRepnePrefix) return;
    }
  };
}

export const STRINGS: InstructionTable = [
  [Mnemonic.Movsb, string(move, 1, "counted")],
  [Mnemonic.Movsw, string(move, 2, "counted")],
  [Mnemonic.Movsd, string(move, 4, "counted")],
  [Mnemonic.Stosb, string(store, 1, "counted")],
  [Mnemonic.Stosw, string(store, 2, "counted")],
  [Mnemonic.Stosd, string(store, 4, "counted")],
  [Mnemonic.Lodsb, string(load, 1, "counted")],
  [Mnemonic.Lodsw, string(load, 2, "counted")],
  [Mnemonic.Lodsd, string(load, 4, "counted")],
  [Mnemonic.Cmpsb, string(compareStrings, 1, "until")],
  [Mnemonic.Cmpsw, string(compareStrings, 2, "until")],
  [Mnemonic.Cmpsd, string(compareStrings, 4, "until")],
  [Mnemonic.Scasb, string(scan, 1, "until")],
  [Mnemonic.Scasw, string(scan, 2, "until")],
  [Mnemonic.Scasd, string(scan, 4, "until")],
];
