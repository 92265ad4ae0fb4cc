import { hex } from "../session/words.ts";

/** What bytes are when they are read as something, in the byte order of Windows. */
export interface Value {
  readonly name: string;
  readonly text: string;
  /** Of those that can be pointers. */
  readonly address?: number;
}

type Reader = readonly [name: string, sizeBytes: number, read: (view: DataView) => number | bigint];

const READERS: readonly Reader[] = [
  ["u8", 1, (view) => view.getUint8(0)],
  ["u16", 2, (view) => view.getUint16(0, true)],
  ["u32", 4, (view) => view.getUint32(0, true)],
  ["u64", 8, (view) => view.getBigUint64(0, true)],
  ["i32", 4, (view) => view.getInt32(0, true)],
  ["f32", 4, (view) => view.getFloat32(0, true)],
  ["f64", 8, (view) => view.getFloat64(0, true)],
];

const UNSIGNED = /^u/;
const POINTERS = { u32: 4, u64: 8 } as const;

/** Longest text that is shown, in bytes. */
export const TEXT_BYTES = 64;

/**
 * @param bytes those from the address on, as far as they are there
 * @param pointerBytes of the machine: which number may be an address
 */
export function valuesOf(bytes: Uint8Array, pointerBytes: 4 | 8): Value[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = READERS.map(([name, sizeBytes, read]): Value => {
    if (bytes.length < sizeBytes) return { name, text: "" };
    const value = read(view);
    const isPointer = POINTERS[name as keyof typeof POINTERS] === pointerBytes;
    const text = UNSIGNED.test(name) ? `${value} (${hex(value)})` : String(value);
    return isPointer ? { name, text, address: Number(value) } : { name, text };
  });
  return [
    ...numbers,
    { name: "text", text: narrowText(bytes) },
    { name: "UTF-16", text: wideText(view) },
  ];
}

/** The character of a byte in the column of texts: a dot for what is not printable. */
export function characterOf(byte: number): string {
  return isPrintable(byte) ? String.fromCharCode(byte) : ".";
}

export function isPrintable(code: number): boolean {
  return code >= 0x20 && code < 0x7f;
}

/** ASCII up to what is not printable. */
function narrowText(bytes: Uint8Array): string {
  const codes = bytes.subarray(0, TEXT_BYTES);
  const end = codes.findIndex((code) => !isPrintable(code));
  return String.fromCharCode(...(end < 0 ? codes : codes.subarray(0, end)));
}

/** UTF-16 up to a control character. */
function wideText(view: DataView): string {
  let end = 0;
  while (end + 1 < Math.min(view.byteLength, TEXT_BYTES) && view.getUint16(end, true) >= 0x20) {
    end += 2;
  }
  return new TextDecoder("utf-16le").decode(new Uint8Array(view.buffer, view.byteOffset, end));
}
