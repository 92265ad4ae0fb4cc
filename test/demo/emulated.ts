import { expect } from "vitest";
import { Cpu } from "../../demo/cpu/cpu.ts";
import { ARITHMETIC_FLAGS, Flag } from "../../demo/cpu/flags.ts";
import { type CpuState, Register, stateAt } from "../../demo/cpu/state.ts";
import {
  MEM_COMMIT,
  MEM_RESERVE,
  PAGE_EXECUTE_READWRITE,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { GuestException, PageFault } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { createMachine } from "../setup/machine.ts";
import { type Case, DATA, DATA_BYTES } from "./instruction-cases.ts";

const COMPARED_FLAGS = ARITHMETIC_FLAGS | Flag.direction;
const FILLING = Uint8Array.from({ length: DATA_BYTES }, (_, index) => index * 37 + 11);

/** What comes of a case: the registers without ESP, the flags, the page of data. */
export interface Answer {
  readonly registers: readonly string[];
  readonly eflags: number;
  readonly data: string;
}

/** What an instruction comes to that raises a divide error. */
export const FAULT: Answer = { registers: ["fault"], eflags: 0, data: "" };

/** Hears of a page fault: registers before and after it. */
type FaultListener = (error: unknown, before: CpuState, after: CpuState) => void;

/** Runs cases on the CPU of the demo. */
export class Emulated {
  readonly #cpu: Cpu;
  readonly #code: number;
  readonly #stack: number;

  static async create(): Promise<Emulated> {
    return new Emulated((await createMachine({ profile: "win32" })).createProcess());
  }

  private constructor(process: Cpu["process"]) {
    const { VirtualAlloc } = kernel32(process);
    const type = MEM_RESERVE | MEM_COMMIT;
    expect(VirtualAlloc(DATA, 1, type, PAGE_READWRITE)).toBe(DATA);
    this.#code = VirtualAlloc(0, 1, type, PAGE_EXECUTE_READWRITE);
    this.#stack = VirtualAlloc(0, 1, type, PAGE_READWRITE) + 0x1000;
    this.#cpu = new Cpu(process, stateAt(this.#code, this.#stack));
  }

  /**
   * @param protect of the page of data, until it has faulted
   * @param faulted called for each page fault, after which the instruction is begun again
   */
  run(one: Case, protect = PAGE_READWRITE, faulted?: FaultListener): Answer {
    const { debugView, memory } = this.#cpu.process;
    memory.write(this.#code, Uint8Array.from(one.code));
    debugView.write(DATA, FILLING);
    this.#protect(protect);
    const state = this.#stateOf(one);
    this.#cpu.state = state;
    while (state.eip !== this.#code + one.code.length) {
      const before = structuredClone(state);
      try {
        this.#cpu.step();
      } catch (error) {
        if (!(error instanceof GuestException)) throw error;
        if (!(error instanceof PageFault)) return FAULT;
        faulted?.(error, before, state);
        this.#protect(PAGE_READWRITE);
      }
    }
    const registers = state.general.filter((_, index) => index !== Register.esp);
    return {
      registers: registers.map((value) => value.toString(16)),
      eflags: state.eflags & COMPARED_FLAGS,
      data: Buffer.from(debugView.read(DATA, DATA_BYTES).bytes).toString("hex"),
    };
  }

  #stateOf({ general, eflags }: Case): CpuState {
    const state = stateAt(this.#code, this.#stack);
    state.general = general.map((value, index) => (index === Register.esp ? this.#stack : value));
    state.eflags |= eflags;
    return state;
  }

  #protect(protect: number): void {
    kernel32(this.#cpu.process).VirtualProtect(DATA, 1, protect, { value: 0 });
  }
}
