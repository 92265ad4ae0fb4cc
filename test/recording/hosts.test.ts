import { describe, expect, test } from "vitest";
import { clrHost } from "../../src/clr-host.ts";
import {
  eMemoryAvailableHigh,
  eMemoryAvailableLow,
  FILE_MAP_WRITE,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RESERVE,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import {
  DiskFull,
  type Machine,
  MemoryFile,
  MemoryPageStore,
  type Process,
} from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { Playback } from "../../src/recording.ts";
import { AsyncPageStore } from "../backing/async-page-store.ts";
import { coreModule } from "../setup/machine.ts";
import { playSlowly, record, replay, roundTrip, rowsOf } from "./support.ts";

const BOTH = MEM_RESERVE | MEM_COMMIT;
const PAGE = 0x1000;
const PAGES = 32;

/** More pages than there are frames, each with its number, and read again. */
function fill(guest: Process): number {
  const base = kernel32(guest).VirtualAlloc(0, PAGES * PAGE, BOTH, PAGE_READWRITE);
  for (let page = 0; page < PAGES; page++) guest.memory.setUint32(base + page * PAGE, page + 1);
  for (let page = 0; page < PAGES; page++) {
    expect(guest.memory.getUint32(base + page * PAGE)).toBe(page + 1);
  }
  return base;
}

/** From the 12th frame on memory is low; the first 7 are plenty. */
const SMALL = { profile: "win64", physicalPages: 16, lowMemoryPages: 4 } as const;

/** Memory that becomes low and is plenty again before the runtime can be told, and then is low. */
async function crossLines(machine: Machine, told: (available: number) => void): Promise<void> {
  const guest = machine.createProcess();
  const host = clrHost(guest);
  host.start();
  host.manager.RegisterMemoryNotificationCallback({ OnMemoryNotification: told });
  const { VirtualAlloc, VirtualFree } = kernel32(guest);
  const base = VirtualAlloc(0, 14 * PAGE, BOTH, PAGE_READWRITE);
  guest.memory.fill(base, 1, 14 * PAGE);
  VirtualFree(base, 14 * PAGE, MEM_DECOMMIT);
  await undefined;
  VirtualAlloc(base, 14 * PAGE, MEM_COMMIT, PAGE_READWRITE);
  guest.memory.fill(base, 2, 14 * PAGE);
  guest.memory.setUint8(base, 3);
  await undefined;
  VirtualFree(base, 14 * PAGE, MEM_DECOMMIT);
  await undefined;
}

describe("what the program answers is in the recording", () => {
  test("pages of a page store", async () => {
    const options = {
      profile: "win64",
      physicalPages: 8,
      pageStore: new MemoryPageStore(),
    } as const;
    const { text } = await record((machine) => fill(machine.createProcess()), options);
    expect((await replay(text)).differences).toEqual([]);
    await playSlowly(text);
    const methods = rowsOf(text).flatMap(({ callback, method }) => (callback ? [method] : []));
    expect(new Set(methods)).toEqual(new Set(["write", "read"]));
  });

  test("later answers of a page store, in the order in which they came", async () => {
    const pageStore = new AsyncPageStore(new MemoryPageStore());
    const options = { profile: "win64", physicalPages: 8, pageStore } as const;
    const { text } = await record(async (machine) => {
      const guest = machine.createProcess();
      const base = kernel32(guest).VirtualAlloc(0, PAGES * PAGE, BOTH, PAGE_READWRITE);
      for (let page = 0; page < PAGES; page++) {
        await guest.memory.setUint32Async(base + page * PAGE, page + 1);
      }
      const bytes = await guest.memory.readAsync(base, PAGES * PAGE);
      expect(bytes[PAGE]).toBe(2);
    }, options);
    expect((await replay(text)).differences).toEqual([]);
    await playSlowly(text);
    expect(rowsOf(text).some((row) => row.settled !== undefined)).toBe(true);
  });

  test("a page store that fails", async () => {
    const pages = new MemoryPageStore();
    let writes = 0;
    const pageStore = {
      write: (slot: number, bytes: Uint8Array) => {
        writes += 1;
        if (writes > 4) throw new DiskFull();
        pages.write(slot, bytes);
      },
      read: (slot: number, target: Uint8Array) => pages.read(slot, target),
    };
    const { text } = await record(
      (machine) => {
        expect(() => fill(machine.createProcess())).toThrow("in-page error");
      },
      { profile: "win64", physicalPages: 8, pageStore },
    );
    expect((await replay(text)).differences).toEqual([]);
    await playSlowly(text);
  });

  test("what the machine tells by itself, not before all that is synchronous", async () => {
    const told: number[] = [];
    const { text, machine } = await record(
      (made) => crossLines(made, (state) => told.push(state)),
      SMALL,
    );
    expect(told).toEqual([eMemoryAvailableLow, eMemoryAvailableHigh]);
    const replayed = await replay(text);
    expect(replayed.differences).toEqual([]);
    expect(replayed.machine.hash()).toBe(machine.hash());
    const playback = await Playback.open(text, { module: coreModule() });
    const answers: string[] = [];
    for (let step = await playback.step(); step !== undefined; step = await playback.step()) {
      if (step.text.startsWith("host/")) answers.push(step.answer);
    }
    expect(playback.differences).toEqual([]);
    expect(answers).toEqual(["args [0x1]", "args [0x3]"]);
  });

  test("pages and the size of a file", async () => {
    const contents = Uint8Array.from({ length: 3 * PAGE }, (_, at) => at % 251);
    const { text } = await record((machine) => {
      const guest = machine.createProcess();
      const { CreateFileMapping, MapViewOfFile, FlushViewOfFile } = kernel32(guest);
      const file = guest.openFile(new MemoryFile({ contents }));
      const section = CreateFileMapping(file, null, PAGE_READWRITE, 0, 0x8000, null);
      const view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
      expect(guest.memory.getUint8(view + PAGE + 5)).toBe((PAGE + 5) % 251);
      guest.memory.setUint8(view, 9);
      expect(FlushViewOfFile(view, 0)).toBe(1);
    });
    expect((await replay(text)).differences).toEqual([]);
    await playSlowly(text);
    expect(text).toContain('"changed":"host/1","field":"sizeBytes","value":"0x8000"');
  });

  test("registers of a contextProvider, which the machine only passes on", async () => {
    await roundTrip((machine) => {
      const guest = machine.createProcess();
      const registers = { eip: 4, self: {} };
      registers.self = registers;
      guest.contextProvider = () => registers;
      guest.setUnhandledExceptionFilter(({ ContextRecord }) => {
        expect(ContextRecord).toBe(registers);
        return 0;
      });
      expect(() => guest.memory.getUint8(PAGE)).toThrow();
      expect(guest.setUnhandledExceptionFilter(null)).toBeTypeOf("function");
    });
  });

  test("what a body throws through a frame, and what it returns", async () => {
    await roundTrip((machine) => {
      const guest = machine.createProcess();
      const own = new Error("of the program");
      expect(() =>
        guest.tryExcept({
          body: () => {
            throw own;
          },
          filter: () => 1,
        }),
      ).toThrow(own);
      const body = () => guest.memory.getUint8(0);
      expect(guest.tryExcept({ body, filter: () => 1, handler: () => 7 })).toBe(7);
    });
  });
});

test("objects are again what they were when the recording has ended", async () => {
  const { machine } = await record((made) => {
    const guest = made.createProcess();
    guest.enclaveRoutine = () => 0;
    guest.currentThread.lastError = 5;
  });
  const [guest] = machine.processes as [Process];
  expect(Object.keys(guest.memory)).not.toContain("getUint8");
  expect(guest.currentThread.lastError).toBe(5);
  expect(guest.enclaveRoutine?.(1, 2)).toBe(0);
  expect(kernel32(guest).GetLastError()).toBe(5);
});
