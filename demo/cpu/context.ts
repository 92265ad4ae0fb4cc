import type { GuestMemory } from "guardpage";
import { type CpuState, Register } from "./state.ts";

/** The registers as Windows shows them: CONTEXT of x86, without those that the CPU has not. */
export interface Context {
  readonly ContextFlags: number;
  readonly Edi: number;
  readonly Esi: number;
  readonly Ebx: number;
  readonly Edx: number;
  readonly Ecx: number;
  readonly Eax: number;
  readonly Ebp: number;
  readonly Eip: number;
  readonly SegCs: number;
  readonly EFlags: number;
  readonly Esp: number;
  readonly SegSs: number;
}

/** CONTEXT_CONTROL | CONTEXT_INTEGER */
const CONTEXT_FLAGS = 0x1_0003;
/** Selectors of a 32-bit program on a 64-bit Windows. */
const CODE_SELECTOR = 0x23;
const STACK_SELECTOR = 0x2b;

/** Of the structure, with the registers of floating point and vectors that stay zeros. */
export const CONTEXT_BYTES = 0x2cc;

const OFFSETS: Readonly<Record<keyof Context, number>> = {
  ContextFlags: 0x00,
  Edi: 0x9c,
  Esi: 0xa0,
  Ebx: 0xa4,
  Edx: 0xa8,
  Ecx: 0xac,
  Eax: 0xb0,
  Ebp: 0xb4,
  Eip: 0xb8,
  SegCs: 0xbc,
  EFlags: 0xc0,
  Esp: 0xc4,
  SegSs: 0xc8,
};

export function contextOf({ general, eip, eflags }: CpuState): Context {
  const value = (register: number) => general[register] as number;
  return {
    ContextFlags: CONTEXT_FLAGS,
    Edi: value(Register.edi),
    Esi: value(Register.esi),
    Ebx: value(Register.ebx),
    Edx: value(Register.edx),
    Ecx: value(Register.ecx),
    Eax: value(Register.eax),
    Ebp: value(Register.ebp),
    Eip: eip,
    SegCs: CODE_SELECTOR,
    EFlags: eflags,
    Esp: value(Register.esp),
    SegSs: STACK_SELECTOR,
  };
}

/** Write the structure to its place among other bytes. */
export function writeContext(bytes: DataView, offset: number, context: Context): void {
  for (const [name, at] of Object.entries(OFFSETS)) {
    bytes.setUint32(offset + at, context[name as keyof Context], true);
  }
}

/**
 * The registers that a CONTEXT in guest memory says.
 *
 * @param writableFlags the bits of EFlags that a program may change; the others come from `before`
 */
export function readContext(
  memory: GuestMemory,
  address: number,
  { before, writableFlags }: { before: CpuState; writableFlags: number },
): CpuState {
  const field = (name: keyof Context) => memory.getUint32((address + OFFSETS[name]) >>> 0);
  const eflags = (before.eflags & ~writableFlags) | (field("EFlags") & writableFlags);
  const general = Array.from(before.general);
  general[Register.eax] = field("Eax");
  general[Register.ecx] = field("Ecx");
  general[Register.edx] = field("Edx");
  general[Register.ebx] = field("Ebx");
  general[Register.esp] = field("Esp");
  general[Register.ebp] = field("Ebp");
  general[Register.esi] = field("Esi");
  general[Register.edi] = field("Edi");
  return { general, eip: field("Eip"), eflags };
}
