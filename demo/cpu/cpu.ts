import type { Process } from "guardpage";
import { type Instruction, Mnemonic, Register as Name } from "iced-x86";
import { InstructionDecoder } from "./decoder.ts";
import { EXCEPTION_INT_DIVIDE_BY_ZERO } from "./exception-codes.ts";
import { type OperandBytes, truncated } from "./flags.ts";
import { INSTRUCTIONS } from "./instructions/table.ts";
import { type CpuState, Register } from "./state.ts";
import { UnknownInstruction } from "./unknown-instruction.ts";

/**
 * A processor of 32 bits that runs the code of a process. It has the integer instructions of user
 * programs with flat segments; FS and GS, floating point and system instructions it does not have.
 *
 * Every instruction makes all accesses that may fault before it changes a register, so one that
 * faults can be begun again. Those that repeat keep what is done in the registers, as they say.
 */
export class Cpu {
  state: CpuState;
  readonly process: Process;
  /** Where the instruction that is being executed leads: behind itself, unless it jumps. */
  next = 0;
  readonly #decoder: InstructionDecoder;

  constructor(process: Process, state: CpuState) {
    this.process = process;
    this.state = state;
    this.#decoder = new InstructionDecoder(process);
  }

  /**
   * Execute one instruction.
   *
   * @throws PageFault, GuestException where the instruction raises what no handler of the process
   *   resolves; it has not happened then
   * @throws UnknownInstruction
   */
  step(): void {
    const { eip } = this.state;
    // The ExceptionAddress of what the instruction raises.
    this.process.instructionPointer = eip;
    const instruction = this.#decoder.at(eip);
    const execute = INSTRUCTIONS.get(instruction.mnemonic);
    if (execute === undefined) throw this.unknown();
    this.next = (eip + instruction.length) >>> 0;
    execute(this, instruction);
    this.state.eip = this.next;
  }

  /** What to throw for the instruction that is being executed. */
  unknown(): UnknownInstruction {
    const { instruction, bytes } = this.#decoder;
    const mnemonic = Mnemonic[instruction.mnemonic]?.toLowerCase() ?? "";
    return new UnknownInstruction(this.state.eip, bytes, mnemonic);
  }

  /**
   * Raise an exception for the instruction that is being executed. Where a handler of the host goes
   * on, the instruction is begun again.
   *
   * @throws GuestException
   */
  raise(code: number): void {
    this.process.raiseException({ code });
    this.next = this.state.eip;
  }

  raiseDivideError(): void {
    this.raise(EXCEPTION_INT_DIVIDE_BY_ZERO);
  }

  get esp(): number {
    return this.state.general[Register.esp] as number;
  }

  set esp(value: number) {
    this.set(Register.esp, value);
  }

  /** All 32 bits of a general register. */
  get(register: number): number {
    return this.state.general[register] as number;
  }

  set(register: number, value: number): void {
    this.state.general[register] = value >>> 0;
  }

  /** A register by its name in the decoder: AL, AX, EAX ... */
  readRegister(name: Name): number {
    const { register, shift, sizeBytes } = this.#place(name);
    return truncated(this.get(register) >>> shift, sizeBytes);
  }

  /** As `readRegister`; the other bits of the 32 stay. */
  writeRegister(name: Name, value: number): void {
    const { register, shift, sizeBytes } = this.#place(name);
    const mask = (sizeBytes === 4 ? -1 : (1 << (8 * sizeBytes)) - 1) << shift;
    this.set(register, (this.get(register) & ~mask) | ((value << shift) & mask));
  }

  registerBytes(name: Name): OperandBytes {
    return this.#place(name).sizeBytes;
  }

  #place(name: Name): { register: number; shift: number; sizeBytes: OperandBytes } {
    if (name >= Name.EAX && name <= Name.EDI) {
      return { register: name - Name.EAX, shift: 0, sizeBytes: 4 };
    }
    if (name >= Name.AX && name <= Name.DI) {
      return { register: name - Name.AX, shift: 0, sizeBytes: 2 };
    }
    if (name >= Name.AL && name <= Name.BL) {
      return { register: name - Name.AL, shift: 0, sizeBytes: 1 };
    }
    if (name >= Name.AH && name <= Name.BH) {
      return { register: name - Name.AH, shift: 8, sizeBytes: 1 };
    }
    throw this.unknown();
  }

  hasFlag(flag: number): boolean {
    return (this.state.eflags & flag) !== 0;
  }

  /** Give the flags of `mask` the values that they have in `flags`; the others stay. */
  setFlags(mask: number, flags: number): void {
    this.state.eflags = (this.state.eflags & ~mask) | (flags & mask);
  }

  load(address: number, sizeBytes: OperandBytes): number {
    const { memory } = this.process;
    if (sizeBytes === 4) return memory.getUint32(address);
    return sizeBytes === 2 ? memory.getUint16(address) : memory.getUint8(address);
  }

  /** @param value of which the low bytes are stored */
  store(address: number, value: number, sizeBytes: OperandBytes): void {
    const { memory } = this.process;
    if (sizeBytes === 4) memory.setUint32(address, value >>> 0);
    else if (sizeBytes === 2) memory.setUint16(address, value & 0xffff);
    else memory.setUint8(address, value & 0xff);
  }

  push(value: number, sizeBytes: OperandBytes = 4): void {
    const address = (this.esp - sizeBytes) >>> 0;
    this.store(address, value, sizeBytes);
    this.esp = address;
  }

  pop(sizeBytes: OperandBytes = 4): number {
    const value = this.load(this.esp, sizeBytes);
    this.esp += sizeBytes;
    return value;
  }
}

/** What one mnemonic does. */
export type Execute = (cpu: Cpu, instruction: Instruction) => void;

/** What the mnemonics of a group do. */
export type InstructionTable = readonly (readonly [Mnemonic, Execute])[];
