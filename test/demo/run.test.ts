import { signal } from "@preact/signals";
import { Machine, type Process } from "guardpage";
import { MEM_COMMIT, MEM_RESERVE, PAGE_READWRITE } from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Run } from "../../demo/scenarios/run.ts";
import type { Program, Scenario } from "../../demo/scenarios/scenario.ts";
import type { Speed } from "../../demo/scenarios/speed.ts";
import { Session, wholeSpace } from "../../demo/session/session.ts";

const REGION_BYTES = 0x10000;

/** Writes number after number; knows its end only when it is there. */
class Counting implements Program {
  readonly processes: readonly Process[];
  state = { count: 0 };
  readonly #base: number;
  readonly #steps: number;
  readonly #process: Process;

  constructor(machine: Machine, steps: number) {
    this.#process = machine.createProcess();
    this.processes = [this.#process];
    const { VirtualAlloc } = kernel32(this.#process);
    this.#base = VirtualAlloc(0, REGION_BYTES, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    this.#steps = steps;
  }

  step(): string | undefined {
    const { count } = this.state;
    if (count === this.#steps) return undefined;
    this.#process.memory.setUint32(this.#base + ((4 * count) % REGION_BYTES), count);
    this.state.count += 1;
    return `wrote ${count}`;
  }

  outcome() {
    return { isRight: true, sentence: "", facts: {} };
  }
}

function counting(steps: number): Scenario {
  return {
    id: "counting",
    title: "Counting",
    summary: "",
    machine: { profile: "win32" },
    omission: "nothing",
    begin: (machine) => new Counting(machine, steps),
  };
}

async function newSession(): Promise<Session> {
  const machine = await Machine.create({ profile: "win64" });
  machine.createProcess();
  return new Session(machine);
}

async function begin(steps: number, session?: Session): Promise<Run> {
  const run = await Run.begin(counting(steps), session ?? (await newSession()), false);
  run.show();
  return run;
}

function stepTo(run: Run, position: number): void {
  while (run.position.value < position) run.step();
}

describe("steps", () => {
  test("of thousands take hundreds of checkpoints, and all can be gone back", async () => {
    const session = await newSession();
    const run = await begin(5000, session);
    const hashes: string[] = [];
    for (let position = 0; position < 5000; position += 1) {
      if (position > 4980) hashes.push(run.hash);
      run.step();
    }
    expect(session.machine.value.checkpoints.length).toBeLessThan(1200);
    for (const hash of hashes.reverse()) {
      run.back();
      expect(run.hash).toBe(hash);
    }
    expect([run.position.value, run.sentence.value]).toEqual([4981, "wrote 4980"]);
  });

  test("whose end is not known before are at it one step later", async () => {
    const run = await begin(2);
    stepTo(run, 2);
    expect(run.isAtEnd.value).toBe(false);
    run.step();
    expect([run.isAtEnd.value, run.position.value]).toEqual([true, 2]);
    run.back();
    expect([run.isAtEnd.value, run.position.value]).toEqual([false, 1]);
  });

  test("cannot be gone back where memory has taken the checkpoints", async () => {
    const session = await newSession();
    const run = await begin(9, session);
    expect([run.canGoBack, run.canRestart]).toEqual([false, false]);
    stepTo(run, 3);
    expect([run.canGoBack, run.canRestart]).toEqual([true, true]);
    session.machine.value.dropCheckpoints();
    expect([run.canGoBack, run.canRestart]).toEqual([false, false]);
    run.back();
    run.restart();
    expect(run.position.value).toBe(3);
    stepTo(run, 5);
    expect([run.canGoBack, run.canRestart]).toEqual([true, false]);
    run.back();
    run.back();
    run.back();
    expect(run.position.value).toBe(3);
  });

  test("bring the page back to the machine of the run", async () => {
    const session = await newSession();
    const run = await begin(9, session);
    const machine = session.machine.value;
    expect(session.shown.value).toEqual(wholeSpace(machine));
    const other = await Machine.create({ profile: "win64" });
    other.createProcess();
    session.open(other);
    run.step();
    expect(session.machine.value).toBe(machine);
    expect(run.position.value).toBe(1);
  });
});

describe("a run", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("requestAnimationFrame", (draw: () => void) => setTimeout(draw, 16));
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test("goes slowly at eight steps a second, and stops when it is paused", async () => {
    const run = await begin(99);
    const ended = run.run(signal("slowly"));
    await vi.advanceTimersByTimeAsync(1_000);
    expect([run.position.value, run.isRunning.value]).toEqual([9, true]);
    run.pause();
    await vi.advanceTimersByTimeAsync(1_000);
    await ended;
    expect([run.position.value, run.isRunning.value]).toEqual([9, false]);
  });

  test("does not go faster when it is paused and run again", async () => {
    const run = await begin(99);
    run.run(signal("slowly"));
    run.pause();
    run.run(signal("slowly"));
    expect(run.position.value).toBe(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(run.position.value).toBe(10);
  });

  test("goes to its end at once, from the middle of a slow one too", async () => {
    const run = await begin(99);
    const speed = signal<Speed>("slowly");
    const ended = run.run(speed);
    await vi.advanceTimersByTimeAsync(250);
    expect(run.position.value).toBe(3);
    speed.value = "at once";
    await vi.advanceTimersByTimeAsync(125);
    await ended;
    expect([run.position.value, run.isAtEnd.value, run.isRunning.value]).toEqual([99, true, false]);
  });

  test("stops when the page looks at another machine", async () => {
    const session = await newSession();
    const run = await begin(99, session);
    const ended = run.run(signal("slowly"));
    const other = await Machine.create({ profile: "win64" });
    other.createProcess();
    session.open(other);
    await vi.advanceTimersByTimeAsync(1_000);
    await ended;
    expect(session.machine.value).toBe(other);
    expect([run.position.value, run.isRunning.value]).toEqual([1, false]);
  });

  test("that an error ends says so to who began it", async () => {
    const failing: Scenario = {
      ...counting(9),
      begin: (machine) => {
        const program = new Counting(machine, 9);
        program.step = () => {
          throw new Error("a mistake of the program");
        };
        return program;
      },
    };
    const run = await Run.begin(failing, await newSession(), false);
    run.show();
    await expect(run.run(signal("at once"))).rejects.toThrow("a mistake of the program");
    expect(run.isRunning.value).toBe(false);
  });
});
