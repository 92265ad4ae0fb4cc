import { describe, expect, test } from "vitest";
import type { Address, MachineOptions, Process } from "../../src/index.ts";
import { type MEMORY_BASIC_INFORMATION, vb } from "../../src/vb.ts";
import { createMachine } from "../setup/machine.ts";
import type { Answer, FaceCalls, FaceTable } from "./calls.ts";
import { patienceMilliseconds, runPrograms } from "./programs.ts";

const MEM_COMMIT = 0x1000;
const STRUCTURE_BYTES = 28;
/** What Visual Basic calls a field that has a word of the language for its name. */
const FIELDS: Readonly<Record<string, string>> = { Type: "lType" };

const long = (value: Address) => Number(BigInt.asIntN(32, BigInt(value)));

/** The calls of Visual Basic: every number a Long. */
function vbCalls(process: Process): FaceCalls {
  const { VirtualAlloc, VirtualFree, VirtualProtect, VirtualQuery, GetWriteWatch, Err } =
    vb(process);
  const answer = (value: number, outputs: Answer["outputs"]): Answer => {
    return { value, error: Err.LastDllError, outputs };
  };

  return {
    alloc: (base, size, type, protect) =>
      answer(VirtualAlloc(long(base), long(size), long(type), long(protect)), {}),

    free: (base, size, type) => answer(VirtualFree(long(base), long(size), long(type)), {}),

    protect(base, size, protect) {
      const old = { value: 0 };
      const done = VirtualProtect(long(base), long(size), long(protect), old);
      return answer(done, done === 0 ? {} : { old: old.value });
    },

    query(address) {
      const run: Partial<MEMORY_BASIC_INFORMATION> = {};
      return answer(VirtualQuery(long(address), run, STRUCTURE_BYTES), run);
    },

    getWriteWatch(flags, base, size, capacity) {
      const addresses: { value: number[] } = { value: [] };
      const [count, granularity] = [{ value: capacity }, { value: 0 }];
      const failure = GetWriteWatch(flags, long(base), long(size), addresses, count, granularity);
      if (failure !== 0) return answer(failure, {});
      const outputs = { addresses: addresses.value, count: count.value };
      return answer(failure, { ...outputs, granularity: granularity.value });
    },
  };
}

/** Every number of kernel32 as the Long with the same bits; Type is lType. */
const table: FaceTable = {
  answer: ({ value, error, outputs }) => ({
    value: long(value),
    error: long(error),
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, output]) => [
        FIELDS[name] ?? name,
        typeof output === "object" ? output.map(long) : long(output),
      ]),
    ),
  }),
};

const SYSTEMS: readonly MachineOptions[] = [
  { profile: "win32" },
  { profile: "win32-3g" },
  { profile: "win9x" },
  { profile: "win9x", windows95: true },
];

describe.each(SYSTEMS)("random programs on %j", (system) => {
  const makeMachine = () => createMachine(system);

  test("are answered as by kernel32", { timeout: patienceMilliseconds }, async () => {
    const tally = await runPrograms({ makeMachine, face: vbCalls, table });
    expect(tally.query.succeeded).toBeGreaterThan(0);
    for (const op of ["alloc", "free", "protect"] as const) {
      expect(tally[op].succeeded, `${op} succeeds`).toBeGreaterThan(0);
      expect(tally[op].failed, `${op} fails`).toBeGreaterThan(0);
    }
    const isWatched = system.windows95 !== true;
    expect(tally.getWriteWatch.succeeded > 0, "GetWriteWatch succeeds").toBe(isWatched);
  });
});

const mistakes: Record<string, Partial<FaceTable>> = {
  "addresses without a sign": { answer: (answer) => answer },
  "NT for a commit that reserves": {
    call: (step) =>
      step.op === "alloc" && step.type === MEM_COMMIT
        ? { value: 0, error: 487, outputs: {} }
        : step,
  },
};

test.each(Object.entries(mistakes))("%s would be noticed", async (_, mistake) => {
  const makeMachine = () => createMachine({ profile: "win9x" });
  const run = runPrograms({ makeMachine, face: vbCalls, table: { ...table, ...mistake } });
  await expect(run).rejects.toThrow(/expected: .*\nactual: /);
});
