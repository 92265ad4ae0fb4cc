import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { guardpage, HEADER, recorded, Scratch } from "./guardpage.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

/** Rows with an answer, by 17.20. */
const ANSWERS = {
  "private-memory": 19_103,
  sections: 11_581,
  "esbuild-ia32-bundle": 173,
  "esbuild-ia32-minify": 6_933,
  "esbuild-x64-minify": 11_133,
  "biome-x64-format": 3,
};

const RIGHT = {
  call: "VirtualAlloc",
  args: ["0x10000", "0x1000", "0x3000", "0x4"],
  return: "0x10000",
};
const WRONG = {
  call: "VirtualFree",
  args: ["0x10000", "0x0", "0x8000"],
  return: 0,
  lastError: 487,
};

const MAPPING = { call: "CreateFileMapping", args: ["0x1000", "0x4"], return: "0x0" };
const VIEW = {
  call: "MapViewOfFileEx",
  args: ["0x0", "0x2", "0x0", "0x1000", "0x40000"],
  return: "0x40000",
};
const VIEW_OF_NOTHING = { ...VIEW, return: "0x0", lastError: 6 };

describe("the recorded traces", () => {
  it("pass, as many rows as have an answer", () => {
    const files = Object.keys(ANSWERS).map(recorded);
    const { code, stdout, stderr } = guardpage("replay", "--json", ...files);
    expect([code, stderr]).toEqual([0, ""]);
    const result = JSON.parse(stdout);
    const rows = Object.entries(ANSWERS).map(([name, passed]) => {
      const win32 = name.includes("ia32");
      return {
        file: recorded(name),
        profile: win32 ? "win32" : "win64",
        space: win32 ? "windowed" : "translated",
        passed,
        failed: 0,
        differences: [],
      };
    });
    expect(result).toEqual({
      files: rows,
      passed: 48_926,
      failed: 0,
      milliseconds: expect.any(Number),
    });
    expect(result.milliseconds).toBeGreaterThan(0);
  });

  it("print one line for each file and the totals", () => {
    const files = ["esbuild-ia32-bundle", "biome-x64-format"].map(recorded);
    const { code, stdout, stderr } = guardpage("replay", ...files);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.replace(/\d+\.\d\d s/g, "0.00 s").split("\n")).toEqual([
      `${files[0]}: win32 windowed, 173 passed, 0 failed (0.00 s)`,
      `${files[1]}: win64 translated, 3 passed, 0 failed (0.00 s)`,
      "176 passed, 0 failed",
      "",
    ]);
  });

  it("are read unpacked as well", () => {
    const text = gunzipSync(readFileSync(recorded("esbuild-ia32-bundle")));
    const file = scratch.file(text);
    expect(guardpage("replay", file).stdout).toMatch(/\n173 passed, 0 failed\n$/);
  });
});

