import { beforeEach, describe, expect, test } from "vitest";
import {
  CODE_WRITES,
  OUTCOME_CODE_WRITTEN,
  STATUS_CODE_WRITTEN,
} from "../../src/wasm/code-exports.ts";
import { Access, CONTEXT, MachineCounter, Profile, SpaceKind } from "../../src/wasm/exports.ts";
import { bareCore } from "../setup/machine.ts";

const PAGE = 0x1000;
const BASE = 0x400000;
const PAGES = 4;
const COMMIT = 0x3000;
const READWRITE = 4;
const READONLY = 2;
const GUARDED = 0x104;
const DECOMMIT = 0x4000;
const NOWHERE = -1;
const { Write } = Access;
const CONFLICTING_ADDRESSES = 0xc0000018 | 0;

/** A core without a host, where somebody else drives generated code. */
describe("the calls for generated code", () => {
  let core: ReturnType<typeof bareCore>;
  let context: number;
  let space: number;

  beforeEach(() => {
    core = bareCore();
    core.machineCreateF64(Profile.win64, 7, 0, 1000, 1000, 0, 0);
    context = core.contextCreate();
    space = core.spaceCreate(SpaceKind.Translated, 50, 345);
    core.contextEnter(context, space);
    const size = PAGES * PAGE;
    core.allocateF64(context, space, NOWHERE, BASE, 0, NOWHERE, size, COMMIT, READWRITE);
  });

  const word = (offset: number) =>
    new DataView(core.memory.buffer).getUint32(context + offset, true);
  const ask = (page: number, sizeBytes = 4) => {
    return core.askF64(context, BASE + page * PAGE, sizeBytes, Write);
  };
  const mark = (page: number, pages = 1) => {
    return core.codeMarkF64(context, BASE + page * PAGE, pages * PAGE);
  };
  const protect = (page: number, protection: number) => {
    const address = BASE + page * PAGE;
    core.protectF64(context, space, NOWHERE, address, NOWHERE, PAGE, protection, NOWHERE);
  };
  const next = (page = 0, end = PAGES) => {
    return (core.codeNextF64(space, BASE + page * PAGE, BASE + end * PAGE) - BASE) / PAGE;
  };
  const writes = () => core.machineCounterF64(MachineCounter.CodeWrites);

  test("a write ends with outcome 6 once, and leaves a record; then it goes through", () => {
    core.storeU32F64(context, BASE + 8, 1);
    expect(mark(0)).toBe(0);
    core.storeU32F64(context, BASE + 8, 2);
    expect(word(CONTEXT.outcome)).toBe(OUTCOME_CODE_WRITTEN);
    expect(word(CONTEXT.exceptionCode)).toBe(STATUS_CODE_WRITTEN);
    expect([word(CONTEXT.exceptionAccess), word(CONTEXT.exceptionAddress)]).toEqual([1, BASE + 8]);
    expect(core.loadU32F64(context, BASE + 8)).toBe(1);
    core.outcomeClear(context);
    core.storeU32F64(context, BASE + 8, 2);
    expect([word(CONTEXT.outcome), core.loadU32F64(context, BASE + 8), writes()]).toEqual([
      0, 2, 0,
    ]);
    expect(core.verifySpace(context, space)).toBe(0);
  });

  test("reads go on at once, and a store over two marked pages stops at each", () => {
    mark(0, 2);
    expect(core.askF64(context, BASE, 4, Access.Read)).toBe(0);
    const address = BASE + PAGE - 2;
    const addresses = [0, 1, 2].map(() => {
      const outcome = core.askF64(context, address, 4, Write);
      return outcome === 0 ? 0 : word(CONTEXT.exceptionAddress);
    });
    expect(addresses).toEqual([address, BASE + PAGE, 0]);
  });

  test("what Windows has to say comes first, and leaves the mark", () => {
    mark(0, 3);
    protect(0, READONLY);
    protect(1, GUARDED);
    expect([ask(0), ask(1), ask(1), ask(1)]).toEqual([1, 2, OUTCOME_CODE_WRITTEN, 0]);
    // The second page is not to be written: the first keeps its mark.
    protect(3, READONLY);
    expect(core.askF64(context, BASE + 3 * PAGE - 2, 4, Write)).toBe(1);
    expect([next(0), next(1), next(3)]).toEqual([0, 2, 4]);
  });

  test("an operation of any length stops with what is below done", () => {
    mark(2);
    expect(core.fillF64(context, BASE + 5, 7, 3 * PAGE)).toBe(OUTCOME_CODE_WRITTEN);
    expect(word(CONTEXT.results)).toBe(2 * PAGE - 5);
    const around = [-1, 0].map((offset) => core.loadU8F64(context, BASE + 2 * PAGE + offset));
    expect(around).toEqual([7, 0]);
  });

  test("marking is refused as a whole, and then nothing is marked", () => {
    expect(mark(3, 2)).toBe(CONFLICTING_ADDRESSES);
    expect(core.codeMarkF64(context, BASE, NOWHERE)).toBe(CONFLICTING_ADDRESSES);
    expect([next(), mark(0, 0), next()]).toEqual([PAGES, 0, PAGES]);
    const records = core.machineCounterF64(MachineCounter.Records);
    mark(0, PAGES);
    expect(next(1)).toBe(1);
    core.codeForgetF64(context, 0, NOWHERE);
    expect([next(), ask(0)]).toEqual([PAGES, 0]);
    expect(core.machineCounterF64(MachineCounter.Records)).toBeGreaterThanOrEqual(records);
    expect(core.verifySpace(context, space)).toBe(0);
  });

  test("what goes without an outcome is counted, where the host looks too", () => {
    mark(0, 3);
    core.freeF64(context, space, NOWHERE, BASE, NOWHERE, 2 * PAGE, DECOMMIT);
    expect([next(), writes()]).toEqual([2, 2]);
    core.spaceTerminate(space);
    expect(writes()).toBe(3);
    expect(new DataView(core.memory.buffer).getUint32(CODE_WRITES, true)).toBe(3);
    expect(core.codeNextF64(space, BASE, BASE + PAGE)).toBe(BASE + PAGE);
  });

  test("marks count no faults of their own", () => {
    const faults = () => {
      core.memoryCounters(context, space);
      return word(CONTEXT.results);
    };
    const before = faults();
    mark(0, 2);
    ask(0);
    expect(faults()).toBe(before);
    ask(0);
    expect(faults()).toBe(before + 1);
  });

  test("code is to leave once for each stop", () => {
    expect(core.contextPoll(context)).toBe(0);
    core.contextStop(context);
    expect([word(0x30), core.contextPoll(context), core.contextPoll(context)]).toEqual([1, 1, 0]);
  });
});
