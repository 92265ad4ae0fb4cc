import { describe, expect, test } from "vitest";
import { MEM_COMMIT, MEM_RESERVE, PAGE_READWRITE } from "../../src/constants.ts";
import type { Machine } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import {
  Playback,
  type PlaybackOptions,
  type PlayedStep,
  TraceError,
} from "../../src/recording.ts";
import { coreModule } from "../setup/machine.ts";
import { record } from "./support.ts";

const BOTH = MEM_RESERVE | MEM_COMMIT;

const HEADER = { trace: 1, profile: "win32", source: "by hand" };
const ALLOCATE = {
  call: "VirtualAlloc",
  args: ["0x0", "0x2000", "0x3000", "0x4"],
  return: "0x500000",
};
const STORE = { call: "store", args: ["0x500000", "0x4", "0x2a"] };
const LOAD = { call: "load", args: ["0x500000", "0x4"], value: "0x2a" };
const LOAD_NOTHING = {
  call: "load",
  args: ["0x700000", "0x1"],
  exception: { ExceptionCode: "0xc0000005", ExceptionInformation: ["0x0", "0x700000"] },
};
const FREE_NOTHING = {
  call: "VirtualFree",
  args: ["0x700000", "0x0", "0x8000"],
  return: 0,
  lastError: 487,
};
const NEW_PROCESS = { call: "NewProcess" };

/** A row of a run of pages that was there before the first call. */
function initial(base: string, size: string, allocationBase = base): object {
  return {
    initial: {
      BaseAddress: base,
      AllocationBase: allocationBase,
      AllocationProtect: "0x4",
      RegionSize: size,
      State: "0x1000",
      Protect: "0x4",
      Type: "0x20000",
    },
  };
}

