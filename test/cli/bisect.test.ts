import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { bisect } from "../../src/cli/bisect.ts";
import { parseCondition } from "../../src/cli/condition/condition.ts";
import { stateAfter } from "../../src/cli/open-state.ts";
import { readTrace } from "../../src/cli/read-trace.ts";
import { callAt } from "../../src/cli/trace-prefix.ts";
import { guardpage, HEADER, recorded, Scratch } from "./guardpage.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

const most = (calls: number) => Math.ceil(Math.log2(calls + 1)) + 2;

describe("the search", () => {
  it("finds the first call after which it holds, in a logarithm of questions", async () => {
    const cases = fc
      .integer({ min: 1, max: 5_000 })
      .chain((calls) => fc.tuple(fc.constant(calls), fc.integer({ min: 1, max: calls })));
    await fc.assert(
      fc.asyncProperty(cases, async ([calls, first]) => {
        let questions = 0;
        const found = await bisect(calls, async (done) => {
          questions += 1;
          return done >= first;
        });
        expect(found).toEqual({ holds: "found", call: first, asked: questions });
        expect(questions).toBeLessThanOrEqual(most(calls));
      }),
    );
  });

  it("finds, of what comes and goes, a call that it comes with", async () => {
    const states = fc.array(fc.boolean(), { minLength: 1, maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(states, async (middle) => {
        const after = [false, ...middle, true];
        const { call } = await bisect(after.length - 1, async (done) => after[done] === true);
        expect([after[(call as number) - 1], after[call as number]]).toEqual([false, true]);
      }),
    );
  });

  it("says where it holds from the start, or never", async () => {
    expect(await bisect(9, async () => true)).toEqual({
      holds: "start",
      call: undefined,
      asked: 2,
    });
    expect(await bisect(9, async () => false)).toMatchObject({ holds: "nowhere", asked: 1 });
    expect(await bisect(0, async () => true)).toMatchObject({ holds: "start", asked: 1 });
    expect(await bisect(0, async () => false)).toMatchObject({ holds: "nowhere", asked: 1 });
  });
});

const alloc = (address: string, type: string, protect: string, size = "0x1000") => ({
  call: "VirtualAlloc",
  args: [address, size, type, protect],
  return: address,
});

/** Two address spaces: lines 2 to 6, and from line 8 on. */
const TRACE = scratch.trace(
  HEADER,
  alloc("0x10000", "0x2000", "0x1", "0x10000"),
  alloc("0x10000", "0x1000", "0x4"),
  { call: "store", args: ["0x10010", "0x4", "0x7"] },
  { call: "VirtualProtect", args: ["0x10000", "0x1000", "0x104"], return: 1, oldProtect: "0x4" },
  { call: "CreateFileMapping", args: ["0x1000", "0x4"], return: "0x4" },
  { call: "NewProcess" },
  alloc("0x50000", "0x3000", "0x40"),
  { call: "store", args: ["0x50008", "0x8", "0xfedcba9876543210"] },
);

/** What a search for a condition comes to, and on which line. */
async function foundBy(where: string): Promise<{ holds: string; line: number | undefined }> {
  const holds = parseCondition(where);
  const trace = await readTrace(TRACE);
  const { call, ...found } = await bisect(trace.answers, async (calls) => {
    return holds((await stateAfter(trace, calls, {})).machine);
  });
  return { holds: found.holds, line: call && callAt(trace, call).line };
}

describe("bisect", () => {
  const LINES: readonly (readonly [line: number, where: string])[] = [
    [2, "regions > 1"],
    [2, "regions == 2 && reservedBytes >= 0x11000"],
    [2, "!free(0x1ffff) || !free(0x50000)"],
    [2, "reserved(0x10000) || committed(0x10000) || committed(0x50000)"],
    [3, "committed(0x10000) || committed(0x50000)"],
    [4, "value32(0x10010) == 7 || process(1).handles > 0 || committed(0x50000)"],
    [4, "value8(0x10000 + 0x10) == 7 || touchedBytes * 2 > 0x1000 || handles > 0"],
    [5, "protect(0x10000) & PAGE_GUARD == PAGE_GUARD || committed(0x50000)"],
    [5, "protect(0x10000) == PAGE_READWRITE | PAGE_GUARD || committed(0x50000)"],
    [6, "handles == 1 || committed(0x50000)"],
    [8, "allocationProtect(0x50000) == PAGE_EXECUTE_READWRITE"],
    [8, "allocationBase(0x50fff) == 0x50000 && regionSize(0x50000) == 4096"],
    [8, "state(0x50000) == MEM_COMMIT && type(0x50000) == MEM_PRIVATE"],
    [8, "process(3 - 2).commitCharge == 1 && processes == 1 && committed(0x50000)"],
    [9, "value64(0x50008) == 0xfedcba9876543210"],
    [9, "value16(0x50008) - value8(0x50008) == 0x3200"],
  ];

  it.each(LINES)("finds line %i for %s", async (line, where) => {
    expect(await foundBy(where)).toEqual({ holds: "found", line });
  });

  it.each([
    "processes == 2",
    "process(2).regions > 0",
    "process(2).regions == 0 || process(2).regions != 0",
    "process(0).committed(0x50000)",
    "value32(0x60000) != 7",
    "value32(0x50ffe) != 7",
    "protect(0x80000000) != 1",
    "committed(0 - 1)",
    "regions > 1 && regions < 2",
  ])("a number that is not there compares with nothing: %s", async (where) => {
    expect(await foundBy(where)).toEqual({ holds: "nowhere", line: undefined });
  });

  it.each([
    ["regions >= 1", "holds before the first call (2 replays)"],
    ["processes > 1", "does not hold after the last call (1 replay)"],
  ])("prints that %s %s, with code 1", (where, when) => {
    expect(guardpage("bisect", TRACE, "--where", where)).toEqual({
      code: 1,
      stdout: `${TRACE}: ${where}: ${when}\n`,
      stderr: "",
    });
  });

  it("prints the call, and how many replays it took", () => {
    const where = "committed(0x10000) || committed(0x50000)";
    expect(guardpage("bisect", TRACE, "--where", where)).toEqual({
      code: 0,
      stdout: [
        `${TRACE}:3: VirtualAlloc(0x10000, 0x1000, 0x1000, 0x4)`,
        `  ${where}: holds after this call, and not before it (5 replays)`,
        "",
      ].join("\n"),
      stderr: "",
    });
    expect(JSON.parse(guardpage("bisect", TRACE, "--json", "--where", where).stdout)).toEqual({
      file: TRACE,
      where,
      holds: "found",
      number: 2,
      line: 3,
      call: "VirtualAlloc(0x10000, 0x1000, 0x1000, 0x4)",
      replays: 5,
    });
  });

  it("takes at most ceil(log2(calls + 1)) + 2 replays of a recorded program", () => {
    const file = recorded("esbuild-ia32-minify");
    const where = "committedBytes >= 0x8000000";
    const { code, stdout } = guardpage("bisect", file, "--json", "--where", where);
    const found = JSON.parse(stdout);
    expect([code, found.holds]).toEqual([0, "found"]);
    expect(found.replays).toBeLessThanOrEqual(most(6_933));
  });

  it("warns where calls answered differently", () => {
    const file = scratch.trace(HEADER, { ...alloc("0x10000", "0x3000", "0x4"), return: "0x20000" });
    const { code, stderr } = guardpage("bisect", file, "--where", "committed(0x10000)");
    expect(code).toBe(0);
    expect(stderr).toBe(
      `guardpage: ${file}: 1 of 1 calls answered differently, so the state is not the program's\n`,
    );
  });
});

describe("a condition that cannot be understood is refused with its column", () => {
  const REFUSED: readonly (readonly [where: string, column: number, message: string])[] = [
    ["", 1, "a number, a name or a condition is missing here"],
    ["regions >", 10, "a number, a name or a condition is missing here"],
    ["regions > 1 regions", 13, '"regions" does not belong here'],
    ["regions > 1)", 12, '")" does not belong here'],
    ["committed(0x10000", 18, '")" is missing here'],
    ["committed", 10, '"(" is missing here'],
    ["regions = 1", 9, '"=" has no meaning here'],
    ["regions > 0x", 11, '"0" has no meaning here'],
    ["regions > 1 ; 2", 13, '";" has no meaning here'],
    ["value32(1) == 'a'", 15, `"'" has no meaning here`],
    ["comitted(1)", 1, '"comitted" is no name that a condition knows'],
    ["constructor == 1", 1, '"constructor" is no name that a condition knows'],
    ["PAGE_NONE == 1", 1, '"PAGE_NONE" is no name that a condition knows'],
    ["regions", 1, "a number, where a condition must be: compare it"],
    ["!regions", 2, "a number, where a condition must be: compare it"],
    ["free(1) && regions & 1", 20, "a number, where a condition must be: compare it"],
    ["1 < 2 < 3", 3, "a condition, where a number must be"],
    ["committed(free(1))", 11, "a condition, where a number must be"],
    ["free(1) + 1 == 2", 1, "a condition, where a number must be"],
    ["process(1)", 11, '"." is missing here'],
    ["process(1).processes > 0", 12, '"processes" is no name that a condition knows'],
    ["process(1).PAGE_GUARD > 0", 12, '"PAGE_GUARD" is no name that a condition knows'],
  ];

  it.each(REFUSED)("%s", (where, column, message) => {
    expect(() => parseCondition(where)).toThrow(
      expect.objectContaining({ message: `--where, column ${column}: ${message}` }),
    );
  });

  it("on standard error, with code 2", () => {
    expect(guardpage("bisect", TRACE, "--where", "regions >")).toEqual({
      code: 2,
      stdout: "",
      stderr: "guardpage: --where, column 10: a number, a name or a condition is missing here\n",
    });
  });

  it("and there must be one", () => {
    const { code, stderr } = guardpage("bisect", TRACE);
    expect(code).toBe(2);
    expect(stderr).toContain("error: required option '--where <condition>' not specified");
  });
});
