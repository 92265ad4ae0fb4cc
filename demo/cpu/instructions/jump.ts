import { EXCEPTION_BREAKPOINT } from "guardpage/constants";
import { Code, type Instruction, Mnemonic, OpKind } from "iced-x86";
import type { Cpu, Execute, InstructionTable } from "../cpu.ts";
import { Flag } from "../flags.ts";
import { immediate, operandBytes, read } from "../operands.ts";
import { Register } from "../state.ts";
import { family } from "./condition.ts";

/** Where a jump or call leads; those of 16 bits are unknown. */
function target(cpu: Cpu, instruction: Instruction): number {
  const kind = instruction.op0Kind;
  if (kind === OpKind.NearBranch32) return instruction.nearBranch32;
  const isNear = kind === OpKind.Register || kind === OpKind.Memory;
  if (!isNear || operandBytes(cpu, instruction, 0) !== 4) throw cpu.unknown();
  return read(cpu, instruction, 0, 4);
}

const jump: Execute = (cpu, instruction) => {
  cpu.next = target(cpu, instruction);
};

const call: Execute = (cpu, instruction) => {
  const address = target(cpu, instruction);
  cpu.push(cpu.next);
  cpu.next = address;
};

const jumps = family("J", (cpu, instruction, isMet) => {
  const address = target(cpu, instruction);
  if (isMet) cpu.next = address;
});

const returnFromCall: Execute = (cpu, instruction) => {
  const { code } = instruction;
  if (code !== Code.Retnd && code !== Code.Retnd_imm16) throw cpu.unknown();
  cpu.next = cpu.pop();
  if (code === Code.Retnd_imm16) cpu.esp += immediate(instruction, 0);
};

/** LOOP and its like count in ECX; those that count in CX are unknown. */
function loop(code: Code, goesOn: (cpu: Cpu) => boolean): Execute {
  return (cpu, instruction) => {
    if (instruction.code !== code) throw cpu.unknown();
    const count = (cpu.get(Register.ecx) - 1) >>> 0;
    cpu.set(Register.ecx, count);
    if (count !== 0 && goesOn(cpu)) cpu.next = instruction.nearBranch32;
  };
}

const jumpIfCounted: Execute = (cpu, instruction) => {
  if (instruction.code !== Code.Jecxz_rel8_32) throw cpu.unknown();
  if (cpu.get(Register.ecx) === 0) cpu.next = instruction.nearBranch32;
};

export const JUMPS: InstructionTable = [
  ...jumps,
  [Mnemonic.Jmp, jump],
  [Mnemonic.Call, call],
  [Mnemonic.Ret, returnFromCall],
  [Mnemonic.Loop, loop(Code.Loop_rel8_32_ECX, () => true)],
  [Mnemonic.Loope, loop(Code.Loope_rel8_32_ECX, (cpu) => cpu.hasFlag(Flag.zero))],
  [Mnemonic.Loopne, loop(Code.Loopne_rel8_32_ECX, (cpu) => !cpu.hasFlag(Flag.zero))],
  [Mnemonic.Jecxz, jumpIfCounted],
  [Mnemonic.Int3, (cpu) => cpu.raise(EXCEPTION_BREAKPOINT)],
];
