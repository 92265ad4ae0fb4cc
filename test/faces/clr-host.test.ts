import { describe, expect, test } from "vitest";
import {
  clrHost,
  E_INVALIDARG,
  E_OUTOFMEMORY,
  eTaskCritical,
  HOST_E_INVALIDOPERATION,
  type HostPolicy,
  S_OK,
} from "../../src/clr-host.ts";
import type { MemoryBasicInformation, Process } from "../../src/index.ts";
import { createMachine } from "../setup/machine.ts";
import type { Answer, CallStep, FaceCalls, FaceTable } from "./calls.ts";
import { patienceMilliseconds, runPrograms } from "./programs.ts";
import { runsOf } from "./shown.ts";

const MEM_FREE = 0x10000;
const BEFORE = 0x5eed;

/** The HRESULT is what was returned; the manager tells of no last error. */
const answerOf = (value: number, outputs: Answer["outputs"] = {}): Answer => {
  return { value, error: 0, outputs };
};

/**
 * One column each for strict and detailed: what kernel32 says by its last error, and what the
 * manager answers to VirtualAlloc.
 */
const ALLOCATE: Record<number, { strict: number; detailed: number }> = {
  8: { strict: E_OUTOFMEMORY, detailed: E_OUTOFMEMORY },
  87: { strict: E_OUTOFMEMORY, detailed: E_INVALIDARG },
  487: { strict: E_OUTOFMEMORY, detailed: E_OUTOFMEMORY },
  1314: { strict: E_OUTOFMEMORY, detailed: 0x80070522 },
  1455: { strict: E_OUTOFMEMORY, detailed: E_OUTOFMEMORY },
};

/** VirtualFree in memory of the host. */
const FREE: Record<number, { strict: number; detailed: number }> = {
  87: { strict: HOST_E_INVALIDOPERATION, detailed: E_INVALIDARG },
  487: { strict: HOST_E_INVALIDOPERATION, detailed: 0x800701e7 },
};

/** VirtualProtect, strict and detailed. */
const PROTECT: Record<number, number> = { 87: E_INVALIDARG, 487: 0x800701e7 };

type Hresults = "strict" | "detailed";

/** Calls and table of one way of answering; every program begins with a new process. */
function faceOf(hresults: Hresults, policy: HostPolicy = {}) {
  let process: Process;
  /** What was there before the host made anything. */
  let residents: readonly number[];

  /** Whether an address lies in a region that the host has made. */
  function isOfHost(address: number): boolean {
    const run = runsOf(process).find(({ BaseAddress, RegionSize }) => {
      return BaseAddress <= address && address < BaseAddress + RegionSize;
    });
    return run !== undefined && run.State !== MEM_FREE && !residents.includes(run.AllocationBase);
  }

  const face = (own: Process): FaceCalls => {
    process = own;
    residents = runsOf(own).map(({ AllocationBase }) => AllocationBase);
    const { manager, start } = clrHost(own, { hresults, policy });
    start();
    return {
      alloc(base, size, type, protect) {
        const memory = { value: BEFORE };
        const done = manager.VirtualAlloc(base, size, type, protect, eTaskCritical, memory);
        return answerOf(done, { memory: memory.value });
      },
      free: (base, size, type) => answerOf(manager.VirtualFree(base, size, type)),
      protect(base, size, protect) {
        const old = { value: BEFORE };
        return answerOf(manager.VirtualProtect(base, size, protect, old), { old: old.value });
      },
      query(address) {
        const information: Partial<MemoryBasicInformation> = {};
        const result = { value: BEFORE };
        const bytes = own.machine.pointerBytes === 8 ? 48 : 28;
        const done = manager.VirtualQuery(address, information, bytes, result);
        return answerOf(done, { ...information, result: result.value });
      },
    };
  };

  const table: FaceTable = {
    call(step: CallStep) {
      const isRefused = step.op === "free" && !isOfHost(step.base);
      return isRefused ? answerOf(HOST_E_INVALIDOPERATION) : step;
    },

    answer({ value, error, outputs }, { op }) {
      const isDone = value !== 0;
      switch (op) {
        case "alloc":
          if (isDone) return answerOf(S_OK, { memory: value });
          return answerOf(ALLOCATE[error]?.[hresults] ?? -1, { memory: 0 });
        case "free":
          return answerOf(isDone ? S_OK : (FREE[error]?.[hresults] ?? -1));
        case "protect":
          if (isDone) return answerOf(S_OK, outputs);
          return answerOf(PROTECT[error] ?? -1, { old: BEFORE });
        default:
          return answerOf(S_OK, { ...outputs, result: value });
      }
    },
  };

  return { face, table };
}

describe.each(["strict", "detailed"] as const)("%s", (hresults) => {
  test.each(["win64", "win32"] as const)(
    "answers as the table says, %s",
    {
      timeout: patienceMilliseconds,
    },
    async (profile) => {
      const makeMachine = () => createMachine({ profile, commitLimit: 200 });
      const tally = await runPrograms({ makeMachine, ...faceOf(hresults) });
      expect(tally.alloc.succeeded).toBeGreaterThan(100);
      expect(tally.alloc.failed).toBeGreaterThan(100);
      expect(tally.free.succeeded).toBeGreaterThan(30);
      expect(tally.free.failed).toBeGreaterThan(30);
      expect(tally.free.alone).toBeGreaterThan(0);
      expect(tally.protect.failed).toBeGreaterThan(30);
    },
  );

  test("a policy that lets everything go on changes nothing", async () => {
    const ask = () => S_OK;
    const reclaim = () => {};
    const makeMachine = () => createMachine({ commitLimit: 200 });
    await runPrograms({ makeMachine, ...faceOf(hresults, { ask, reclaim }), steps: 500 });
  });
});

test("the two differ", async () => {
  const { face } = faceOf("strict");
  const { table } = faceOf("detailed");
  const run = { makeMachine: () => createMachine(), face, table: { answer: table.answer } };
  await expect(runPrograms(run)).rejects.toThrow(/expected: value 80070057/);
});
