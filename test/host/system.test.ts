import { beforeAll, describe, expect, test } from "vitest";
import {
  ERROR_INVALID_USER_BUFFER,
  ERROR_NOACCESS,
  MEM_COMMIT,
  MEM_RESERVE,
  MEM_WRITE_WATCH,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import type { Machine, MemoryBasicInformation, Process } from "../../src/index.ts";
import { type Kernel32, kernel32 } from "../../src/kernel32.ts";
import { ntdll } from "../../src/ntdll.ts";
import { createMachine } from "../setup/machine.ts";

const PAGE = 0x1000;
const BASE = 0x30000000;
const BOTH = MEM_RESERVE | MEM_COMMIT;

let machine: Machine;

beforeAll(async () => {
  machine = await createMachine({ profile: "win32" });
});

interface Scene {
  process: Process;
  calls: Kernel32;
  error: (status: number) => number;
}

function run(body: (scene: Scene) => void): void {
  for (const space of ["windowed", "translated"] as const) {
    const process = machine.createProcess({ space });
    const { RtlNtStatusToDosError } = ntdll(process);
    body({ process, calls: kernel32(process), error: RtlNtStatusToDosError });
    process.verifySpace();
    process.exit();
  }
}

function protectionAt(calls: Kernel32, address: number): number | undefined {
  const information: Partial<MemoryBasicInformation> = {};
  calls.VirtualQuery(address, information);
  return information.Protect;
}

const four = Uint8Array.of(1, 2, 3, 4);

describe("4.8 system services that touch guest memory", () => {
  test("4.8#1 a write into NOACCESS, READONLY, reserved and free memory fails with 998", () => {
    run(({ process, calls, error }) => {
      calls.VirtualAlloc(BASE, PAGE, BOTH, PAGE_NOACCESS);
      calls.VirtualAlloc(BASE + 0x10000, PAGE, BOTH, PAGE_READONLY);
      calls.VirtualAlloc(BASE + 0x20000, PAGE, MEM_RESERVE, PAGE_READWRITE);
      const frames = machine.counters.frames;
      for (const offset of [0, 0x10000, 0x20000, 0x30000]) {
        const { status, transferred } = process.system.copyOut(BASE + offset, four);
        expect([error(status), transferred]).toEqual([ERROR_NOACCESS, 0]);
      }
      expect(machine.counters.frames).toBe(frames);
    });
  });

  test("4.8#2 a guard page fails once, is disarmed, and the retry succeeds", () => {
    run(({ process, calls, error }) => {
      calls.VirtualAlloc(BASE, 2 * PAGE, BOTH, PAGE_READWRITE | PAGE_GUARD);
      expect(error(process.system.copyOut(BASE + 8, four).status)).toBe(ERROR_NOACCESS);
      expect(protectionAt(calls, BASE)).toBe(PAGE_READWRITE);
      expect(protectionAt(calls, BASE + PAGE)).toBe(PAGE_READWRITE | PAGE_GUARD);
      expect(process.system.copyOut(BASE + 8, four)).toEqual({ status: 0, transferred: 4 });
      expect(process.memory.getUint32(BASE + 8)).toBe(0x04030201);
    });
  });

  test("4.8#3 a read from NOACCESS or a guard page fails with 1784; the guard is gone", () => {
    run(({ process, calls, error }) => {
      calls.VirtualAlloc(BASE, PAGE, BOTH, PAGE_NOACCESS);
      calls.VirtualAlloc(BASE + 0x10000, PAGE, BOTH, PAGE_READWRITE | PAGE_GUARD);
      const bytes = Uint8Array.of(9, 9, 9, 9);
      for (const offset of [0, 0x10000]) {
        const { status, transferred } = process.system.copyIn(BASE + offset, bytes);
        expect([error(status), transferred]).toEqual([ERROR_INVALID_USER_BUFFER, 0]);
      }
      expect([...bytes]).toEqual([9, 9, 9, 9]);
      expect(process.system.copyIn(BASE + 0x10000, bytes)).toEqual({ status: 0, transferred: 4 });
      expect([...bytes]).toEqual([0, 0, 0, 0]);
    });
  });

  test("4.4 a buffer over two pages of which one fails: nothing is written or marked", () => {
    run(({ process, calls, error }) => {
      calls.VirtualAlloc(BASE, 2 * PAGE, BOTH | MEM_WRITE_WATCH, PAGE_READWRITE);
      calls.VirtualProtect(BASE + PAGE, PAGE, PAGE_READONLY, { value: 0 });
      const { status } = process.system.copyOut(BASE + PAGE - 2, four);
      expect(error(status)).toBe(ERROR_NOACCESS);
      expect(process.memory.getUint16(BASE + PAGE - 2)).toBe(0);
      const pages = { value: [] as number[] };
      const count = { value: 8 };
      calls.GetWriteWatch(0, BASE, 2 * PAGE, pages, count, { value: 0 });
      expect(pages.value).toEqual([]);
    });
  });

  test("5.1 all pages of the buffer described are marked, even where no byte arrives", () => {
    run(({ process, calls }) => {
      calls.VirtualAlloc(BASE, 4 * PAGE, BOTH | MEM_WRITE_WATCH, PAGE_READWRITE);
      const nothing = new Uint8Array(0);
      const copy = process.system.copyOut(BASE + PAGE, nothing, { probe: PAGE + 1 });
      expect(copy).toEqual({ status: 0, transferred: 0 });
      const pages = { value: [] as number[] };
      const count = { value: 8 };
      calls.GetWriteWatch(0, BASE, 4 * PAGE, pages, count, { value: 0 });
      expect(pages.value).toEqual([BASE + PAGE, BASE + 2 * PAGE]);
    });
  });

  test("no handler of the guest runs", () => {
    run(({ process, calls }) => {
      let handled = 0;
      calls.AddVectoredExceptionHandler(1, () => {
        handled += 1;
        return 0;
      });
      process.system.copyOut(BASE, four);
      process.system.copyIn(BASE, four.slice());
      expect(handled).toBe(0);
    });
  });

  test("bad arguments are refused at the door", () => {
    run(({ process }) => {
      expect(() => process.system.copyOut(-1, four)).toThrow(RangeError);
      expect(() => process.system.copyOut(BASE, "1234" as never)).toThrow(TypeError);
      expect(() => process.system.copyIn(BASE, four, { probe: 3 })).toThrow(/probe/);
    });
  });
});
