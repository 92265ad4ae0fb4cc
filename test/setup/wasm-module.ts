/** Reads the sections of a WebAssembly binary that the tests about the core module look at. */

const SECTION = { type: 1, import: 2, function: 3, global: 6, export: 7, data: 11 } as const;
const END = 0x0b;
const CONSTANT_OPCODES: Readonly<Record<number, number | "number">> = {
  65: "number", // i32.const
  66: "number", // i64.const
  67: 4, // f32.const
  68: 8, // f64.const
  35: "number", // global.get
};

export interface FunctionType {
  parameters: string[];
  results: string[];
}

export interface ModuleDescription {
  imports: number;
  globals: { type: string; mutable: boolean }[];
  dataSegments: number;
  /** By name; only functions. */
  exports: Map<string, FunctionType>;
}

class Reader {
  readonly #bytes: Uint8Array;
  position: number;

  constructor(bytes: Uint8Array, position = 0) {
    this.#bytes = bytes;
    this.position = position;
  }

  get atEnd(): boolean {
    return this.position >= this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.position];
    if (byte === undefined) throw new Error(`the module ends at ${this.position}`);
    this.position += 1;
    return byte;
  }

  /** LEB128; the sign is not looked at. */
  number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if ((byte & 0x80) === 0) return value;
    }
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: this.number() }, read);
  }

  bytes(): Uint8Array {
    const length = this.number();
    this.position += length;
    return this.#bytes.subarray(this.position - length, this.position);
  }

  name(): string {
    return new TextDecoder().decode(this.bytes());
  }

  valueType(): string {
    const names: Record<number, string> = { 127: "i32", 126: "i64", 125: "f32", 124: "f64" };
    const byte = this.byte();
    return names[byte] ?? `0x${byte.toString(16)}`;
  }
}

function readFunctionType(reader: Reader): FunctionType {
  const form = reader.byte();
  if (form !== 0x60) throw new Error(`type form 0x${form.toString(16)}`);
  const read = () => reader.valueType();
  return { parameters: reader.list(read), results: reader.list(read) };
}

function readGlobal(reader: Reader): { type: string; mutable: boolean } {
  const global = { type: reader.valueType(), mutable: reader.byte() === 1 };
  for (let opcode = reader.byte(); opcode !== END; opcode = reader.byte()) {
    const operand = CONSTANT_OPCODES[opcode];
    if (operand === undefined) throw new Error(`initialiser opcode 0x${opcode.toString(16)}`);
    if (operand === "number") reader.number();
    else reader.position += operand;
  }
  return global;
}

/** Only for modules without imported functions, which would come first in the count. */
export function describeModule(bytes: Uint8Array): ModuleDescription {
  const sections = new Map<number, Reader>();
  const reader = new Reader(bytes, 8);
  while (!reader.atEnd) {
    const id = reader.byte();
    sections.set(id, new Reader(reader.bytes()));
  }
  const section = <T>(id: number, read: (reader: Reader) => T): T[] => {
    const found = sections.get(id);
    return found === undefined ? [] : found.list(() => read(found));
  };

  const types = section(SECTION.type, readFunctionType);
  const functions = section(SECTION.function, (part) => types[part.number()]);
  const exported = section(SECTION.export, (part) => {
    return { name: part.name(), kind: part.byte(), index: part.number() };
  });
  const exports = new Map<string, FunctionType>();
  for (const { name, kind, index } of exported) {
    const type = functions[index];
    if (kind === 0 && type !== undefined) exports.set(name, type);
  }
  return {
    imports: sections.get(SECTION.import)?.number() ?? 0,
    globals: section(SECTION.global, readGlobal),
    dataSegments: sections.get(SECTION.data)?.number() ?? 0,
    exports,
  };
}
