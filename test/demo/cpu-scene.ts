import { Cpu } from "../../demo/cpu/cpu.ts";
import { Emulator } from "../../demo/cpu/emulator.ts";
import { Register, stateAt } from "../../demo/cpu/state.ts";
import {
  MEM_COMMIT,
  MEM_RESERVE,
  PAGE_EXECUTE_READWRITE,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { type Kernel32, kernel32 } from "../../src/kernel32.ts";
import { createMachine } from "../setup/machine.ts";
import { EXECUTE, program, READ, WRITE } from "../setup/portable-executable.ts";

export const PAGE_BYTES = 0x1000;

/** The bytes of text like "a1 00 00 00 00". */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
}

/** A CPU over pages for code, data and a stack, two of each. */
export class CpuScene {
  readonly cpu: Cpu;
  readonly kernel32: Kernel32;
  readonly code: number;
  readonly data: number;
  readonly stackEnd: number;

  static async create(): Promise<CpuScene> {
    return new CpuScene((await createMachine({ profile: "win32" })).createProcess());
  }

  private constructor(process: Cpu["process"]) {
    this.kernel32 = kernel32(process);
    const pages = (protect: number) => {
      const type = MEM_RESERVE | MEM_COMMIT;
      return this.kernel32.VirtualAlloc(0, 2 * PAGE_BYTES, type, protect);
    };
    this.code = pages(PAGE_EXECUTE_READWRITE);
    this.data = pages(PAGE_READWRITE);
    this.stackEnd = pages(PAGE_READWRITE) + 2 * PAGE_BYTES;
    this.cpu = new Cpu(process, stateAt(this.code, this.stackEnd));
  }

  get memory() {
    return this.cpu.process.memory;
  }

  /** Write code, and let it come next. */
  place(text: string, address = this.code): void {
    this.memory.write(address, bytesOf(text));
    this.cpu.state = stateAt(address, this.stackEnd);
  }

  set(registers: Partial<Record<keyof typeof Register, number>>): void {
    for (const [name, value] of Object.entries(registers)) {
      this.cpu.set(Register[name as keyof typeof Register], value);
    }
  }

  get(name: keyof typeof Register): number {
    return this.cpu.get(Register[name]);
  }

  protect(address: number, protect: number): void {
    this.kernel32.VirtualProtect(address, 1, protect, { value: 0 });
  }

  steps(count: number): void {
    for (let step = 0; step < count; step += 1) this.cpu.step();
  }
}

/** Where the code of `emulatorOf` begins. */
export const ENTRY = 0x401000;

/** A program of nothing but code, which it may write too. */
export async function emulatorOf(code: Uint8Array): Promise<Emulator> {
  const process = (await createMachine({ profile: "win32" })).createProcess();
  const section = { contents: code, characteristics: READ | WRITE | EXECUTE };
  return new Emulator(process, program({ sections: [section] }));
}
