/** Bytes of WebAssembly instructions: the opcodes that a check needs, and numbers in LEB128. */
export const Opcode = {
  block: 0x02,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  call: 0x10,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  i32Const: 0x41,
  i64Const: 0x42,
  i32Eqz: 0x45,
  i32Add: 0x6a,
  i32And: 0x71,
  i32Shl: 0x74,
  i32ShrU: 0x76,
  i64Eq: 0x51,
  i64Add: 0x7c,
  i64Or: 0x84,
  i64ShrU: 0x88,
  i32WrapI64: 0xa7,
  i64ExtendI32U: 0xad,
  i32ReinterpretF32: 0xbc,
  i64ReinterpretF64: 0xbd,
  f32ReinterpretI32: 0xbe,
  f64ReinterpretI64: 0xbf,
  i32Extend8S: 0xc0,
  i32Extend16S: 0xc1,
  i32Load: 0x28,
  i32Load8U: 0x2d,
  i64Load: 0x29,
  /** Before the opcodes of atomic instructions. */
  atomic: 0xfe,
  i32AtomicLoad: 0x10,
  i32AtomicLoad8U: 0x12,
} as const;

/** The type of a block without a result. */
export const EMPTY = 0x40;

/** A number from 0 to 2^32-1, in LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}

/** A number from -2^31 to 2^31-1, in LEB128. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(isLast ? low : low | 0x80);
    if (isLast) return bytes;
  }
}

/** A constant; numbers from 2^31 on are those below 0. */
export function i32(value: number): number[] {
  return [Opcode.i32Const, ...signed(value | 0)];
}

export function i64(value: number): number[] {
  return [Opcode.i64Const, ...signed(value)];
}

export function get(local: number): number[] {
  return [Opcode.localGet, ...unsigned(local)];
}

export function set(local: number): number[] {
  return [Opcode.localSet, ...unsigned(local)];
}

export function tee(local: number): number[] {
  return [Opcode.localTee, ...unsigned(local)];
}

/** An atomic load of a word, at a multiple of 4. */
export function atomicLoad(offset: number): number[] {
  return [Opcode.atomic, Opcode.i32AtomicLoad, 2, ...unsigned(offset)];
}

export function atomicLoadByte(offset: number): number[] {
  return [Opcode.atomic, Opcode.i32AtomicLoad8U, 0, ...unsigned(offset)];
}

/** A load or store of no alignment that could be relied on. */
export function access(opcode: number, offset: number): number[] {
  return [opcode, 0, ...unsigned(offset)];
}
