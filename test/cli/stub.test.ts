import { expect, it } from "vitest";
import { readTrace } from "../../src/cli/read-trace.ts";
import { MEM_COMMIT, MEM_PRIVATE, MEM_RESERVE, PAGE_READWRITE } from "../../src/constants.ts";
import { ModelSubject } from "../../src/replay/model-subject.ts";
import { hex } from "../../src/replay/numbers.ts";
import { replay } from "../../src/replay/replay.ts";
import type { ReplaySubject } from "../../src/replay/subject.ts";
import {
  type Answer,
  MEMORY_INFORMATION_FIELDS,
  type MemoryInformation,
  type TraceCall,
} from "../../src/replay/trace.ts";
import { recorded } from "./guardpage.ts";

/**
 * Has no memory at all: every VirtualAlloc gives the address that was asked, and every other call
 * succeeds.
 */
class EchoStub implements ReplaySubject {
  newProcess(): void {}

  adopt(): void {}

  answer(call: TraceCall): Answer {
    return call.name === "VirtualAlloc" ? { return: hex(call.args[0]) } : { return: 1 };
  }

  query(address: number): MemoryInformation {
    const page = address - (address % 0x1000);
    return {
      BaseAddress: page,
      AllocationBase: page,
      AllocationProtect: PAGE_READWRITE,
      RegionSize: 0x1000,
      State: MEM_COMMIT,
      Protect: PAGE_READWRITE,
      Type: MEM_PRIVATE,
    };
  }
}

const TRACE = await readTrace(recorded("esbuild-ia32-minify"));

/** How a replay of the 6,933 calls ends, with and without a model beside it. */
function replayed(create: () => ReplaySubject): { answers: number[]; runs: number[] } {
  const answers = replay(TRACE, create());
  const runs = replay(TRACE, create(), { reference: new ModelSubject("win32") });
  return { answers: [answers.passed, answers.failed], runs: [runs.passed, runs.failed] };
}

it("a stub that echoes the asked address passes by answers, fails every row by memory", () => {
  expect(replayed(() => new EchoStub())).toEqual({ answers: [6_931, 2], runs: [0, 6_933] });
});

it("the model itself passes", () => {
  const right = [6_933, 0];
  expect(replayed(() => new ModelSubject("win32"))).toEqual({ answers: right, runs: right });
});

it.each(MEMORY_INFORMATION_FIELDS)("a wrong %s fails every row", (field) => {
  class Bent extends ModelSubject {
    /**
     * While initial rows are adopted it is right, or the page at 0x7ffe0000 would not be known
     * again.
     */
    #bent = false;

    override answer(call: TraceCall): Answer {
      this.#bent = true;
      return super.answer(call);
    }

    override query(address: number): MemoryInformation | null {
      const information = super.query(address);
      return information && this.#bent
        ? { ...information, [field]: information[field] + 1 }
        : information;
    }
  }
  const { answers, runs } = replayed(() => new Bent("win32"));
  // One row of the trace is a query.
  expect(answers).toEqual([6_932, 1]);
  expect(runs).toEqual([0, 6_933]);
});

it("a page committed too many fails, though every answer is right", () => {
  class Generous extends ModelSubject {
    override answer(call: TraceCall): Answer {
      if (call.name !== "VirtualAlloc" || (call.args[2] & MEM_RESERVE) !== 0) {
        return super.answer(call);
      }
      const [address, size, type, protect] = call.args;
      const more = super.answer({ ...call, args: [address, Number(size) + 0x1000, type, protect] });
      return more.lastError === undefined ? more : super.answer(call);
    }
  }
  const { answers, runs } = replayed(() => new Generous("win32"));
  expect(answers).toEqual([6_933, 0]);
  expect(runs[1]).toBeGreaterThan(1_000);
});

it("a release that releases nothing fails on its row", () => {
  class Keeping extends ModelSubject {
    override answer(call: TraceCall): Answer {
      return call.name === "VirtualFree" ? { return: 1 } : super.answer(call);
    }
  }
  const { differences } = replay(TRACE, new Keeping("win32"), {
    reference: new ModelSubject("win32"),
  });
  expect(differences[0]).toMatchObject({
    call: "VirtualFree(0x42c70000, 0x0, 0x8000)",
    expected: { runs: expect.any(Array) },
    actual: { runs: expect.any(Array) },
  });
});