describe("a call that answers differently", () => {
  it("is printed with line, call, expected and actual answer, and the exit code is 1", () => {
    const file = scratch.trace(HEADER, RIGHT, WRONG, { ...RIGHT, return: "0x20000" });
    const { code, stdout, stderr } = guardpage("replay", file);
    expect([code, stderr]).toEqual([1, ""]);
    expect(stdout.split("\n")).toEqual([
      `${file}:3: VirtualFree(0x10000, 0x0, 0x8000)`,
      "  expected  return 0, lastError 487",
      "  actual    return 1",
      `${file}:4: VirtualAlloc(0x10000, 0x1000, 0x3000, 0x4)`,
      "  expected  return 0x20000",
      "  actual    return 0x10000",
      expect.stringMatching(/: win32 windowed, 1 passed, 2 failed \(\d+\.\d\d s\)$/),
      "1 passed, 2 failed",
      "",
    ]);
  });

  it("is in the JSON in the form of the file", () => {
    const file = scratch.trace(HEADER, RIGHT, WRONG);
    const { code, stdout, stderr } = guardpage("replay", "--json", file);
    expect([code, stderr]).toEqual([1, ""]);
    expect(JSON.parse(stdout)).toEqual({
      files: [
        {
          file,
          profile: "win32",
          space: "windowed",
          passed: 1,
          failed: 1,
          differences: [
            {
              line: 3,
              call: "VirtualFree(0x10000, 0x0, 0x8000)",
              expected: { return: 0, lastError: 487 },
              actual: { return: 1 },
            },
          ],
        },
      ],
      passed: 1,
      failed: 1,
      milliseconds: expect.any(Number),
    });
  });

  const ROWS: readonly (readonly [row: object, expected: string, actual: string])[] = [
    [
      { call: "VirtualProtect", args: ["0x10000", "0x1", "0x2"], return: 1, oldProtect: "0x40" },
      "return 1, oldProtect 0x40",
      "return 1, oldProtect 0x4",
    ],
    [
      { call: "VirtualQuery", args: ["0x7fff0000"], return: 0, lastError: 24 },
      "return 0, lastError 24",
      "return 0, lastError 87",
    ],
    [
      {
        call: "load",
        args: ["0x10000", "0x4"],
        exception: { ExceptionCode: "0xC0000005", ExceptionInformation: ["0x0", "0x10000"] },
      },
      "exception {ExceptionCode 0xc0000005, ExceptionInformation [0x0, 0x10000]}",
      "value 0x0",
    ],
    [
      { call: "store", args: ["0x20000", "0x1", "0x1"] },
      "done",
      "exception {ExceptionCode 0xc0000005, ExceptionInformation [0x1, 0x20000]}",
    ],
    [
      { call: "execute", args: ["0x10000"] },
      "done",
      "exception {ExceptionCode 0xc0000005, ExceptionInformation [0x8, 0x10000]}",
    ],
    [
      {
        call: "GetWriteWatch",
        args: ["0x0", "0x10000", "0x1000", "0x1"],
        return: 0,
        pages: ["0x10000"],
        granularity: "0x1000",
      },
      "return 0, pages [0x10000], granularity 0x1000",
      "return 0xffffffff, lastError 87",
    ],
    [
      { call: "ResetWriteWatch", args: ["0x10000", "0x1000"], return: 0 },
      "return 0",
      "return 0xffffffff, lastError 87",
    ],
  ];

  it.each(ROWS)("%j", (row, expected, actual) => {
    const file = scratch.trace(HEADER, RIGHT, row);
    const { code, stdout } = guardpage("replay", file);
    expect(code).toBe(1);
    expect(stdout.split("\n").slice(1, 3)).toEqual([
      `  expected  ${expected}`,
      `  actual    ${actual}`,
    ]);
  });
});

