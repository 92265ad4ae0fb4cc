import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { MEM_COMMIT, MEM_RESERVE, PAGE_READWRITE } from "../../src/constants.ts";
import { Machine, MachinePoisoned } from "../../src/index.ts";
import { coreUrl } from "../setup/machine.ts";
import { BASE, Guest, PAGE } from "./support.ts";

const EXPORT_SECTION = 7;
const CODE_SECTION = 10;
const FUNCTION_EXPORT = 0;
const UNREACHABLE = 0x00;
const NOP = 0x01;
const END = 0x0b;

/** Reads a module's bytes from the front. */
class Reader {
  at = 8;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  name(): string {
    const length = this.number();
    this.at += length;
    return new TextDecoder().decode(this.bytes.subarray(this.at - length, this.at));
  }

  /** Moves to the first byte behind the head of a section. */
  section(wanted: number): void {
    this.at = 8;
    for (;;) {
      const id = this.number();
      const length = this.number();
      if (id === wanted) return;
      this.at += length;
    }
  }
}

/** The core under test, with the body of one exported function replaced by a trap. It has no imports. */
function coreTrappingIn(name: string): WebAssembly.Module {
  const reader = new Reader(new Uint8Array(readFileSync(coreUrl)));
  let index = -1;
  reader.section(EXPORT_SECTION);
  for (let rest = reader.number(); rest > 0; rest--) {
    const isWanted = reader.name() === name;
    const isFunction = reader.number() === FUNCTION_EXPORT;
    const found = reader.number();
    if (isWanted && isFunction) index = found;
  }
  expect(index, `${name} is exported`).toBeGreaterThanOrEqual(0);
  reader.section(CODE_SECTION);
  reader.number();
  for (; index > 0; index--) {
    const length = reader.number();
    reader.at += length;
  }
  const length = reader.number();
  const end = reader.at + length;
  for (let groups = reader.number(); groups > 0; groups--) {
    reader.number();
    reader.number();
  }
  reader.bytes.fill(NOP, reader.at, end);
  reader.bytes[reader.at] = UNREACHABLE;
  reader.bytes[end - 1] = END;
  return new WebAssembly.Module(reader.bytes as Uint8Array<ArrayBuffer>);
}

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
    ["loadF64F64", ({ memory }) => memory.getFloat64(BASE + PAGE - 4)],
    ["outcomeClear", ({ memory }) => memory.getUint8(0)],
    ["spaceTerminate", ({ process }) => process.exit()],
    ["mapsForget", ({ process }) => process.forgetMaps()],
  ];

  test.each(trap)("in %s poisons the machine", async (name, call) => {
    const guest = await create(name);
    const { machine, process, memory, kernel32, ntdll } = guest;
    if (name === "loadF64F64") guest.memory.setUint8(BASE + PAGE, 1);
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
