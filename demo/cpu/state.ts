/** Numbers of the general registers, as instructions encode them. */
export const Register = { eax: 0, ecx: 1, edx: 2, ebx: 3, esp: 4, ebp: 5, esi: 6, edi: 7 } as const;

/** What a CPU keeps between two instructions: plain data, so that it can be kept and put back. */
export interface CpuState {
  /** By the numbers of `Register`, each from 0 to 2^32-1. */
  general: number[];
  eip: number;
  eflags: number;
}

/** The bit that is always set, and IF. */
const EFLAGS_AT_START = 0x202;

/** A CPU at the entry of a program. */
export function stateAt(eip: number, esp: number): CpuState {
  const general = Object.values(Register).map((number) => (number === Register.esp ? esp : 0));
  return { general, eip, eflags: EFLAGS_AT_START };
}
