import type { CoreExports } from "../../src/wasm/exports.ts";

/** Where hostile numbers come from. */
export interface HostileNumbers {
  one<T>(list: readonly T[]): T;
  random(below: number): number;
  space(): number;
  address(): number;
  size(): number;
  pointer(): number;
  type(): number;
  protection(): number;
}

const PAGE = 0x1000;
const LARGE = 0x200000;
const LARGE_TYPE = 0x20003000;

/** Calls about working sets, large pages and nodes. */
export function workingSetCalls(
  core: CoreExports,
  c: number,
  { one, random, space, address, size, pointer, type, protection }: HostileNumbers,
): Record<string, () => unknown> {
  const bytes = () => one([0, 8, 16, 100, 0x100, PAGE, 0x40000, -1, size()]);
  const limit = () => one([0, 1, 13 * PAGE, 20 * PAGE, 30 * PAGE, -1, -1, size()]);
  return {
    allocateLarge: () =>
      core.allocateF64(
        c,
        space(),
        -1,
        one([0, 0, LARGE, 3 * LARGE, address()]),
        0,
        -1,
        one([LARGE, 2 * LARGE, 1024 * LARGE, size()]),
        one([LARGE_TYPE, LARGE_TYPE, LARGE_TYPE | 0x100000]),
        one([4, 2, 0x40, protection()]),
      ),
    freeLarge: () =>
      core.freeF64(c, space(), -1, one([LARGE, 3 * LARGE, address()]), -1, 0, 0x8000),
    allocateNuma: () =>
      core.allocateNumaF64(
        c,
        space(),
        one([0, address()]),
        one([PAGE, 0x50000, size()]),
        type(),
        protection(),
        one([0, 1, 63, 64, -1]),
      ),
    machineNuma: () => core.machineNuma(one([0, 1, 4, 64, 65, -1])),
    workingSetQuery: () =>
      core.workingSetQueryF64(c, space(), pointer(), bytes(), one([0, 0, 5, address(), -1])),
    workingSetQueryEx: () => core.workingSetQueryExF64(c, space(), pointer(), bytes()),
    workingSetEmpty: () => core.workingSetEmpty(c, space()),
    workingSetGetLimits: () =>
      core.workingSetGetLimitsF64(c, space(), pointer(), pointer(), pointer()),
    workingSetSetLimits: () =>
      core.workingSetSetLimitsF64(c, space(), limit(), limit(), one([0, 8, 10, random(16), -1])),
    // Mostly off: nothing is granted to a space with a hard maximum.
    hardMaximum: () => core.workingSetSetLimitsF64(c, space(), PAGE, 20 * PAGE, one([4, 8, 8, 8])),
    memoryCounters: () => core.memoryCounters(c, space()),
  };
}
