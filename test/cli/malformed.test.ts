import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { guardpage, HEADER, recorded, Scratch } from "./guardpage.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

const ALLOC = {
  call: "VirtualAlloc",
  args: ["0x10000", "0x1000", "0x3000", "0x4"],
  return: "0x10000",
};
const QUERIED = {
  BaseAddress: "0x10000",
  AllocationBase: "0x10000",
  AllocationProtect: "0x4",
  RegionSize: "0x1000",
  State: "0x1000",
  Protect: "0x4",
  Type: "0x20000",
};

function initial(changes: Partial<typeof QUERIED>): object {
  return { initial: { ...QUERIED, ...changes } };
}

/** Every run ends with code 2, nothing on standard output, and these lines on standard error. */
function expectRefused(args: readonly string[], ...lines: readonly string[]): void {
  expect(guardpage(...args)).toEqual({
    code: 2,
    stdout: "",
    stderr: lines.map((line) => `${line}\n`).join(""),
  });
}

describe("a malformed row is refused with its file, its line and what is wrong", () => {
  const ROWS: readonly (readonly [what: string, row: string | object, message: string])[] = [
    ["an empty line", "", "an empty line where a row should be"],
    ["an array", "[]", "a row must be a JSON object"],
    ["neither call nor initial", { thread: 4 }, 'a row must have "call" or "initial"'],
    [
      "both call and initial",
      { ...ALLOC, initial: QUERIED },
      'a row has either "call" or "initial", not both',
    ],
    ["a call without a name", { call: 4 }, '"call" must be the name of a function'],
    ["a thread without a number", { ...ALLOC, thread: "4" }, '"thread" must be a number'],
    ["no arguments", { ...ALLOC, args: undefined }, 'VirtualAlloc has no "args"'],
    [
      "too few arguments",
      { ...ALLOC, args: ALLOC.args.slice(1) },
      "VirtualAlloc takes 4 arguments (address, size, type, protect), not 3",
    ],
    [
      "an argument that is not hexadecimal",
      { ...ALLOC, args: ["0x1g", "0x1000", "0x3000", "0x4"] },
      'VirtualAlloc: address: "0x1g" is not a hexadecimal number of at most 64 bits ("0x1f")',
    ],
    [
      "an argument that is a number",
      { ...ALLOC, args: ["0x10000", 4096, "0x3000", "0x4"] },
      'VirtualAlloc: size: 4096 is not a hexadecimal number of at most 64 bits ("0x1f")',
    ],
    [
      "a type wider than 32 bits",
      { ...ALLOC, args: ["0x10000", "0x1000", "0x100003000", "0x4"] },
      "VirtualAlloc: type: 0x100003000 does not fit into 32 bits",
    ],
    [
      "an address wider than the profile's pointers",
      { ...ALLOC, args: ["0x100000000", "0x1000", "0x3000", "0x4"] },
      "VirtualAlloc: address: 0x100000000 does not fit into 32 bits",
    ],
    [
      "no return",
      { ...ALLOC, return: undefined },
      'VirtualAlloc: return: nothing is not a hexadecimal number of at most 64 bits ("0x1f")',
    ],
    [
      "a failure without last error",
      { ...ALLOC, return: "0x0" },
      'VirtualAlloc: failed, but "lastError" is not a number',
    ],
    [
      "a success with last error",
      { ...ALLOC, lastError: 487 },
      'VirtualAlloc: "lastError" beside a "return" that means success',
    ],
    [
      "a handle and a lastError",
      { call: "CreateFileMapping", args: ["0x1000", "0x4"], return: "0x1", lastError: 87 },
      'CreateFileMapping: "lastError" beside a "return" that means success',
    ],
    [
      "a view that failed without lastError",
      {
        call: "MapViewOfFileEx",
        args: ["0x0", "0x4", "0x0", "0x0", "0x10000"],
        return: "0x0",
      },
      'MapViewOfFileEx: failed, but "lastError" is not a number',
    ],
    [
      "a BOOL that is neither",
      { call: "VirtualFree", args: ["0x10000", "0x0", "0x8000"], return: 2 },
      'VirtualFree: "return" must be 1 or 0',
    ],
    [
      "no old protection",
      { call: "VirtualProtect", args: ["0x10000", "0x1000", "0x2"], return: 1 },
      'VirtualProtect: oldProtect: nothing is not a hexadecimal number of at most 64 bits ("0x1f")',
    ],
    [
      "a query answered with text",
      { call: "VirtualQuery", args: ["0x10000"], return: "0x1" },
      '"return" must be an object',
    ],
    [
      "a query without a field",
      { call: "VirtualQuery", args: ["0x10000"], return: { ...QUERIED, State: undefined } },
      'VirtualQuery: State: nothing is not a hexadecimal number of at most 64 bits ("0x1f")',
    ],
    [
      "an access of three bytes",
      { call: "load", args: ["0x10000", "0x3"], value: "0x0" },
      "load: bytes: an access has 1, 2, 4 or 8 bytes, not 3",
    ],
    [
      "a load without an answer",
      { call: "load", args: ["0x10000", "0x4"] },
      'load: either "value" or "exception" must be there',
    ],
    [
      "an exception without information",
      { call: "store", args: ["0x10000", "0x4", "0x0"], exception: { ExceptionCode: "0x1" } },
      "exception: ExceptionInformation must be an array",
    ],
    [
      "write watch without pages",
      { call: "GetWriteWatch", args: ["0x0", "0x10000", "0x1000", "0x1"], return: 0 },
      'GetWriteWatch: "pages" must be an array',
    ],
    [
      "write watch with another failure",
      { call: "ResetWriteWatch", args: ["0x10000", "0x1000"], return: "0x1" },
      'ResetWriteWatch: "return" must be 0 or "0xffffffff"',
    ],
    [
      "an initial row that is free memory",
      initial({ State: "0x10000" }),
      "initial: State 0x10000 is neither commit nor reserve",
    ],
    [
      "an initial row of no type",
      initial({ Type: "0x0" }),
      "initial: Type 0x0 is not private, mapped or image",
    ],
    [
      "an initial row that begins after its region",
      initial({ BaseAddress: "0x11000" }),
      "initial: region 0x10000 goes on at 0x10000, this row at 0x11000",
    ],
    [
      "an initial row that begins before its region",
      initial({ AllocationBase: "0x20000" }),
      "initial: BaseAddress lies below AllocationBase",
    ],
  ];

  it.each(ROWS)("%s", (_what, row, message) => {
    const file = scratch.trace(HEADER, row);
    expectRefused(["replay", file], `guardpage: ${file}:2: ${message}`);
  });

  it("a line cut in half, wherever it is cut", () => {
    const row = JSON.stringify(ALLOC);
    for (const length of [1, 20, row.length - 1]) {
      const file = scratch.trace(HEADER, ALLOC, row.slice(0, length));
      const { code, stdout, stderr } = guardpage("replay", file);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toMatch(new RegExp(`^guardpage: ${file}:3: not JSON: .+\n$`));
    }
  });

  it("an initial row after a call", () => {
    const file = scratch.trace(HEADER, ALLOC, initial({ AllocationBase: "0x20000" }));
    const message = "an initial row after a call: it must come before";
    expectRefused(["replay", file], `guardpage: ${file}:3: ${message}`);
  });

  it("initial regions that overlap", () => {
    const second = initial({ BaseAddress: "0x10000", AllocationBase: "0x10000" });
    const file = scratch.trace(HEADER, initial({ RegionSize: "0x11000" }), second);
    const { code, stdout, stderr } = guardpage("replay", file);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(`guardpage: ${file}:3: initial: `);
  });

  it("an initial region over one that every process has", () => {
    const base = "0x7ffe0000";
    const file = scratch.trace(HEADER, initial({ BaseAddress: base, AllocationBase: base }));
    const { code, stdout, stderr } = guardpage("replay", file);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(`guardpage: ${file}:2: initial region 0x7ffe0000: `);
  });

  it("a row with an empty line ending, as Windows writes it, is not malformed", () => {
    const file = scratch.file(`${JSON.stringify(HEADER)}\r\n${JSON.stringify(ALLOC)}\r\n`);
    expect(guardpage("replay", file).code).toBe(0);
  });
});

