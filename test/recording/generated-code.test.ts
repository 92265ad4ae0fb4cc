import { describe, expect, test } from "vitest";
import { execute, type Instruction } from "../../demo/examples/jit.ts";
import { MEM_COMMIT, MEM_RESERVE, PAGE_READONLY, PAGE_READWRITE } from "../../src/constants.ts";
import { AccessEmitter, generatedCode } from "../../src/emitter.ts";
import type { Process } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { accessModule, IMPORTED } from "../emitter/module.ts";
import { randomFrom } from "../unit/random.ts";
import { roundTrip, rowsOf } from "./support.ts";

const BOTH = MEM_RESERVE | MEM_COMMIT;
const PAGE = 0x1000;
const PAGES = 8;
const STEPS = 300;

function written(text: string): Record<string, unknown>[] {
  return rowsOf(text).filter((row) => row.written !== undefined);
}

describe.each(["windowed", "translated"] as const)("generated code, %s", (space) => {
  test("stores that asked nobody are rows, and come back by the replay", async () => {
    const { text } = await roundTrip((machine) => {
      const guest = machine.createProcess({ space });
      const base = kernel32(guest).VirtualAlloc(0, PAGES * PAGE, BOTH, PAGE_READWRITE);
      const code = generatedCode(guest);
      const emitter = new AccessEmitter(code, { slow: "call", ...IMPORTED });
      const accesses = accessModule(emitter, code.imports, 4);
      const random = randomFrom(1);
      for (let step = 0; step < STEPS; step++) {
        code.enter();
        accesses.store("u32", base + random(PAGES * PAGE - 4), random(2 ** 32));
        if (step % 50 === 49) guest.memory.getUint32(base);
      }
    });
    expect(written(text).length).toBeGreaterThan(0);
  });

  test("a program that is compiled, and a handler that it faults into", async () => {
    await roundTrip((machine) => {
      const guest = machine.createProcess({ space });
      const { VirtualAlloc, VirtualProtect, AddVectoredExceptionHandler } = kernel32(guest);
      const source = VirtualAlloc(0, 0x4000, BOTH, PAGE_READWRITE);
      VirtualProtect(source + 0x3000, 1, PAGE_READONLY, { value: 0 });
      AddVectoredExceptionHandler(1, ({ ExceptionRecord }) => {
        const address = Number(ExceptionRecord.ExceptionInformation[1]);
        VirtualProtect(address, 1, PAGE_READWRITE, { value: 0 });
        return -1;
      });
      for (let at = 0; at < 0x400; at++) guest.memory.setUint32(source + at * 4, at);
      const program: Instruction[] = ["add", "store"];
      execute(guest, program, { source, target: source + 0x2800, rounds: 0x400 });
    });
  });
});

test("what is written through a view of memory is a row", async () => {
  const { text } = await roundTrip((machine) => {
    const guest: Process = machine.createProcess();
    const base = kernel32(guest).VirtualAlloc(0, PAGE, BOTH, PAGE_READWRITE);
    const view = guest.memory.view(base, PAGE, { write: true });
    view?.set([1, 2, 3], 5);
    expect(guest.memory.getUint8(base + 6)).toBe(2);
    view?.set([4], 9);
  });
  expect(written(text)).toEqual([
    { written: "process/4", at: "0x10005", value: { bytes: "AQID" } },
    { written: "process/4", at: "0x10009", value: { bytes: "BA==" } },
  ]);
});
