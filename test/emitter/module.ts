import type {
  AccessEmitter,
  GeneratedCodeImports,
  LoadType,
  StoreType,
} from "../../src/emitter.ts";

/** A module with one function for each load and each store, as a compiler would make it. */

const I32 = 0x7f;
const I64 = 0x7e;
const F32 = 0x7d;
const F64 = 0x7c;

export const LOAD_TYPES = ["u8", "i8", "u16", "i16", "u32", "u64", "f32", "f64"] as const;
export const STORE_TYPES = ["u8", "u16", "u32", "u64", "f32", "f64"] as const;

/** Indices of the imported functions. */
export const IMPORTED = { load: 0, store: 1 } as const;
const LOCALS = { address: 0, value: 1, entry: 2 } as const;

export type Value = number | bigint;

export interface Accesses {
  /** 1 after an access that left the sequence. */
  readonly left: WebAssembly.Global<"i32">;
  load(type: LoadType, address: Value): Value;
  store(type: StoreType, address: Value, value: Value): void;
}

function valueType(type: LoadType | StoreType): number {
  if (type === "u64") return I64;
  if (type === "f32") return F32;
  return type === "f64" ? F64 : I32;
}

function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

const vector = (items: number[][]) => [...leb(items.length), ...items.flat()];
const name = (text: string) => [...leb(text.length), ...new TextEncoder().encode(text)];
const section = (id: number, bytes: number[]) => [id, ...leb(bytes.length), ...bytes];
const signature = (from: number[], to: number[]) => {
  return [0x60, ...leb(from.length), ...from, ...leb(to.length), ...to];
};

/** Requires: an emitter that calls IMPORTED, or leaves one block. */
export function accessModule(
  emitter: AccessEmitter,
  imports: GeneratedCodeImports,
  addressBytes: 4 | 8,
): Accesses {
  const address = addressBytes === 8 ? I64 : I32;
  const functions = [
    ...LOAD_TYPES.map((type) => ({ type, code: emitter.load(type, LOCALS), isLoad: true })),
    ...STORE_TYPES.map((type) => ({ type, code: emitter.store(type, LOCALS), isLoad: false })),
  ];
  const types = [
    signature([I64, I32], [I64]),
    signature([I64, I32, I64], []),
    ...functions.map(({ type }) => signature([address, valueType(type)], [valueType(type)])),
  ];
  const bodies = functions.map(({ code }) => {
    const body = [
      ...vector([[1, I32]]), // the entry
      ...[0x02, 0x40, ...code, 0x20, LOCALS.value, 0x0f, 0x0b], // block (code, return value)
      ...[0x41, 1, 0x24, 0, 0x20, LOCALS.value, 0x0b], // left = 1, value
    ];
    return [...leb(body.length), ...body];
  });
  const bytes = new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(
      2,
      vector([
        [...name("env"), ...name("memory"), 2, 0, 0],
        [...name("env"), ...name("load"), 0, 0],
        [...name("env"), ...name("store"), 0, 1],
      ]),
    ),
    ...section(3, vector(functions.map((_, index) => leb(index + 2)))),
    ...section(6, vector([[I32, 1, 0x41, 0, 0x0b]])),
    ...section(
      7,
      vector([
        [...name("left"), 3, 0],
        ...functions.map(({ type, isLoad }, index) => {
          return [...name(isLoad ? `load ${type}` : `store ${type}`), 0, ...leb(index + 2)];
        }),
      ]),
    ),
    ...section(10, vector(bodies)),
  ]);
  const env = imports as unknown as WebAssembly.ModuleImports;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env });
  const call = (what: string) => exports[what] as (address: Value, value: Value) => Value;
  return {
    left: exports.left as WebAssembly.Global<"i32">,
    load: (type, at) => call(`load ${type}`)(at, type === "u64" ? 0n : 0),
    store: (type, at, value) => {
      call(`store ${type}`)(at, value);
    },
  };
}