describe("what a replay does", () => {
  const PASSING: readonly (readonly [what: string, rows: readonly object[]])[] = [
    [
      "gives a program that asked for any address the one it got",
      [
        {
          call: "VirtualAlloc",
          args: ["0x0", "0x1000", "0x101000", "0x4"],
          return: "0x50000",
        },
        { call: "load", args: ["0x50000", "0x8"], value: "0x0" },
      ],
    ],
    [
      "makes a call for any address that failed as it stands",
      [
        RIGHT,
        {
          call: "VirtualAlloc",
          args: ["0x0", "0x7ffd0000", "0x2000", "0x4"],
          return: "0x0",
          lastError: 8,
        },
      ],
    ],
    [
      "begins a fresh address space with NewProcess",
      [RIGHT, { call: "NewProcess" }, RIGHT, { call: "NewProcess" }, RIGHT],
    ],
    [
      "maps a view for any address where it was",
      [
        MAPPING,
        { ...VIEW, args: ["0x0", "0x2", "0x0", "0x0", "0x0"], return: "0x70000" },
        { call: "load", args: ["0x70000", "0x4"], value: "0x0" },
        { call: "UnmapViewOfFile", args: ["0x70fff"], return: 1 },
      ],
    ],
    [
      "takes the numbers of handles as names, of which the later one counts",
      [
        VIEW_OF_NOTHING,
        MAPPING,
        VIEW,
        { ...MAPPING, args: ["0x20000", "0x2"] },
        { call: "UnmapViewOfFile", args: ["0x40000"], return: 1 },
        { ...VIEW, args: ["0x0", "0x2", "0x0", "0x0", "0x40000"], return: "0x0", lastError: 5 },
        { ...VIEW, args: ["0x0", "0x4", "0x10000", "0x0", "0x40000"] },
      ],
    ],
    [
      "makes no handle by a CreateFileMapping that failed, and forgets them with NewProcess",
      [
        { ...MAPPING, args: ["0x1000", "0x1"], lastError: 87 },
        VIEW_OF_NOTHING,
        MAPPING,
        VIEW,
        { call: "NewProcess" },
        VIEW_OF_NOTHING,
      ],
    ],
    [
      "attempts a fault once, and the guard is gone",
      [
        {
          call: "VirtualAlloc",
          args: ["0x10000", "0x1000", "0x3000", "0x104"],
          return: "0x10000",
        },
        {
          call: "load",
          args: ["0x10ffe", "0x2"],
          exception: { ExceptionCode: "0x80000001", ExceptionInformation: ["0x0", "0x10ffe"] },
        },
        { call: "load", args: ["0x10ffe", "0x2"], value: "0x0" },
      ],
    ],
    [
      "stores as many bytes as the row says, and loads 1, 2, 4 and 8",
      [
        RIGHT,
        { call: "store", args: ["0x10000", "0x8", "0xfedcba9876543210"] },
        { call: "store", args: ["0x10002", "0x2", "0xaaaa5555"] },
        { call: "load", args: ["0x10000", "0x8"], value: "0xfedcba9855553210" },
        { call: "load", args: ["0x10004", "0x4"], value: "0xfedcba98" },
        { call: "store", args: ["0x10004", "0x4", "0xffffffffffffffff"] },
        { call: "store", args: ["0x10007", "0x1", "0x100"] },
        { call: "load", args: ["0x10006", "0x2"], value: "0xff" },
        { call: "load", args: ["0x10006", "0x1"], value: "0xff" },
      ],
    ],
  ];

  it("answers for numbers of 64 bits", () => {
    const fault = (access: string, address: string) => ({
      exception: { ExceptionCode: "0xc0000005", ExceptionInformation: [access, address] },
    });
    const top = "0xfffffffffffff000";
    const file = scratch.trace(
      { ...HEADER, profile: "win64" },
      {
        call: "VirtualAlloc",
        args: [top, "0x2000", "0x3000", "0x4"],
        return: "0x0",
        lastError: 87,
      },
      { call: "VirtualAlloc", args: ["0x0", top, "0x3000", "0x4"], return: "0x0", lastError: 87 },
      { call: "VirtualFree", args: [top, "0x0", "0x8000"], return: 0, lastError: 87 },
      { call: "VirtualProtect", args: [top, "0x1000", "0x2"], return: 0, lastError: 87 },
      { call: "VirtualQuery", args: ["0xffff800000000000"], return: 0, lastError: 87 },
      { call: "ResetWriteWatch", args: [top, "0x1000"], return: "0xffffffff", lastError: 87 },
      { call: "load", args: [top, "0x8"], ...fault("0x0", top) },
      {
        call: "store",
        args: ["0xffffffffffffffff", "0x1", "0x1"],
        ...fault("0x1", `0x${"f".repeat(16)}`),
      },
      {
        call: "store",
        args: ["0x800000000000", "0x1", "0x1"],
        ...fault("0x0", `0x${"f".repeat(16)}`),
      },
      { call: "execute", args: ["0xffff800000000001"], ...fault("0x8", "0xffff800000000001") },
    );
    expect(guardpage("replay", file).stdout).toMatch(/\n10 passed, 0 failed\n$/);
  });

  it.each(PASSING)("%s", (_what, rows) => {
    const file = scratch.trace(HEADER, ...rows);
    const { code, stdout } = guardpage("replay", file);
    expect(stdout).toMatch(/, 0 failed\n$/);
    expect(code).toBe(0);
  });

  it("counts a call that nobody knows as failed, and names it", () => {
    const file = scratch.trace(HEADER, RIGHT, {
      call: "FlushViewOfFile",
      args: ["0x0"],
      return: 1,
    });
    const { code, stdout } = guardpage("replay", file);
    expect(code).toBe(1);
    expect(stdout).toContain(`${file}: FlushViewOfFile is not built yet: 1 call failed\n`);
    expect(stdout).toMatch(/\n1 passed, 1 failed\n$/);
  });

  it("says on which profile and in which space it was done", () => {
    const file = scratch.trace(HEADER, RIGHT);
    const options = ["--json", "--profile", "win32-4g", "--space", "translated"];
    const { stdout } = guardpage("replay", ...options, file);
    expect(JSON.parse(stdout).files[0]).toMatchObject({
      profile: "win32-4g",
      space: "translated",
    });
  });

  it("knows the 8 TB that a 64-bit process once had", () => {
    const top = "0x7fffffd0000";
    const behind = { call: "VirtualAlloc", args: ["0x7fffffe0000", "0x1000", "0x2000", "0x1"] };
    const file = scratch.trace(
      { ...HEADER, profile: "win64-8tb" },
      { call: "VirtualAlloc", args: [top, "0x10000", "0x2000", "0x1"], return: top },
      { ...behind, return: "0x0", lastError: 87 },
    );
    const { code, stdout } = guardpage("replay", "--json", file);
    expect([code, JSON.parse(stdout).passed]).toEqual([0, 2]);
    const { stdout: other } = guardpage("replay", "--json", "--profile", "win64", file);
    expect(JSON.parse(other)).toMatchObject({ passed: 1, failed: 1 });
  });
});
