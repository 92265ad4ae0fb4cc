import { AccessEmitter, type GeneratedCode } from "guardpage/emitter";

const I32 = 0x7f;
const LOCALS = { address: 0, value: 1, entry: 3 } as const;
const COUNT = 2;

function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

const vector = (items: number[][]) => [...leb(items.length), ...items.flat()];
const name = (text: string) => [...leb(text.length), ...new TextEncoder().encode(text)];
const section = (id: number, bytes: number[]) => [id, ...leb(bytes.length), ...bytes];

/**
 * Code as a compiler makes it, for 32-bit addresses: `store(address, value, count)` stores numbers
 * from `value` on, until an access or a poll leaves it, or all are stored. The next number.
 */
export function storingModule(code: GeneratedCode): {
  store(address: number, value: number, count: number): number;
} {
  const emitter = new AccessEmitter(code, { slow: "leave", depth: 1, polls: true });
  const body = [
    ...vector([[1, I32]]), // the entry
    ...[0x02, 0x40, 0x03, 0x40], // block loop
    ...emitter.store("u32", LOCALS),
    ...[0x20, LOCALS.value, 0x41, 1, 0x6a, 0x21, LOCALS.value], // value += 1
    ...emitter.poll(),
    ...[0x20, COUNT, 0x41, 1, 0x6b, 0x22, COUNT, 0x0d, 0], // again while (count -= 1)
    ...[0x0b, 0x0b, 0x20, LOCALS.value, 0x0b], // end end value
  ];
  const memory = [...name("env"), ...name("memory"), 2, 3, 0, ...leb(65535)];
  const bytes = new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector([[0x60, 3, I32, I32, I32, 1, I32]])),
    ...section(2, vector([memory])),
    ...section(3, vector([[0]])),
    ...section(7, vector([[...name("store"), 0, 0]])),
    ...section(10, vector([[...leb(body.length), ...body]])),
  ]);
  const imports = { env: { memory: code.imports.memory } };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
  return exports as { store(address: number, value: number, count: number): number };
}
