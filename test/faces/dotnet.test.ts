import { expect, test } from "vitest";
import { type DotnetOptions, dotnet, type MemoryBasicInformation } from "../../src/dotnet.ts";
import type { Address, Process, ProfileName } from "../../src/index.ts";
import { createMachine } from "../setup/machine.ts";
import type { Answer, FaceCalls, FaceTable } from "./calls.ts";
import { patienceMilliseconds, runPrograms } from "./programs.ts";

/** The widest 32-bit profile has addresses that are negative as an IntPtr. */
const RUNS: readonly [profile: ProfileName, options: DotnetOptions][] = [
  ["win64", {}],
  ["win64", { clearLastError: false }],
  ["win32", {}],
  ["win32-4g", {}],
];

/** The calls of .NET; booleans count as 1 and 0. */
function dotnetCalls(process: Process, options: DotnetOptions): FaceCalls {
  const { NativeMethods, Marshal } = dotnet(process, options);
  const { VirtualAlloc, VirtualFree, VirtualProtect, VirtualQuery } = NativeMethods;
  const bits = process.machine.pointerBytes * 8;
  const intPtr = (address: Address) => BigInt.asIntN(bits, BigInt(address));
  const answer = (value: number | boolean, outputs: Answer["outputs"]): Answer => {
    return { value: Number(value), error: Marshal.GetLastWin32Error() >>> 0, outputs };
  };

  return {
    alloc(base, size, type, protect) {
      return answer(VirtualAlloc(intPtr(base), size, type | 0, protect | 0), {});
    },

    free: (base, size, type) => answer(VirtualFree(intPtr(base), size, type | 0), {}),

    protect(base, size, protect) {
      const old = { value: 0 };
      const done = VirtualProtect(intPtr(base), size, protect | 0, old);
      return answer(done, done ? { old: old.value } : {});
    },

    query(address) {
      const buffer: Partial<MemoryBasicInformation> = {};
      return answer(VirtualQuery(intPtr(address), buffer), buffer);
    },
  };
}

/** A success leaves no error, if the runtime clears it. */
function tableOf({ clearLastError = true }: DotnetOptions, pointerBits: number): FaceTable {
  const isSigned = (name: string) => name === "AllocationBase" || name === "RegionSize";
  return {
    answer: ({ value, error, outputs }) => ({
      value,
      error: clearLastError && value !== 0 ? 0 : error,
      outputs: Object.fromEntries(
        Object.entries(outputs).map(([name, output]) => [
          name,
          isSigned(name) ? Number(BigInt.asIntN(pointerBits, BigInt(output as Address))) : output,
        ]),
      ),
    }),
  };
}

test.each(RUNS)(
  "%s, %j: random programs are answered as by kernel32",
  {
    timeout: patienceMilliseconds,
  },
  async (profile, options) => {
    const tally = await runPrograms({
      makeMachine: () => createMachine({ profile }),
      face: (process) => dotnetCalls(process, options),
      table: tableOf(options, profile === "win64" ? 64 : 32),
    });
    expect(tally.query.succeeded).toBeGreaterThan(0);
    for (const op of ["alloc", "free", "protect"] as const) {
      expect(tally[op].succeeded, `${op} succeeds`).toBeGreaterThan(0);
      expect(tally[op].failed, `${op} fails`).toBeGreaterThan(0);
    }
  },
);
