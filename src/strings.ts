import { accessFarAbove } from "./attempts.ts";
import { readBytes, writeBytes } from "./bulk.ts";
import { type Address, integer, optionBag, shown, text as textAt, truth } from "./door.ts";
import type { Process } from "./process.ts";
import { Access, PAGE_BYTES } from "./wasm/exports.ts";

/** How the characters of a string are bytes. */
export type Encoding = "utf-8" | "utf-16le" | "latin1";

/** Where a string ends, and how it is decoded. */
export interface ReadStringOptions {
  /** Of the bytes. */
  encoding: Encoding;
  /** Bytes of the string. Without it, the string ends before its NUL. */
  length?: number | undefined;
  /** Where no NUL comes, stop after this many bytes. Default: go on until one comes, or a fault. */
  maxBytes?: number | undefined;
}

/** How a string is encoded, and ended. */
export interface WriteStringOptions {
  /** Of the bytes. */
  encoding: Encoding;
  /** Whether a NUL follows. Default true. */
  terminate?: boolean | undefined;
}

const ENCODINGS: readonly string[] = ["utf-8", "utf-16le", "latin1"];
/** Most arguments that one call of String.fromCharCode gets. */
const UNITS_AT_ONCE = 0x1000;

export function readString(
  process: Process,
  address: Address,
  { encoding, length, maxBytes }: ReadStringOptions,
): string {
  if (length === undefined) {
    return decode(terminatedBytes(process, address, encoding, maxBytes ?? Infinity), encoding);
  }
  const bytes = new Uint8Array(length);
  readBytes(process, address, bytes);
  return decode(bytes, encoding);
}

export function writeString(
  process: Process,
  address: Address,
  text: string,
  { encoding, terminate = true }: WriteStringOptions,
): number {
  const bytes = encode(text, encoding);
  const ended = new Uint8Array(bytes.length + (terminate ? unitBytes(encoding) : 0));
  ended.set(bytes);
  writeBytes(process, address, ended);
  return ended.length;
}

export function checkReadString(options: ReadStringOptions): void {
  optionBag(options, "options", ["encoding", "length", "maxBytes"]);
  const unit = checkEncoding(options.encoding);
  for (const name of ["length", "maxBytes"] as const) {
    const bytes = options[name];
    if (bytes === undefined) continue;
    if (integer(bytes, name, 0, 2 ** 32 - 1) % unit !== 0) {
      throw new RangeError(`${name} must be a multiple of ${unit} bytes, not ${shown(bytes)}`);
    }
  }
}

export function checkWriteString(text: string, options: WriteStringOptions): void {
  textAt(text, "text");
  optionBag(options, "options", ["encoding", "terminate"]);
  checkEncoding(options.encoding);
  if (options.terminate !== undefined) truth(options.terminate, "terminate");
  const wide = options.encoding === "latin1" ? /[^\0-\xff]/.exec(text) : null;
  if (wide !== null) {
    throw new RangeError(`text has ${shown(wide[0])} at ${wide.index}, which latin1 cannot write`);
  }
}

function checkEncoding(encoding: unknown): number {
  if (!ENCODINGS.includes(textAt(encoding, "encoding"))) {
    throw new RangeError(`encoding must be one of ${ENCODINGS.join(", ")}, not ${shown(encoding)}`);
  }
  return unitBytes(encoding as Encoding);
}

function unitBytes(encoding: Encoding): number {
  return encoding === "utf-16le" ? 2 : 1;
}

/** Page by page, so that no page behind the terminator is looked at. */
function terminatedBytes(
  process: Process,
  address: Address,
  encoding: Encoding,
  maxBytes: number,
): Uint8Array {
  if (typeof address === "bigint") accessFarAbove(process, address, 1, Access.Read);
  const unit = unitBytes(encoding);
  let buffer = new Uint8Array(PAGE_BYTES);
  let used = 0;
  while (used < maxBytes) {
    const at = address + used;
    const count = Math.min(PAGE_BYTES - (at % PAGE_BYTES), maxBytes - used);
    buffer = withRoom(buffer, used + count);
    readBytes(process, at, buffer.subarray(used, used + count));
    const end = terminator(buffer, used - (used % unit), used + count, unit);
    if (end >= 0) return buffer.subarray(0, end);
    used += count;
  }
  return buffer.subarray(0, used);
}

function withRoom(buffer: Uint8Array<ArrayBuffer>, bytes: number): Uint8Array<ArrayBuffer> {
  if (bytes <= buffer.length) return buffer;
  const larger = new Uint8Array(2 * bytes);
  larger.set(buffer);
  return larger;
}

function terminator(bytes: Uint8Array, from: number, end: number, unit: number): number {
  for (let index = from; index + unit <= end; index += unit) {
    if (bytes[index] === 0 && (unit === 1 || bytes[index + 1] === 0)) return index;
  }
  return -1;
}

/**
 * TextDecoder is not asked for utf-16le and latin1: it replaces lone surrogates, and its latin1 is
 * windows-1252.
 */
function decode(bytes: Uint8Array, encoding: Encoding): string {
  if (encoding === "utf-8") return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const unit = unitBytes(encoding);
  const units = new Uint16Array(bytes.length / unit);
  for (let index = 0; index < units.length; index++) {
    const high = unit === 2 ? (bytes[2 * index + 1] ?? 0) : 0;
    units[index] = (high << 8) | (bytes[unit * index] ?? 0);
  }
  let text = "";
  for (let from = 0; from < units.length; from += UNITS_AT_ONCE) {
    text += String.fromCharCode(...units.subarray(from, from + UNITS_AT_ONCE));
  }
  return text;
}

function encode(text: string, encoding: Encoding): Uint8Array {
  if (encoding === "utf-8") return new TextEncoder().encode(text);
  const unit = unitBytes(encoding);
  const bytes = new Uint8Array(unit * text.length);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    bytes[unit * index] = code;
    if (unit === 2) bytes[2 * index + 1] = code >>> 8;
  }
  return bytes;
}
