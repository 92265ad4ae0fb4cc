import { describe, expect, test } from "vitest";
import { MEM_COMMIT, MEM_RESERVE, PAGE_READWRITE } from "../../src/constants.ts";
import { Machine, MachinePoisoned } from "../../src/index.ts";
import { coreTrappingIn } from "./patched-core.ts";
import { BASE, Guest, PAGE } from "./support.ts";

describe.each(["win64", "win32"] as const)("a trap, %s", (profile) => {
  const create = async (name: string) => {
    const machine = await Machine.create({ profile, module: coreTrappingIn(name) });
    const guest = new Guest(machine);
    guest.pages(2);
    guest.memory.setUint32(BASE, 5);
    expect(guest.memory.getUint32(BASE)).toBe(5);
    return guest;
  };

  const trap: readonly [name: string, call: (guest: Guest) => unknown][] = [
    ["queryF64", ({ kernel32 }) => kernel32.VirtualQuery(BASE, {})],
    ["freeF64", ({ kernel32 }) => kernel32.VirtualFree(BASE, 0, 0x8000)],
    ["fillF64", ({ memory }) => memory.fill(BASE, 0, 5)],
    ["probeRangeF64", ({ memory }) => memory.read(BASE, 5)],
    ["peekF64", ({ process }) => process.debugView.isCommitted(BASE)],
    ["loadF64F64", ({ memory }) => memory.getFloat64(BASE + 2 * PAGE - 8)],
    ["outcomeClear", ({ memory }) => memory.getUint8(0)],
    ["spaceTerminate", ({ process }) => process.exit()],
    ["mapsForget", ({ process }) => process.forgetMaps()],
  ];

  test.each(trap)("in %s poisons the machine", async (name, call) => {
    const guest = await create(name);
    const { machine, process, memory, kernel32, ntdll } = guest;
    expect(machine.poisoned).toBe(false);
    let thrown: unknown;
    try {
      call(guest);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(MachinePoisoned);
    const poison = thrown as MachinePoisoned;
    expect(poison.message).toMatch(/^the core trapped \(RuntimeError: unreachable.*cannot be used/);
    expect(poison.cause).toBeInstanceOf(WebAssembly.RuntimeError);
    expect(machine.poisoned).toBe(true);
    const later: (() => unknown)[] = [
      () => call(guest),
      () => memory.getUint32(BASE),
      () => memory.getUint8(BASE),
      () => memory.setUint32(BASE, 1),
      () => memory.read(BASE, 1),
      () => memory.copy(BASE, BASE + 8, 4),
      () => memory.fetch(BASE, 1),
      () => process.debugView.read(BASE, 1),
      () => kernel32.VirtualAlloc(0, PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE),
      () => kernel32.VirtualAlloc(1, PAGE, MEM_RESERVE, PAGE_READWRITE),
      () => kernel32.IsBadReadPtr(BASE, 1),
      () => kernel32.GlobalMemoryStatusEx({ dwLength: 64 }),
      () => kernel32.OpenProcess(0, 0, 4),
      () => kernel32.CloseHandle(-1),
      () => ntdll.NtResetWriteWatch(-1, BASE, PAGE),
      () => process.counters,
      () => process.verifySpace(),
      () => process.createThread(),
      () => process.exit(),
      () => machine.createProcess(),
      () => machine.counters,
      () => machine.decision,
    ];
    for (const use of later) expect(use, String(use)).toThrow(poison);
  });

  test("during creation", async () => {
    const module = coreTrappingIn("machineCreateF64");
    await expect(Machine.create({ profile, module })).rejects.toThrow(MachinePoisoned);
  });

  test("other machines live on", async () => {
    const module = coreTrappingIn("queryF64");
    const [first, second] = await Promise.all([
      Machine.create({ profile, module }),
      Machine.create({ profile, module }),
    ]);
    const [broken, whole] = [new Guest(first), new Guest(second)];
    whole.pages(1);
    expect(() => broken.kernel32.VirtualQuery(0, {})).toThrow(MachinePoisoned);
    whole.memory.setUint8(BASE, 3);
    expect([whole.memory.getUint8(BASE), second.poisoned]).toEqual([3, false]);
  });
});
