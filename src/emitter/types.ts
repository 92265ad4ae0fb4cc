import { Opcode } from "./bytes.ts";

/**
 * What a load gives: i32 for integers of up to 32 bits, with a sign or without; i64; floats with
 * all their bits.
 */
export type LoadType = "u8" | "i8" | "u16" | "i16" | "u32" | "u64" | "f32" | "f64";

/** What a store takes: i32, of which it writes the low bits; i64; floats with all their bits. */
export type StoreType = "u8" | "u16" | "u32" | "u64" | "f32" | "f64";

interface Load {
  readonly opcode: number;
  readonly sizeBytes: number;
  /** From the i64 with the bits, zero-extended, to the value. */
  readonly fromBits: readonly number[];
}

interface Store {
  readonly opcode: number;
  readonly sizeBytes: number;
  /** From the value to an i64 with its bits. */
  readonly toBits: readonly number[];
}

const NARROW = [Opcode.i32WrapI64];
const WIDE = [Opcode.i64ExtendI32U];

export const LOADS: Record<LoadType, Load> = {
  u8: { opcode: 0x2d, sizeBytes: 1, fromBits: NARROW },
  i8: { opcode: 0x2c, sizeBytes: 1, fromBits: [...NARROW, Opcode.i32Extend8S] },
  u16: { opcode: 0x2f, sizeBytes: 2, fromBits: NARROW },
  i16: { opcode: 0x2e, sizeBytes: 2, fromBits: [...NARROW, Opcode.i32Extend16S] },
  u32: { opcode: 0x28, sizeBytes: 4, fromBits: NARROW },
  u64: { opcode: 0x29, sizeBytes: 8, fromBits: [] },
  f32: { opcode: 0x2a, sizeBytes: 4, fromBits: [...NARROW, Opcode.f32ReinterpretI32] },
  f64: { opcode: 0x2b, sizeBytes: 8, fromBits: [Opcode.f64ReinterpretI64] },
};

export const STORES: Record<StoreType, Store> = {
  u8: { opcode: 0x3a, sizeBytes: 1, toBits: WIDE },
  u16: { opcode: 0x3b, sizeBytes: 2, toBits: WIDE },
  u32: { opcode: 0x36, sizeBytes: 4, toBits: WIDE },
  u64: { opcode: 0x37, sizeBytes: 8, toBits: [] },
  f32: { opcode: 0x38, sizeBytes: 4, toBits: [Opcode.i32ReinterpretF32, ...WIDE] },
  f64: { opcode: 0x39, sizeBytes: 8, toBits: [Opcode.i64ReinterpretF64] },
};
