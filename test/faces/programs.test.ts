import { describe, expect, test } from "vitest";
import { kernel32 } from "../../src/kernel32.ts";
import { createMachine } from "../setup/machine.ts";
import { type Answer, type FaceCalls, type FaceTable, kernel32Calls } from "./calls.ts";
import { type FaceRun, patienceMilliseconds, runPrograms, type Tally } from "./programs.ts";

const SAME: FaceTable = { answer: (answer) => answer };
const PAGE = 0x1000;
const PAGE_GUARD = 0x100;
const MEM_COMMIT = 0x1000;
const MEM_RESET = 0x80000;
const REFUSED: Answer = { value: 0, error: 87, outputs: {} };

const makeMachine = () => createMachine({ profile: "win64" });

function sane(changes: Partial<FaceRun>): FaceRun {
  return { makeMachine, face: kernel32Calls, table: SAME, ...changes };
}

/** The calls of kernel32, with one that is wrong. */
function broken(change: (right: FaceCalls) => Partial<FaceCalls>): Partial<FaceRun> {
  return {
    face: (process) => {
      const right = kernel32Calls(process);
      return { ...right, ...change(right) };
    },
  };
}

describe.each(["win64", "win32", "win32-4g"] as const)("on %s", (profile) => {
  const run = sane({ makeMachine: () => createMachine({ profile }) });

  test("kernel32 answers as kernel32 does, and every kind of call succeeds and fails", {
    timeout: patienceMilliseconds,
  }, async () => {
    const tally = await runPrograms(run);
    for (const [op, { succeeded, failed, alone }] of Object.entries(tally)) {
      const all = succeeded + failed;
      expect(succeeded / all, `${op} succeeds`).toBeGreaterThan(0.3);
      expect(failed, `${op} fails`).toBeGreaterThan(0);
      expect(alone, op).toBe(0);
    }
    expect(stepsOf(tally)).toBe(Number(process.env.STEPS ?? 2_000));
  });
});

function stepsOf(tally: Tally): number {
  return Object.values(tally).reduce((sum, { succeeded, failed, alone }) => {
    return sum + succeeded + failed + alone;
  }, 0);
}

test("a table may ask kernel32 for something else, or answer by itself", async () => {
  const withoutGuard = (protect: number) => protect & ~PAGE_GUARD;
  const tally = await runPrograms(
    sane({
      ...broken((right) => ({
        alloc: (base, size, type, protect) => {
          if (type !== MEM_RESET) return right.alloc(base, size, type, withoutGuard(protect));
          return right.alloc(1, PAGE, MEM_RESET, protect);
        },
        protect: (base, size, protect) => right.protect(base, size, withoutGuard(protect)),
      })),
      table: {
        ...SAME,
        call: (step) => {
          if (step.op === "alloc" && step.type === MEM_RESET) return REFUSED;
          return "protect" in step ? { ...step, protect: withoutGuard(step.protect) } : step;
        },
      },
    }),
  );
  expect(tally.alloc.alone).toBeGreaterThan(0);
});

test("a face without GetWriteWatch is not asked for it", async () => {
  const face: FaceRun["face"] = (process) => {
    const { getWriteWatch: _, ...rest } = kernel32Calls(process);
    return rest;
  };
  const tally = await runPrograms(sane({ face }));
  expect(tally.getWriteWatch).toEqual({ succeeded: 0, failed: 0, alone: 0 });
});

const mistakes: Record<string, Partial<FaceRun>> = {
  "the table has another error for one code": {
    table: { answer: (answer) => (answer.error === 487 ? { ...answer, error: 87 } : answer) },
  },
  "the table clears the error on success": {
    table: { answer: (answer) => (answer.value === 0 ? answer : { ...answer, error: 0 }) },
  },
  "the table leaves an output out": {
    table: {
      answer: (answer, { op }) => (op === "protect" ? { ...answer, outputs: {} } : answer),
    },
  },
  "the table asks for another protection": {
    table: { ...SAME, call: (step) => (step.op === "protect" ? { ...step, protect: 4 } : step) },
  },
  "the face returns the address that it was given": broken((right) => ({
    alloc: (base, size, type, protect) => {
      const answer = right.alloc(base, size, type, protect);
      return answer.value === 0 || base === 0 ? answer : { ...answer, value: base };
    },
  })),
  "the face drops GUARD": broken((right) => ({
    protect: (base, size, protect) => right.protect(base, size, protect & ~PAGE_GUARD),
  })),
  "the face knows no addresses above 4 GB": broken((right) => ({
    query: (address) => right.query(Number(address) >>> 0),
  })),
  "the face does not pass the flags of GetWriteWatch on": broken((right) => ({
    getWriteWatch: (_flags, base, size, capacity) => {
      return right.getWriteWatch?.(0, base, size, capacity) ?? REFUSED;
    },
  })),
  "the face says that everything was freed": broken((right) => ({
    free: (base, size, type) => ({ ...right.free(base, size, type), value: 1 }),
  })),
  "the face throws for what it does not know": broken((right) => ({
    alloc: (base, size, type, protect) => {
      if (type === MEM_RESET) throw new RangeError("MEM_RESET");
      return right.alloc(base, size, type, protect);
    },
  })),
  "the machines are not equal": {
    makeMachine: (() => {
      let made = 0;
      return () => createMachine({ commitLimit: made++ % 2 === 0 ? 60 : 40 });
    })(),
  },
};

describe("a wrong face or table is noticed:", () => {
  test.each(Object.entries(mistakes))("%s", async (_, mistake) => {
    await expect(runPrograms(sane(mistake))).rejects.toThrow(/expected: .*\nactual: /);
  });

  test("by the memory alone, where every answer is right", async () => {
    const face: FaceRun["face"] = (process) => {
      const right = kernel32Calls(process);
      const { VirtualAlloc } = kernel32(process);
      return {
        ...right,
        alloc: (base, size, type, protect) => {
          const answer = right.alloc(base, size, type, protect);
          const { lastError } = process.currentThread;
          if (answer.value !== 0) VirtualAlloc(answer.value, PAGE, MEM_COMMIT, protect);
          process.currentThread.lastError = lastError;
          return answer;
        },
      };
    };
    await expect(runPrograms(sane({ face }))).rejects.toThrow(/ memory\n/);
  });
});

test("a difference is told with the smallest program, and how to run it again", async () => {
  const run = sane({
    table: { answer: (answer) => (answer.error === 487 ? { ...answer, error: 87 } : answer) },
  });
  const error: unknown = await runPrograms(run).catch((thrown: unknown) => thrown);
  const lines = (error as Error).message.split("\n");
  expect(lines[0]).toMatch(/^seed \d+, step \d+; alone in the smallest program, step 1: /);
  expect(lines[1]).toBe("expected: value 0, error 87");
  expect(lines[2]).toBe("actual:   value 0, error 487");
  expect(lines[3]).toMatch(
    /^again: {4}SEED=\d+ STEPS=\d+ npx vitest run --project \w+ test\/faces\/programs\.test\.ts$/,
  );
  expect(lines.slice(4).map((line) => JSON.parse(line))).toEqual([
    {},
    { op: expect.any(String), base: expect.anything(), size: expect.anything(), ...ANYTHING },
  ]);
});

const ANYTHING = { type: expect.anything(), protect: expect.anything() };