describe("a header", () => {
  const HEADERS: readonly (readonly [what: string, text: string, message: string])[] = [
    ["of an empty file", "", "the file is empty; its first line must be a header"],
    [
      "that is missing",
      `${JSON.stringify(ALLOC)}\n`,
      'no header: the first line must have "trace" and "profile"',
    ],
    [
      "of another version",
      '{"trace":3,"profile":"win32"}\n',
      "trace version 3 is not known, only 1 and 2 are",
    ],
    [
      "without a profile",
      '{"trace":1}\n',
      'the header names no profile ("profile" must be a string)',
    ],
    [
      "with an unknown profile",
      '{"trace":1,"profile":"vms"}\n',
      'unknown profile "vms" in the header (known: win32, win32-2g, win32-3g, win32-4g, win64, ' +
        "win64-8tb)",
    ],
  ];

  it.each(HEADERS)("%s is refused", (_what, text, message) => {
    const file = scratch.file(text);
    expectRefused(["replay", file], `guardpage: ${file}:1: ${message}`);
  });

  it("with an unknown profile serves when the command line names one", () => {
    const file = scratch.trace({ ...HEADER, profile: "vms" }, ALLOC);
    expect(guardpage("replay", "--profile", "win32", file).code).toBe(0);
  });
});

describe("a file", () => {
  it("that is not there", () => {
    const { code, stdout, stderr } = guardpage("replay", "missing.jsonl");
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^guardpage: missing\.jsonl: cannot be read: ENOENT.*\n$/);
  });

  it("that is a folder without recordings", () => {
    const message = "guardpage: scripts: a folder without .jsonl and .jsonl.gz files";
    expectRefused(["replay", "scripts"], message);
  });

  it("that is cut inside its gzip data", () => {
    const whole = readFileSync(recorded("private-memory"));
    const file = scratch.file(whole.subarray(0, 100_000), ".jsonl.gz");
    const { code, stdout, stderr } = guardpage("replay", file);
    expect([code, stdout]).toEqual([2, ""]);
    const [, line, message] = /:(\d+): (.*)\n$/.exec(stderr) ?? [];
    expect(message).toBe("gzip data is damaged: unexpected end of file");
    expect(Number(line)).toBeGreaterThan(5_000);
  });

  it("that is damaged inside its gzip data", () => {
    const packed = gzipSync(`${JSON.stringify(HEADER)}\n`);
    packed.writeUInt32LE(0, packed.length - 8);
    const file = scratch.file(packed, ".jsonl.gz");
    const { code, stderr } = guardpage("replay", file);
    expect(code).toBe(2);
    expect(stderr).toMatch(/: gzip data is damaged: incorrect data check\n$/);
  });

  it("that is called .gz and is not", () => {
    const file = scratch.file(`${JSON.stringify(HEADER)}\n`, ".jsonl.gz");
    expectRefused(
      ["replay", file],
      `guardpage: ${file}:1: gzip data is damaged: incorrect header check`,
    );
  });

  it("that is not UTF-8", () => {
    const header = `${JSON.stringify(HEADER)}\n`;
    const file = scratch.file(Buffer.concat([Buffer.from(header), Buffer.from([0x22, 0xff])]));
    expectRefused(["replay", file], `guardpage: ${file}:2: not UTF-8 text`);
  });

  it("that is wrong keeps the others from being replayed, and all wrong ones are named", () => {
    const good = scratch.trace(HEADER, ALLOC);
    const cut = scratch.trace(HEADER, "{");
    const empty = scratch.file("");
    const { code, stdout, stderr } = guardpage("replay", good, cut, empty);
    expect([code, stdout]).toEqual([2, ""]);
    const [first, second, ...rest] = stderr.trimEnd().split("\n");
    expect(first).toContain(`${cut}:2: not JSON`);
    expect(second).toContain(`${empty}:1: the file is empty`);
    expect(rest).toEqual([]);
  });

  it("that is wrong is refused by map as well", () => {
    const file = scratch.trace(HEADER, "{");
    expect(guardpage("map", file)).toMatchObject({ code: 2, stdout: "" });
  });
});
