import type { Machine, Process } from "guardpage";
import { MEM_RELEASE, MEM_RESERVE, PAGE_NOACCESS } from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { errorText } from "../session/constant-names.ts";
import { isFree, runQuery } from "../session/runs.ts";
import { hex, sizeText } from "../session/words.ts";
import type { Outcome, Program, Scenario } from "./scenario.ts";

const BLOCK_BYTES = 0x10_0000;
const LARGE_BYTES = 64 * BLOCK_BYTES;
/** Blocks that are taken, or given back, in one step. */
const BLOCKS_A_STEP = 64;

export const scenario: Scenario = {
  id: "fragmentation",
  title: "Fragmentation: enough is free, but nowhere together",
  summary:
    "An allocator takes all 2 GB of the address space in blocks of 1 MB and gives every other " +
    "one back. Then it asks for 64 MB: half of the space is free, and there is no room, until " +
    "neighbours go as well.",
  machine: { profile: "win32" },
  omission: "neighbours: as many blocks go, but from all over the space",
  begin: (machine, omits) => new Fragmentation(machine, omits),
};

type Phase = "fill" | "thin out" | "ask" | "release" | "ask again" | "done";

/** Free memory, as a walk by VirtualQuery finds it. */
interface Free {
  readonly sumBytes: number;
  readonly largestBytes: number;
  readonly gaps: number;
}

class Fragmentation implements Program {
  readonly processes: readonly Process[];
  state = {
    phase: "fill" as Phase,
    /** Addresses of the blocks that are held, ascending. */
    blocks: [] as readonly number[],
    /** Blocks looked at, while every other one goes. */
    lookedAt: 0,
    firstAnswer: 0,
    secondAnswer: 0,
  };
  readonly #process: Process;
  readonly #omits: boolean;

  constructor(machine: Machine, omits: boolean) {
    this.#process = machine.createProcess();
    this.processes = [this.#process];
    this.#omits = omits;
  }

  get isDone(): boolean {
    return this.state.phase === "done";
  }

  step(): string | undefined {
    switch (this.state.phase) {
      case "fill":
        return this.#fill();
      case "thin out":
        return this.#thinOut();
      case "ask":
        this.state.phase = "release";
        return this.#ask("firstAnswer");
      case "release":
        return this.#releaseMore();
      case "ask again":
        this.state.phase = "done";
        return this.#ask("secondAnswer");
      case "done":
        return undefined;
    }
  }

  #fill(): string {
    const { GetLastError, VirtualAlloc } = kernel32(this.#process);
    const taken: number[] = [];
    while (taken.length < BLOCKS_A_STEP) {
      const block = VirtualAlloc(0, BLOCK_BYTES, MEM_RESERVE, PAGE_NOACCESS);
      if (block === 0) break;
      taken.push(block);
    }
    const blocks = [...this.state.blocks, ...taken];
    this.state.blocks = blocks;
    if (taken.length === BLOCKS_A_STEP) {
      return `VirtualAlloc with MEM_RESERVE: ${blocks.length} blocks of 1 MB are taken.`;
    }
    this.state.phase = "thin out";
    return (
      `After ${blocks.length} blocks VirtualAlloc answers 0, ${errorText(GetLastError())}: ` +
      "no 1 MB is left in the address space. No memory is used up: nothing is committed."
    );
  }

  #thinOut(): string {
    const from = this.state.lookedAt;
    const end = Math.min(from + 2 * BLOCKS_A_STEP, this.state.blocks.length);
    const given = this.state.blocks.slice(from, end).filter((_, index) => index % 2 === 0);
    this.#release(given);
    // What stays of these, and what is not looked at yet.
    this.state.lookedAt = from + (end - from - given.length);
    if (this.state.lookedAt >= this.state.blocks.length) this.state.phase = "ask";
    return (
      `Every other block goes: VirtualFree with MEM_RELEASE for ${given.length} of them. ` +
      `${this.state.blocks.length} are left.`
    );
  }

  #ask(answer: "firstAnswer" | "secondAnswer"): string {
    const { GetLastError, VirtualAlloc } = kernel32(this.#process);
    const { sumBytes, largestBytes, gaps } = this.#free();
    const base = VirtualAlloc(0, LARGE_BYTES, MEM_RESERVE, PAGE_NOACCESS);
    this.state[answer] = base;
    const asked = `VirtualAlloc for ${sizeText(LARGE_BYTES)}:`;
    if (base !== 0) return `${asked} there is room at ${hex(base)}.`;
    return (
      `${asked} ${errorText(GetLastError())}. ${sizeText(sumBytes)} are free, in ${gaps} gaps, ` +
      `but the largest of them has ${sizeText(largestBytes)}.`
    );
  }

  /** As many blocks as lie in what is asked for: neighbours, or any. */
  #releaseMore(): string {
    const { blocks } = this.state;
    const count = LARGE_BYTES / BLOCK_BYTES / 2 + 1;
    const every = this.#omits ? Math.floor(blocks.length / count) : 1;
    const given = Array.from({ length: count }, (_, index) => blocks[index * every] ?? 0);
    this.#release(given);
    this.state.phase = "ask again";
    const { largestBytes } = this.#free();
    const which = this.#omits ? "from all over the space" : "the lowest, one beside the other";
    return (
      `${given.length} more blocks go, ${which}. Gaps without a block between them are one gap: ` +
      `the largest has ${sizeText(largestBytes)} now.`
    );
  }

  #release(given: readonly number[]): void {
    const { VirtualFree } = kernel32(this.#process);
    for (const block of given) VirtualFree(block, 0, MEM_RELEASE);
    const gone = new Set(given);
    this.state.blocks = this.state.blocks.filter((block) => !gone.has(block));
  }

  outcome(): Outcome {
    const { blocks, firstAnswer, secondAnswer } = this.state;
    const { sumBytes, largestBytes } = this.#free();
    const isRight = firstAnswer === 0 && secondAnswer !== 0;
    const sentence = isRight
      ? `Half of the space was free, and ${sizeText(LARGE_BYTES)} had no room until neighbours ` +
        `were released; then they went to ${hex(secondAnswer)}.`
      : `${sizeText(sumBytes)} are free, and ${sizeText(LARGE_BYTES)} have no room: the largest ` +
        `gap has ${sizeText(largestBytes)}.`;
    const facts = {
      "Blocks held": blocks.length,
      Free: sizeText(sumBytes),
      "Largest gap": sizeText(largestBytes),
      Regions: this.#process.counters.regions,
    };
    return { isRight, sentence, facts };
  }

  #free(): Free {
    const query = runQuery(this.#process);
    const gapsBytes: number[] = [];
    for (let run = query(0); run !== undefined; run = query(run.end)) {
      if (isFree(run)) gapsBytes.push(run.end - run.start);
    }
    const sumBytes = gapsBytes.reduce((sum, bytes) => sum + bytes, 0);
    return { sumBytes, largestBytes: Math.max(0, ...gapsBytes), gaps: gapsBytes.length };
  }
}
