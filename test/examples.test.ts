import { expect, test } from "vitest";
import { commitOnFault } from "../demo/examples/commit-on-fault.ts";
import { execute, type Instruction, jit } from "../demo/examples/jit.ts";
import {
  MEM_COMMIT,
  MEM_RESERVE,
  PAGE_EXECUTE_READWRITE,
  PAGE_NOACCESS,
  PAGE_READWRITE,
} from "../src/constants.ts";
import { PageFault, type Process } from "../src/index.ts";
import { kernel32 } from "../src/kernel32.ts";
import { createMachine } from "./setup/machine.ts";

test("commit-on-fault: the handler is called once for each page that is touched", async () => {
  expect(await commitOnFault(256)).toEqual({
    exceptions: 80,
    committedBytes: 80 * 4096,
    sum: 80 * 16 * 97,
  });
  expect(await commitOnFault(8192)).toEqual({
    exceptions: 40,
    committedBytes: 40 * 4096,
    sum: 40 * 97,
  });
});

test("jit: 4,096 words are summed, and four pages to write are asked for", async () => {
  expect(await jit()).toEqual({ sum: (0x1000 * 0xfff) / 2, left: 4 });
});

/** The same program, one byte at a time. */
function interpret(guest: Process, code: number, run: Parameters<typeof execute>[2]): number {
  const { memory } = guest;
  let { source, target, rounds } = run;
  for (let at = code, sum = 0; ; ) {
    const instruction = memory.getUint8(at);
    if (instruction === 1) {
      sum = (sum + memory.getUint32(source)) >>> 0;
      source += 4;
    } else if (instruction === 2) {
      memory.setUint32(target, sum);
      target += 4;
    } else {
      rounds -= 1;
      if (rounds === 0) return sum;
    }
    at = instruction === 1 || instruction === 2 ? at + 1 : code;
  }
}

test.each(["windowed", "translated"] as const)(
  "jit: a program that changes itself does what it says by then, %s",
  async (space) => {
    const runs = await Promise.all(
      [execute, interpret].map(async (way) => {
        const guest = (await createMachine({ profile: "win32" })).createProcess({ space });
        const { VirtualAlloc } = kernel32(guest);
        const type = MEM_RESERVE | MEM_COMMIT;
        const code = VirtualAlloc(0, 0x1000, type, PAGE_EXECUTE_READWRITE);
        const source = VirtualAlloc(0, 0x10000, type, PAGE_READWRITE);
        // "add, store" becomes "add, add, store" in its first round: the sum is its own code.
        guest.memory.write(code, new Uint8Array([1, 2]));
        guest.memory.setUint32(source, 0x00020101);
        for (let at = 1; at < 0x400; at++) guest.memory.setUint32(source + at * 4, at);
        const outcome = way(guest, code, { source, target: code, rounds: 0x100 });
        const sum = typeof outcome === "number" ? outcome : outcome.sum;
        return { sum, bytes: guest.debugView.read(code, 0x1000).bytes };
      }),
    );
    expect(runs[0]).toEqual(runs[1]);
    expect(runs[0]?.bytes.subarray(0, 4)).toEqual(new Uint8Array([1, 1, 2, 0]));
  },
);

test.each(["windowed", "translated"] as const)(
  "jit: an access that faults is the guest's, %s",
  async (space) => {
    const guest = (await createMachine({ profile: "win32" })).createProcess({ space });
    const { VirtualAlloc, VirtualProtect, AddVectoredExceptionHandler } = kernel32(guest);
    const source = VirtualAlloc(0, 0x10000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    const program: Instruction[] = ["add", "add", "store"];
    const run = { source: source + 2, target: source + 0x8001, rounds: 0xc00 };
    VirtualProtect(source + 0x9000, 1, PAGE_NOACCESS, { value: 0 });
    expect(() => execute(guest, program, run)).toThrow(PageFault);
    let faults = 0;
    AddVectoredExceptionHandler(1, ({ ExceptionRecord }) => {
      faults += 1;
      VirtualProtect(Number(ExceptionRecord.ExceptionInformation[1]), 1, PAGE_READWRITE, {
        value: 0,
      });
      return -1;
    });
    for (let at = 0; at < 0x1800; at++) guest.memory.setUint32(run.source + at * 4, at);
    execute(guest, program, run);
    expect(faults).toBe(1);
    for (let round = 0, sum = 0; round < run.rounds; round++) {
      sum += 4 * round + 1;
      expect(guest.memory.getUint32(run.target + round * 4)).toBe(sum);
    }
  },
);
