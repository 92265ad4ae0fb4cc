import { expect, it } from "vitest";
import { differenceLines } from "../../src/cli/report.ts";
import { ModelSubject } from "../../src/replay/model-subject.ts";
import { parseTrace } from "../../src/replay/parse.ts";
import { replay } from "../../src/replay/replay.ts";
import type { Answer, MemoryInformation, Trace } from "../../src/replay/trace.ts";
import { HEADER } from "./guardpage.ts";

const ALLOC = {
  call: "VirtualAlloc",
  args: ["0x0", "0x2000", "0x103000", "0x4"],
  return: "0x10000",
};

function traceOf(...rows: readonly object[]): Trace {
  const lines = [HEADER, ...rows].map((row) => JSON.stringify(row));
  return parseTrace(lines.join("\n"), "some.jsonl");
}

it("memory that is not as the model has it is reported by its first run that differs", () => {
  class OneMore extends ModelSubject {
    override query(address: number): MemoryInformation | null {
      const information = super.query(address);
      return information?.BaseAddress === 0x10000
        ? { ...information, RegionSize: 0x3000 }
        : information;
    }
  }
  const trace = traceOf(ALLOC);
  const result = replay(trace, new OneMore("win32"), { reference: new ModelSubject("win32") });
  const { file } = trace;
  const report = { file, profile: "win32", space: "windowed", result, milliseconds: 0 } as const;
  const fields = (size: string): string =>
    `BaseAddress 0x10000, AllocationBase 0x10000, AllocationProtect 0x4, RegionSize ${size}, ` +
    "State 0x1000, Protect 0x4, Type 0x20000";
  expect(differenceLines(report)).toEqual([
    "some.jsonl:2: VirtualAlloc(0x0, 0x2000, 0x103000, 0x4) as " +
      "VirtualAlloc(0x10000, 0x2000, 0x3000, 0x4)",
    `  expected  return as recorded, and then VirtualQuery(0x10000) ${fields("0x2000")}`,
    `  actual    return as recorded, but VirtualQuery(0x10000) ${fields("0x3000")}`,
  ]);
});

it("a row that drops out is noticed", () => {
  const trace = traceOf(ALLOC);
  expect(() => replay({ ...trace, answers: 2 }, new ModelSubject("win32"))).toThrow(
    "some.jsonl has 2 rows with an answer, but 1 passed and 0 failed",
  );
});

it("a subject that breaks does not count as an answer: the row is named", () => {
  class Broken extends ModelSubject {
    override answer(): Answer {
      throw new WebAssembly.RuntimeError("unreachable");
    }
  }
  expect(() => replay(traceOf(ALLOC), new Broken("win32"))).toThrow(
    "some.jsonl:2: this row could not be replayed",
  );
});

it("a region that was there before is the profile's own where it equals it", () => {
  const resident = {
    BaseAddress: "0x7ffe0000",
    AllocationBase: "0x7ffe0000",
    AllocationProtect: "0x2",
    RegionSize: "0x1000",
    State: "0x1000",
    Protect: "0x2",
    Type: "0x20000",
  };
  const subject = new ModelSubject("win32");
  expect(replay(traceOf({ initial: resident }, ALLOC), subject).passed).toBe(1);
  const other = { ...resident, Protect: "0x4" };
  expect(() => replay(traceOf({ initial: other }, ALLOC), subject)).toThrow(
    "some.jsonl:2: initial region 0x7ffe0000: ",
  );
});