function textOf(...rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

function open(text: string, options: PlaybackOptions = {}): Promise<Playback> {
  return Playback.open(text, { module: coreModule(), ...options });
}

async function stepsOf(playback: Playback): Promise<PlayedStep[]> {
  const steps: PlayedStep[] = [];
  for (let step = await playback.step(); step !== undefined; step = await playback.step()) {
    steps.push(step);
  }
  return steps;
}

function isCommitted(playback: Playback, address: number): boolean | undefined {
  return playback.process?.debugView.isCommitted(address);
}

describe("a trace", () => {
  const TRACE = textOf(HEADER, ALLOCATE, STORE, LOAD, LOAD_NOTHING, FREE_NOTHING);

  test("says what it is before anything is made", async () => {
    const playback = await open(TRACE);
    expect(playback.profile).toBe("win32");
    expect(playback.source).toBe("by hand");
    expect([playback.position, playback.length]).toEqual([0, 5]);
    expect(playback.textOf(0)).toBe("VirtualAlloc(0x0, 0x2000, 0x3000, 0x4)");
    expect(playback.lineOf(4)).toBe(6);
    expect(isCommitted(playback, 0x500000)).toBe(false);
  });

  test("is made row by row, and each says what was answered", async () => {
    const playback = await open(TRACE);
    expect(await stepsOf(playback)).toEqual([
      {
        index: 0,
        line: 2,
        text: "VirtualAlloc(0x0, 0x2000, 0x3000, 0x4)",
        answer: "return 0x500000",
      },
      { index: 1, line: 3, text: "store(0x500000, 0x4, 0x2a)", answer: "done" },
      { index: 2, line: 4, text: "load(0x500000, 0x4)", answer: "value 0x2a" },
      {
        index: 3,
        line: 5,
        text: "load(0x700000, 0x1)",
        answer: "exception {ExceptionCode 0xc0000005, ExceptionInformation [0x0, 0x700000]}",
      },
      {
        index: 4,
        line: 6,
        text: "VirtualFree(0x700000, 0x0, 0x8000)",
        answer: "return 0, lastError 487",
      },
    ]);
    expect(playback.position).toBe(5);
    expect(playback.differences).toEqual([]);
    expect(playback.process?.memory.getUint32(0x500000)).toBe(42);
  });

  test("of a call that is not built tells so as a difference", async () => {
    const playback = await open(textOf(HEADER, { call: "HeapAlloc", args: ["0x1"], return: 1 }));
    const step = await playback.step();
    expect(step).toMatchObject({ text: "HeapAlloc(0x1)", answer: "notBuilt HeapAlloc" });
    expect(step?.difference).toBe(playback.differences[0]);
  });

  test("without rows has what was there, and no step", async () => {
    const playback = await open(textOf(HEADER, initial("0x400000", "0x1000")));
    expect(playback.length).toBe(0);
    expect(await playback.step()).toBeUndefined();
    expect(isCommitted(playback, 0x400000)).toBe(true);
    expect(() => playback.textOf(0)).toThrow(RangeError);
  });

  test("shows a process until the first row of the next one", async () => {
    const first = [initial("0x400000", "0x1000"), ALLOCATE];
    const second = [initial("0x600000", "0x1000"), LOAD_NOTHING];
    const last = initial("0x800000", "0x1000");
    const rows = [...first, NEW_PROCESS, NEW_PROCESS, ...second, NEW_PROCESS, last];
    const playback = await open(textOf(HEADER, NEW_PROCESS, ...rows));
    const seen = () => {
      return [0x400000, 0x500000, 0x600000, 0x800000].map((at) => isCommitted(playback, at));
    };
    expect(seen()).toEqual([true, false, false, false]);
    await playback.step();
    expect(seen()).toEqual([true, true, false, false]);
    await playback.step();
    expect(seen()).toEqual([false, false, false, true]);
    await playback.seek(1);
    expect(seen()).toEqual([true, true, false, false]);
    await playback.seek(0);
    expect(seen()).toEqual([true, false, false, false]);
  });

  test("is played in the space and on the profile that were asked for", async () => {
    const translated = await open(TRACE, { space: "translated" });
    expect(translated.process?.space).toBe("translated");
    expect((await open(TRACE, { space: "windowed" })).process?.space).toBe("windowed");
    const wide = await open(TRACE, { profile: "win64" });
    expect([wide.profile, wide.process?.space]).toEqual(["win64", "translated"]);
    expect((await open(TRACE, { profile: "win32-2g" })).profile).toBe("win32");
  });
});

/** Two processes, a call in which a handler is called, and one that ends its process. */
function program(machine: Machine): void {
  const first = machine.createProcess();
  const second = machine.createProcess();
  const { VirtualAlloc, AddVectoredExceptionHandler } = kernel32(second);
  const base = VirtualAlloc(0, 0x1000, MEM_RESERVE, PAGE_READWRITE);
  AddVectoredExceptionHandler(1, () => {
    VirtualAlloc(base, 0x1000, MEM_COMMIT, PAGE_READWRITE);
    return -1;
  });
  second.memory.setUint32(base, 7);
  kernel32(first).VirtualAlloc(0, 0x1000, BOTH, PAGE_READWRITE);
  second.exit();
}

describe("a recording", () => {
  test("is made by the rows that lie in no other", async () => {
    const { text, machine } = await record(program);
    const playback = await open(text);
    expect(playback.source).toBeUndefined();
    expect(playback.process).toBeUndefined();
    const processes: (number | undefined)[] = [];
    const steps: (PlayedStep | undefined)[] = [];
    for (let at = 0; at < playback.length; at++) {
      steps.push(await playback.step());
      processes.push(playback.process?.id);
    }
    expect(steps.map((step) => `${step?.line} ${step?.text}: ${step?.answer}`)).toEqual([
      "2 machine createProcess(): return {ref process/4}",
      "3 machine createProcess(): return {ref process/8}",
      "4 process/8/kernel32 VirtualAlloc(0x0, 0x1000, 0x2000, 0x4): return 0x10000",
      `5 process/8/kernel32 AddVectoredExceptionHandler(0x1, {"host":"host/1","function":true}): ` +
        "return 0x1",
      "6 process/8/memory setUint32(0x10000, 0x7): done",
      "11 process/4/kernel32 VirtualAlloc(0x0, 0x1000, 0x3000, 0x4): return 0x10000",
      "12 process/8 exit(): done",
      `13 hash: hash ${machine.hash()}`,
    ]);
    expect(processes).toEqual([4, 8, 8, 8, 8, 4, 4, 4]);
    expect(playback.differences).toEqual([]);
    expect(playback.machine.hash()).toBe(machine.hash());
  });

  test("goes back on another machine, which is as the first one was", async () => {
    const { text } = await record(program);
    const playback = await open(text);
    const { machine } = playback;
    await playback.seek(3);
    const hash = machine.hash();
    await playback.seek(playback.length);
    expect(playback.machine).toBe(machine);
    await playback.seek(3);
    expect(playback.machine).not.toBe(machine);
    expect(playback.machine.hash()).toBe(hash);
    expect(playback.process?.id).toBe(8);
  });

  test("says on which step something inside of it was otherwise", async () => {
    const { text } = await record(program);
    const playback = await open(text.replace('"return":-1', '"return":"0x0"'));
    const found = (await stepsOf(playback)).filter(({ difference }) => difference !== undefined);
    const [first] = found;
    expect(first?.text).toBe("process/8/memory setUint32(0x10000, 0x7)");
    expect(first?.answer).toMatch(/^throw PageFault: /);
    expect(playback.differences).toContain(first?.difference);
  });
});

describe("differences", () => {
  /** The third row and the fourth have answered otherwise than they will. */
  const DOCTORED = textOf(
    HEADER,
    ALLOCATE,
    STORE,
    { ...LOAD, value: "0x2b" },
    { ...FREE_NOTHING, lastError: 5 },
    LOAD,
  );

  test("are those of the steps that were made, and go with these", async () => {
    const playback = await open(DOCTORED);
    const lines = () => playback.differences.map(({ line }) => line);
    await playback.seek(2);
    expect(lines()).toEqual([]);
    const step = await playback.step();
    expect(step?.difference).toEqual({
      line: 4,
      call: "load(0x500000, 0x4)",
      expected: { value: "0x2b" },
      actual: { value: "0x2a" },
    });
    await playback.seek(5);
    expect(lines()).toEqual([4, 5]);
    await playback.seek(3);
    expect(lines()).toEqual([4]);
    await playback.seek(2);
    expect(lines()).toEqual([]);
    await playback.seek(5);
    expect(lines()).toEqual([4, 5]);
  });
});

describe("what is asked for at the same time", () => {
  test("is made in the order of the calls, and a refusal stops nothing", async () => {
    const playback = await open(textOf(HEADER, ALLOCATE, STORE, LOAD));
    const refused = playback.seek(4);
    const asked = [playback.step(), playback.step(), playback.seek(1), playback.step()];
    await expect(refused).rejects.toThrow(RangeError);
    const made = (await Promise.all(asked)).map((step) => step?.index);
    expect(made).toEqual([0, 1, undefined, 1]);
    expect(playback.position).toBe(2);
  });
});

describe("what somebody else did to the machine", () => {
  test("is refused at the line of the next step, and gone after going back", async () => {
    const playback = await open(textOf(HEADER, ALLOCATE, STORE, LOAD), { file: "own.jsonl" });
    await playback.seek(2);
    const { machine } = playback;
    playback.process?.exit();
    await expect(playback.step()).rejects.toThrow("own.jsonl:4: this row could not be replayed");
    expect(playback.position).toBe(2);
    await playback.seek(0);
    await playback.seek(3);
    expect(playback.machine).toBe(machine);
    expect(playback.differences).toEqual([]);
  });
});

describe("refused", () => {
  const ROWS: readonly (readonly [what: string, line: number, message: string, text: string])[] = [
    ["no header", 1, "the file is empty", ""],
    ["no JSON", 2, "not JSON", `${textOf(HEADER)}{`],
    ["no version", 1, "trace version 3 is not known", textOf({ ...HEADER, trace: 3 })],
    ["a profile", 1, 'unknown profile "win16"', textOf({ ...HEADER, profile: "win16" })],
    ["a source", 1, '"source" must be text', textOf({ ...HEADER, source: 4 })],
    ["the same of a recording", 1, '"source" must', textOf({ ...HEADER, trace: 2, source: 4 })],
    ["a row", 3, "VirtualAlloc takes 4 arguments", textOf(HEADER, LOAD, { ...ALLOCATE, args: [] })],
    ["a region", 2, "initial region 0x400001", textOf(HEADER, initial("0x400001", "0x1000"))],
    [
      "a region of a later process",
      6,
      "region 0x600000 goes on at 0x600000, this row at 0x601000",
      textOf(
        HEADER,
        LOAD,
        NEW_PROCESS,
        LOAD,
        NEW_PROCESS,
        initial("0x601000", "0x1000", "0x600000"),
      ),
    ],
    [
      "a row of a recording",
      2,
      "must have one of",
      textOf({ ...HEADER, trace: 2 }, LOAD_NOTHING.exception),
    ],
    [
      "a machine",
      1,
      "there is no option",
      textOf({ ...HEADER, trace: 2, options: { fields: { x: true } } }),
    ],
  ];

  test.each(ROWS)("%s, with its file and line", async (_what, line, message, text) => {
    const error = await open(text, { file: "own.jsonl" }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(TraceError);
    expect(error).toMatchObject({ file: "own.jsonl", line });
    expect(error.message).toContain(`own.jsonl:${line}: `);
    expect(error.message).toContain(message);
  });

  test("another profile for a recording, and a file without a name", async () => {
    const { text } = await record(program);
    await expect(open(text, { profile: "win64" })).rejects.toThrow(
      'recording:1: a recording replays on its own profile, "win32"',
    );
  });

  test("options and arguments that are none", async () => {
    const text = textOf(HEADER, ALLOCATE);
    await expect(open(4 as never)).rejects.toThrow(TypeError);
    await expect(open(text, { speed: 2 } as never)).rejects.toThrow('there is no option "speed"');
    await expect(open(text, { space: "auto" as never })).rejects.toThrow(
      'space must be one of "windowed", "translated", not "auto"',
    );
    await expect(open(text, { profile: "win64", space: "windowed" })).rejects.toThrow(RangeError);
  });

  test("positions and indices that are none, and nothing has moved then", async () => {
    const playback = await open(textOf(HEADER, ALLOCATE, STORE));
    await playback.step();
    for (const position of [-1, 3, 0.5, Number.NaN]) {
      await expect(playback.seek(position)).rejects.toThrow(RangeError);
      expect(() => playback.textOf(position)).toThrow(RangeError);
      expect(() => playback.lineOf(position)).toThrow(RangeError);
    }
    await expect(playback.seek("1" as never)).rejects.toThrow(TypeError);
    expect(() => playback.textOf(2)).toThrow("index must be 0 to 1, not 2");
    expect(playback.position).toBe(1);
  });
});
