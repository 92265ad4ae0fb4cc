import { type Instruction, MemorySizeExt, Register as Name, OpKind } from "iced-x86";
import type { Cpu } from "./cpu.ts";
import { type OperandBytes, truncated } from "./flags.ts";

const SHORT_ADDRESS_BYTES = 2;

/** AL, AX, EAX by their bytes. */
export const ACCUMULATORS = { 1: Name.AL, 2: Name.AX, 4: Name.EAX } as const;

const isShortRegister = (name: Name) => name >= Name.AX && name <= Name.DI;

/** Bytes of a register or memory operand. */
export function operandBytes(cpu: Cpu, instruction: Instruction, operand: number): OperandBytes {
  const kind = instruction.opKind(operand);
  if (kind === OpKind.Register) return cpu.registerBytes(instruction.opRegister(operand));
  const size = MemorySizeExt.size(instruction.memorySize);
  if (size === 1 || size === 2 || size === 4) return size;
  throw cpu.unknown();
}

/** The sum of base, index and displacement, without a segment. */
export function effectiveAddress(cpu: Cpu, instruction: Instruction): number {
  const { memoryBase, memoryIndex, memoryDisplSize } = instruction;
  let address = Number(BigInt.asUintN(32, instruction.memoryDisplacement));
  if (memoryBase !== Name.None) address += cpu.readRegister(memoryBase);
  if (memoryIndex !== Name.None) {
    address += cpu.readRegister(memoryIndex) * instruction.memoryIndexScale;
  }
  const isShort =
    memoryDisplSize === SHORT_ADDRESS_BYTES ||
    isShortRegister(memoryBase) ||
    isShortRegister(memoryIndex);
  return truncated(address, isShort ? 2 : 4);
}

/**
 * The address of the memory operand.
 *
 * @throws UnknownInstruction for FS and GS, whose segments do not begin at 0
 */
export function memoryAddress(cpu: Cpu, instruction: Instruction): number {
  checkSegment(cpu, instruction);
  return effectiveAddress(cpu, instruction);
}

export function checkSegment(cpu: Cpu, { memorySegment }: Instruction): void {
  if (memorySegment === Name.FS || memorySegment === Name.GS) throw cpu.unknown();
}

/** An operand, as a number from 0 up of so many bytes. */
export function read(
  cpu: Cpu,
  instruction: Instruction,
  operand: number,
  sizeBytes: OperandBytes,
): number {
  const kind = instruction.opKind(operand);
  if (kind === OpKind.Register) return cpu.readRegister(instruction.opRegister(operand));
  if (kind === OpKind.Memory) return cpu.load(memoryAddress(cpu, instruction), sizeBytes);
  return truncated(immediate(instruction, operand), sizeBytes);
}

export function write(
  cpu: Cpu,
  instruction: Instruction,
  operand: number,
  { value, sizeBytes }: { value: number; sizeBytes: OperandBytes },
): void {
  if (instruction.opKind(operand) === OpKind.Register) {
    cpu.writeRegister(instruction.opRegister(operand), value);
  } else {
    cpu.store(memoryAddress(cpu, instruction), value, sizeBytes);
  }
}

/** The low 32 bits of an immediate, extended as the instruction extends it. */
export function immediate(instruction: Instruction, operand: number): number {
  return Number(BigInt.asUintN(32, instruction.immediate(operand)));
}
