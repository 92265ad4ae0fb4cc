import { expect, test } from "vitest";
import {
  MEM_COMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { PageFault } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { roundTrip, rowsOf } from "./support.ts";

const BOTH = MEM_RESERVE | MEM_COMMIT;

test("a call is one row: arguments, answer, what out-parameters received", async () => {
  const { text } = await roundTrip((machine) => {
    const { VirtualAlloc, VirtualProtect, VirtualFree } = kernel32(machine.createProcess());
    const base = VirtualAlloc(0, 0x2000, BOTH, PAGE_READWRITE);
    VirtualProtect(base, 0x1000, PAGE_NOACCESS, { value: 0 });
    VirtualFree(base, 1, MEM_RELEASE);
  });
  expect(rowsOf(text).slice(1)).toEqual([
    {
      call: "VirtualAlloc",
      on: "process/4/kernel32",
      args: ["0x0", "0x2000", "0x3000", "0x4"],
      return: "0x10000",
    },
    {
      call: "VirtualProtect",
      on: "process/4/kernel32",
      args: ["0x10000", "0x1000", "0x1", { fields: { value: "0x0" } }],
      return: "0x1",
      out: { 3: { fields: { value: "0x4" } } },
    },
    {
      call: "VirtualFree",
      on: "process/4/kernel32",
      args: ["0x10000", "0x1", "0x8000"],
      return: "0x0",
    },
    { stop: "0x6" },
  ]);
});

test("a handler's calls are rows inside of the access, and its decision is one", async () => {
  const { text } = await roundTrip((machine) => {
    const guest = machine.createProcess();
    const { VirtualAlloc, AddVectoredExceptionHandler } = kernel32(guest);
    const base = VirtualAlloc(0, 0x2000, MEM_RESERVE, PAGE_READWRITE);
    AddVectoredExceptionHandler(1, ({ ExceptionRecord }) => {
      VirtualAlloc(Number(ExceptionRecord.ExceptionInformation[1]), 1, MEM_COMMIT, PAGE_READWRITE);
      return -1;
    });
    guest.memory.setUint32(base + 4, 7);
  });
  const kinds = rowsOf(text).map((row) => Object.keys(row)[0]);
  expect(kinds).toEqual([
    ...["call", "call", "call"],
    ...["begin", "enter", "call", "leave", "end", "stop"],
  ]);
});

test("a fault that nobody handles is a row with its record", async () => {
  const { text } = await roundTrip((machine) => {
    const guest = machine.createProcess();
    const base = kernel32(guest).VirtualAlloc(0, 1, BOTH, PAGE_READWRITE | PAGE_GUARD);
    expect(() => guest.memory.getUint8(base)).toThrow(PageFault);
  });
  expect(rowsOf(text).at(-2)).toMatchObject({
    call: "getUint8",
    throw: { name: "PageFault", record: { fields: { ExceptionCode: "0x80000001" } } },
  });
});

test("planned failures and the clock are part of a recording", async () => {
  const { text } = await roundTrip(
    (machine) => {
      const { VirtualAlloc, SetLastError } = kernel32(machine.createProcess());
      for (let call = 0; call < 4; call++) VirtualAlloc(0, 1, BOTH, PAGE_READWRITE);
      SetLastError(machine.clock);
    },
    { profile: "win32", clock: true, failures: [{ call: "VirtualAlloc", nth: 3 }] },
  );
  expect(rowsOf(text)[3]).toMatchObject({ call: "VirtualAlloc", return: "0x0" });
  expect(text).toContain('"failures":[{"fields":{"call":{"text":"VirtualAlloc"},"nth":"0x3"}}]');
});
