import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeWith } from "../setup/tools.ts";
import { root } from "../setup/tree.ts";

const COMMITTED = `${root}/demo/cpu/program/self-writing.exe`;

const NT_HEADERS_AT = 0x3c;

const program = (path: string) => new Uint8Array(readFileSync(path));

test("the program is a small PE32 file for x86", () => {
  const bytes = program(COMMITTED);
  const view = new DataView(bytes.buffer);
  const headers = view.getUint32(NT_HEADERS_AT, true);
  expect(view.getUint32(headers, true)).toBe(0x4550);
  expect(view.getUint16(headers + 4, true)).toBe(0x14c);
  expect(view.getUint16(headers + 24, true)).toBe(0x10b);
  expect(bytes.length).toBeLessThan(4096);
});

describeWith("clang", "the program", () => {
  describeWith("lld-link", "the program", () => {
    test("is what its source says", () => {
      const folder = mkdtempSync(join(tmpdir(), "guardpage-program-"));
      try {
        const script = `${root}/scripts/build-guest-program.mjs`;
        execFileSync(process.execPath, [script, folder], { stdio: "pipe" });
        expect(program(join(folder, "self-writing.exe"))).toEqual(program(COMMITTED));
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });
});
