import { describe, expect, test } from "vitest";
import { type Coredll, coredll } from "../../src/coredll.ts";
import type { Process } from "../../src/index.ts";
import type { MemoryBasicInformation } from "../../src/structs.ts";
import { createMachine } from "../setup/machine.ts";
import type { Answer, FaceCalls, FaceTable } from "./calls.ts";
import { patienceMilliseconds, runPrograms } from "./programs.ts";

const OUT_OF_MEMORY = 14;
const INVALID_PARAMETER = 87;
const INVALID_ADDRESS = 487;
/** Of kernel32: address space, quota, resources, charge. */
const SHORTAGES = [8, 567, 1450, 1455];

/** The functions that take no process, or those that do. */
type Way = "plain" | "Ex";

function functionsOf(process: Process, way: Way): Coredll {
  const face = coredll(process);
  const { VirtualAllocEx, VirtualFreeEx, VirtualProtectEx, VirtualQueryEx } = face;
  if (way === "plain") return face;
  if (!VirtualAllocEx || !VirtualFreeEx || !VirtualProtectEx || !VirtualQueryEx) {
    throw new Error("the profile has no functions that take a process");
  }
  const { id } = process;
  return {
    ...face,
    VirtualAlloc: (...rest) => VirtualAllocEx(id, ...rest),
    VirtualFree: (...rest) => VirtualFreeEx(0x42, ...rest),
    VirtualProtect: (...rest) => VirtualProtectEx(id, ...rest),
    VirtualQuery: (...rest) => VirtualQueryEx(0x42, ...rest),
  };
}

/** What an older failure has left is not the answer of a call that succeeds. */
const errorOf = (value: Answer["value"], error: number) => (value === 0 ? error : 0);

/** The calls of CE. Errors are counted in `seen`. */
function coredllCalls(process: Process, way: Way, seen: Map<number, number>): FaceCalls {
  const { VirtualAlloc, VirtualFree, VirtualProtect, VirtualQuery, GetLastError } = functionsOf(
    process,
    way,
  );
  const answer = (value: number, outputs: Answer["outputs"] = {}): Answer => {
    const error = errorOf(value, GetLastError());
    seen.set(error, (seen.get(error) ?? 0) + 1);
    return { value, error, outputs };
  };

  return {
    alloc: (base, size, type, protect) => answer(VirtualAlloc(base, size, type, protect)),

    free: (base, size, type) => answer(VirtualFree(base, size, type)),

    protect(base, size, protect) {
      const old = { value: 0 };
      const done = VirtualProtect(base, size, protect, old);
      return answer(done, done === 0 ? {} : { old: old.value });
    },

    query(address) {
      const information: Partial<MemoryBasicInformation> = {};
      return answer(VirtualQuery(address, information), information);
    },
  };
}

const table: FaceTable = {
  answer({ value, error, outputs }, { op }) {
    const isShortage = SHORTAGES.includes(error);
    const isRange = op === "protect" && error === INVALID_ADDRESS;
    const code = isShortage ? OUT_OF_MEMORY : isRange ? INVALID_PARAMETER : error;
    return { value, error: errorOf(value, code), outputs };
  },
};

const makeMachine = (profile: "ce5" | "ce6") => () => createMachine({ profile, commitLimit: 60 });

describe.each([
  ["ce5", "plain"],
  ["ce6", "plain"],
  ["ce6", "Ex"],
] as const)("random programs on %s, %s functions", (profile, way) => {
  test("are answered as by kernel32", { timeout: patienceMilliseconds }, async () => {
    const seen = new Map<number, number>();
    const face = (process: Process) => coredllCalls(process, way, seen);
    const tally = await runPrograms({ makeMachine: makeMachine(profile), face, table });
    expect(tally.query.succeeded).toBeGreaterThan(0);
    for (const op of ["alloc", "free", "protect"] as const) {
      expect(tally[op].succeeded, `${op} succeeds`).toBeGreaterThan(0);
      expect(tally[op].failed, `${op} fails`).toBeGreaterThan(0);
    }
    for (const error of [OUT_OF_MEMORY, INVALID_PARAMETER, INVALID_ADDRESS]) {
      expect(seen.get(error) ?? 0, `error ${error}`).toBeGreaterThan(0);
    }
  });
});

test.each([
  ["the codes of kernel32", { answer: (answer: Answer) => answer }],
  [
    "487 of VirtualProtect",
    {
      answer: (answer: Answer, step) =>
        step.op === "protect"
          ? { ...answer, error: errorOf(answer.value, answer.error) }
          : table.answer(answer, step),
    },
  ],
] satisfies [string, FaceTable][])("%s would be noticed", async (_, wrong) => {
  const face = (process: Process) => coredllCalls(process, "plain", new Map());
  const run = runPrograms({ makeMachine: makeMachine("ce6"), face, table: wrong });
  await expect(run).rejects.toThrow(/expected: .*\nactual: /);
});
