import { copyFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { pairsOf, type Span } from "../../src/spans.ts";
import { guardpage, HEADER, recorded, Scratch } from "./guardpage.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

const alloc = (address: string, size: string, type: string, protect: string) => ({
  call: "VirtualAlloc",
  args: [address, size, type, protect],
  return: address,
});
const BASE = alloc("0x10000", "0x4000", "0x3000", "0x4");
const store = (address: string, value: string) => ({
  call: "store",
  args: [address, "0x1", value],
});

/** What differs between the states after BASE alone, and after more calls; no counters. */
function differences(more: readonly object[], first: readonly object[] = [BASE]): object[] {
  const left = scratch.trace(HEADER, ...first);
  const right = scratch.trace(HEADER, ...first, ...more);
  const { code, stdout, stderr } = guardpage("diff", "--json", left, right);
  expect(stderr).toBe("");
  const found = JSON.parse(stdout);
  expect([code, found.equal]).toEqual(found.differences.length === 0 ? [0, true] : [1, false]);
  return found.differences.filter(
    ({ subject }: { subject: string }) => subject !== "counters" && subject !== "machine",
  );
}

describe("diff lists", () => {
  it("a region that only one side has, as a whole", () => {
    const more = [
      alloc("0x50000", "0x3000", "0x2000", "0x2"),
      alloc("0x51000", "0x1000", "0x1000", "0x40"),
    ];
    expect(differences([...more, store("0x51000", "0x1")])).toEqual([
      {
        subject: "region",
        process: 1,
        at: "0x50000",
        left: null,
        right: {
          Type: "0x20000",
          AllocationProtect: "0x2",
          RegionSize: "0x3000",
          Committed: "0x1000",
        },
      },
    ]);
  });

  it("pages whose state or protection changed, neighbours that changed alike as one", () => {
    const protect = (address: string, size: string, to: string) => ({
      call: "VirtualProtect",
      args: [address, size, to],
      return: 1,
      oldProtect: "0x4",
    });
    const more = [protect("0x11000", "0x1000", "0x2"), protect("0x12000", "0x2000", "0x104")];
    const range = (at: string, size: string, to: string) => ({
      subject: "pages",
      process: 1,
      at,
      size,
      left: { State: "0x1000", Protect: "0x4" },
      right: { State: "0x1000", Protect: to },
    });
    expect(differences(more)).toEqual([
      range("0x11000", "0x1000", "0x2"),
      range("0x12000", "0x2000", "0x104"),
    ]);
  });

  it("bytes, with the first that differs, and what is so of pages in the working set", () => {
    const more = [store("0x11ffe", "0xab"), store("0x12000", "0xcd"), store("0x12010", "0xef")];
    const attributes = {
      ShareCount: 0,
      Win32Protection: "0x4",
      Shared: 0,
      Node: 0,
      Locked: 0,
      LargePage: 0,
    };
    expect(differences(more)).toEqual([
      {
        subject: "attributes",
        process: 1,
        at: "0x11000",
        size: "0x2000",
        left: null,
        right: attributes,
      },
      {
        subject: "contents",
        process: 1,
        at: "0x11000",
        size: "0x2000",
        left: { differentBytes: 3, first: "0x11ffe", bytes: "0000" },
        right: { differentBytes: 3, first: "0x11ffe", bytes: "ab00" },
      },
    ]);
  });

  it("no bytes where a page was touched and holds zeros as before", () => {
    const touched = differences([{ call: "load", args: ["0x11000", "0x1"], value: "0x0" }]);
    expect(touched).toEqual([expect.objectContaining({ subject: "attributes" })]);
  });

  it("bytes that came through another view of the same section", () => {
    const view = (address: string) => ({
      call: "MapViewOfFileEx",
      args: ["0x4", "0x2", "0x0", "0x1000", address],
      return: address,
    });
    const mapping = { call: "CreateFileMapping", args: ["0x1000", "0x4"], return: "0x4" };
    const first = [mapping, view("0x40000"), view("0x60000")];
    const contents = differences([store("0x40001", "0x7f")], first).filter(
      (each) => "subject" in each && each.subject === "contents",
    );
    expect(contents).toMatchObject([
      { at: "0x40000", right: { first: "0x40001" } },
      { at: "0x60000", right: { first: "0x60001" } },
    ]);
  });

  it("pages that a write watch reports", () => {
    const watched = alloc("0x50000", "0x4000", "0x203000", "0x4");
    const found = differences([store("0x51000", "0x0"), store("0x52000", "0x0")], [watched]);
    expect(found).toContainEqual({
      subject: "written",
      process: 1,
      at: "0x51000",
      size: "0x2000",
      left: null,
      right: { Written: 1 },
    });
  });

  it("handles, with the section that they lead to", () => {
    const mapping = { call: "CreateFileMapping", args: ["0x5000", "0x2"], return: "0x4" };
    expect(differences([mapping])).toEqual([
      {
        subject: "handle",
        process: 1,
        at: "0x4",
        left: null,
        right: {
          kind: "section",
          access: expect.any(String),
          Attributes: "0x8000000",
          Size: "0x5000",
        },
      },
    ]);
  });

  it("what is charged, of the machine and of the process", () => {
    const left = scratch.trace(HEADER, BASE);
    const right = scratch.trace(HEADER, BASE, alloc("0x50000", "0x3000", "0x3000", "0x4"));
    const { differences: all } = JSON.parse(guardpage("diff", "--json", left, right).stdout);
    expect(all.at(0)).toEqual({
      subject: "machine",
      left: expect.objectContaining({ commitCharge: 4 }),
      right: expect.objectContaining({ commitCharge: 7 }),
    });
    expect(all.at(-1)).toMatchObject({
      subject: "counters",
      process: 1,
      left: { commitCharge: 4 },
      right: { commitCharge: 7 },
    });
  });

  it("the profile", () => {
    const left = scratch.trace(HEADER, BASE);
    const right = scratch.trace({ ...HEADER, profile: "win32-3g" }, BASE);
    const { code, stdout } = guardpage("diff", left, right);
    expect(code).toBe(1);
    expect(stdout).toContain("machine\n  - profile win32\n  + profile win32-3g\n");
  });
});

describe("diff", () => {
  it("finds the end of a recording equal to itself, in whichever kind of space", () => {
    const file = recorded("esbuild-ia32-minify");
    const copy = scratch.path("copy.jsonl.gz");
    copyFileSync(file, copy);
    const equal = { code: 0, stdout: "0 differences\n", stderr: "" };
    expect(guardpage("diff", file, copy)).toEqual(equal);
    expect(guardpage("diff", "--space", "translated", file, copy)).toEqual(equal);
    const mixed = recorded("sections");
    expect(guardpage("diff", mixed, mixed)).toEqual(equal);
  });

  it("takes the state after a line, of one side or of both", () => {
    const file = scratch.trace(HEADER, BASE, store("0x10000", "0x1"), store("0x10000", "0x2"));
    const bytes = (...args: readonly string[]) => {
      const { differences } = JSON.parse(guardpage("diff", "--json", ...args).stdout);
      const contents = differences.find(
        ({ subject }: { subject: string }) => subject === "contents",
      );
      return contents && [contents.left.bytes.slice(0, 2), contents.right.bytes.slice(0, 2)];
    };
    expect(bytes(`${file}@3`, `${file}@4`)).toEqual(["01", "02"]);
    expect(bytes("--at", "2", file, `${file}@3`)).toEqual(["00", "01"]);
    expect(bytes("--at", "3", file, file)).toBeUndefined();
    const header = guardpage("diff", `${file}@1`, `${file}@2`);
    expect(header.stdout).toContain("process 1, region 0x10000\n  - none\n  + Type Private");
  });

  it("prints both sides, each difference with its place, and how many there are", () => {
    const file = scratch.trace(HEADER, BASE, store("0x10000", "0x1"));
    const { code, stdout, stderr } = guardpage("diff", `${file}@2`, file);
    expect([code, stderr]).toEqual([1, ""]);
    expect(stdout.split("\n")).toEqual([
      `--- ${file}@2`,
      `+++ ${file}`,
      "process 1, attributes 0x10000 to 0x10fff",
      "  - none",
      "  + ShareCount 0, Win32Protection RW, Shared 0, Node 0, Locked 0, LargePage 0",
      "process 1, contents 0x10000 to 0x10fff",
      `  - bytes ${"00".repeat(16)}`,
      `  + bytes 01${"00".repeat(15)}`,
      "process 1, counters",
      "  - residentPages 0",
      "  + residentPages 1",
      "3 differences",
      "",
    ]);
  });

  it("takes @ for a part of the name of a file that is there", () => {
    const file = scratch.path("odd@2");
    copyFileSync(scratch.trace(HEADER, BASE), file);
    expect(guardpage("diff", file, `${file}@2`)).toMatchObject({ code: 0 });
  });

  it("refuses a line without a call, and what is no recording, with code 2", () => {
    const file = scratch.trace(HEADER, BASE, { call: "NewProcess" }, BASE);
    const refused = (message: string, ...args: readonly string[]) => {
      const { code, stdout, stderr } = guardpage("diff", ...args);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toContain(message);
    };
    const range = "no call is on this line; they are on lines 2 to 4";
    refused(`guardpage: ${file}:3: ${range}\n`, `${file}@3`, file);
    refused(`guardpage: ${file}:9: ${range}\n`, "--at", "9", file, file);
    refused("cannot be read: ENOENT", "missing.jsonl", file);
    refused(":1: not JSON", file, scratch.file("no recording"));
    refused("missing required argument 'b'", file);
    refused("It must be a number from 1.", "--at", "0", file, file);
  });

  it("warns where calls answered differently", () => {
    const file = scratch.trace(HEADER, { ...BASE, return: "0x20000" });
    const { code, stderr } = guardpage("diff", file, `${file}@1`);
    expect(code).toBe(1);
    expect(stderr).toBe(
      `guardpage: ${file}: 1 of 1 calls answered differently, so the state is not the program's\n`,
    );
  });
});

describe("pairs of spans", () => {
  /** Spans over the numbers 0 to 39: the value of each number, undefined outside of all. */
  const values = fc.array(fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }), {
    minLength: 40,
    maxLength: 40,
  });

  function spansOf(numbers: readonly (number | undefined)[]): Span<number>[] {
    return numbers.flatMap((facts, start) => {
      return facts === undefined ? [] : [{ start, end: start + 1, facts }];
    });
  }

  it("say of each address what both sides say, and leave out what neither knows", () => {
    fc.assert(
      fc.property(values, values, (left, right) => {
        const said = new Map<number, unknown>();
        for (const { start, end, ...pair } of pairsOf(spansOf(left), spansOf(right))) {
          for (let at = start; at < end; at += 1) said.set(at, pair);
        }
        const wanted = left.flatMap((value, at) => {
          const pair = { left: value, right: right[at] };
          return value === undefined && right[at] === undefined ? [] : [[at, pair] as const];
        });
        expect(said).toEqual(new Map(wanted));
      }),
    );
  });
});
