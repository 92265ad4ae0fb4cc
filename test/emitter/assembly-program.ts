import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../setup/tree.ts";

/** What docs/abi.md tells users to call asc with, but for the names of files. */
export const OPTIONS = [
  ...["-O3", "--runtime", "stub", "--importMemory", "--memoryBase", "2228224"],
  ...["--use", "abort="],
] as const;

/** A folder outside of the repository with guardpage among its packages. */
export class UserFolder {
  readonly path = mkdtempSync(join(tmpdir(), "guardpage-"));

  constructor() {
    mkdirSync(join(this.path, "node_modules"));
    symlinkSync(root, join(this.path, "node_modules/guardpage"));
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.path, name), text);
  }

  read(name: string): Uint8Array<ArrayBuffer> {
    return new Uint8Array(readFileSync(join(this.path, name)));
  }

  run(script: string, ...args: string[]): string {
    const options = { cwd: this.path, encoding: "utf8" } as const;
    return execFileSync(process.execPath, [script, ...args], options);
  }

  /** Compile a program; its bytes and its text. */
  compile(source: string): { bytes: Uint8Array<ArrayBuffer>; text: string } {
    this.write("program.ts", source);
    const asc = join(root, "node_modules/assemblyscript/bin/asc.js");
    const output = ["--outFile", "program.wasm", "--textFile", "program.wat"];
    this.run(asc, "program.ts", ...OPTIONS, ...output);
    const text = new TextDecoder().decode(this.read("program.wat"));
    return { bytes: this.read("program.wasm"), text };
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}

const LOADS = ["U8", "I8", "U16", "I16", "U32", "I32", "U64", "F32", "F64"];
const STORES = ["U8", "U16", "U32", "U64", "F32", "F64"];

/** Every accessor of guardpage/assembly. */
export const ACCESSORS = ["load", "store", "windowedLoad", "windowedStore"].flatMap((way) => {
  return (/load/i.test(way) ? LOADS : STORES).map((type) => `${way}${type}`);
});

/** A program that exports a function with one call of each accessor in it. */
export function everyAccessor(): string {
  const functions = ACCESSORS.map((name) => {
    const [, way = "", type = ""] = /^(\w+?)([UIF]\d+)$/.exec(name) ?? [];
    const address = way.startsWith("windowed") ? "u32" : "u64";
    const value = type.toLowerCase();
    return /load/i.test(way)
      ? `export function ${name}(c: u32, a: ${address}): ${value} { return g.${name}(c, a); }`
      : `export function ${name}(c: u32, a: ${address}, v: ${value}): void { g.${name}(c, a, v); }`;
  });
  return ['import * as g from "guardpage/assembly";', ...functions, ""].join("\n");
}
