import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { coreName } from "../setup/machine.ts";

/** Cores in which something is broken, made from the bytes of the core under test. */
const coreUrl = new URL(`../../build/core.${coreName}.wasm`, import.meta.url);

const MEMORY_SECTION = 5;
const EXPORT_SECTION = 7;
const CODE_SECTION = 10;
const FUNCTION_EXPORT = 0;
const UNREACHABLE = 0x00;
const NOP = 0x01;
const END = 0x0b;

/** Reads a module's bytes from the front. */
class Reader {
  at = 8;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  name(): string {
    const length = this.number();
    this.at += length;
    return new TextDecoder().decode(this.bytes.subarray(this.at - length, this.at));
  }

  /** Moves to the first byte behind the head of a section. */
  section(wanted: number): void {
    this.at = 8;
    for (;;) {
      const id = this.number();
      const length = this.number();
      if (id === wanted) return;
      this.at += length;
    }
  }
}

/**
 * The core under test, with the body of one exported function replaced by a trap. It has no
 * imports.
 */
export function coreTrappingIn(name: string): WebAssembly.Module {
  const reader = new Reader(new Uint8Array(readFileSync(coreUrl)));
  let index = -1;
  reader.section(EXPORT_SECTION);
  for (let rest = reader.number(); rest > 0; rest--) {
    const isWanted = reader.name() === name;
    const isFunction = reader.number() === FUNCTION_EXPORT;
    const found = reader.number();
    if (isWanted && isFunction) index = found;
  }
  expect(index, `${name} is exported`).toBeGreaterThanOrEqual(0);
  reader.section(CODE_SECTION);
  reader.number();
  for (; index > 0; index--) {
    const length = reader.number();
    reader.at += length;
  }
  const length = reader.number();
  const end = reader.at + length;
  for (let groups = reader.number(); groups > 0; groups--) {
    reader.number();
    reader.number();
  }
  reader.bytes.fill(NOP, reader.at, end);
  reader.bytes[reader.at] = UNREACHABLE;
  reader.bytes[end - 1] = END;
  return new WebAssembly.Module(reader.bytes as Uint8Array<ArrayBuffer>);
}

/** The core under test, with less linear memory than any window needs. */
export function coreWithoutRoom(): WebAssembly.Module {
  return coreWithRoom(2048);
}

/** The core under test, whose memory grows to so many pages of 64 KB and no further. */
export function coreWithRoom(pages: number): WebAssembly.Module {
  const reader = new Reader(new Uint8Array(readFileSync(coreUrl)));
  reader.section(MEMORY_SECTION);
  expect(reader.number(), "memories").toBe(1);
  expect(reader.number(), "flags: a maximum").toBe(1);
  reader.number();
  const maximumAt = reader.at;
  expect(reader.number(), "pages").toBe(65535);
  expect(reader.at - maximumAt).toBe(3);
  // In as many bytes as the number that stood there.
  const digits = [pages & 0x7f, (pages >> 7) & 0x7f, pages >> 14] as const;
  reader.bytes.set([digits[0] | 0x80, digits[1] | 0x80, digits[2]], maximumAt);
  return new WebAssembly.Module(reader.bytes as Uint8Array<ArrayBuffer>);
}
