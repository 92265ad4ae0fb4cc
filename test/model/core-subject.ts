import { PROCESS_ALL_ACCESS, PROCESS_TERMINATE } from "../../src/constants.ts";
import { type Machine, PageFault, type Process, type Thread } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import type { BasicInformation } from "../../src/model/query.ts";
import { ntdll } from "../../src/ntdll.ts";
import { createMachine } from "../setup/machine.ts";
import { CoreUserPages, offerWin32 } from "./core-awe.ts";
import { type Access, type Bulk, type Caller, exact, poke, type Side } from "./core-caller.ts";
import { changeNt, changeWin32 } from "./core-changes.ts";
import { placeholderCall } from "./core-placeholders.ts";
import {
  closeSection,
  createSection,
  flushView,
  mapViewNt,
  mapViewWin32,
  unmapView,
} from "./core-sections.ts";
import { emptyInformation, serviceNt, serviceWin32 } from "./core-services.ts";
import { applyStack, threadsOf } from "./core-stacks.ts";
import type { Call, Program, Step, Who } from "./program.ts";
import {
  bytesText,
  contentsText,
  hex,
  type Observation,
  type Subject,
  stacksText,
  stateText,
} from "./subject.ts";

const SELF = -1;
/** Counters of a process that has ended. */
const NOTHING = {
  commitCharge: 0,
  regionBytes: 0,
  regions: 0,
  lockedPages: 0,
  residentPages: 0,
};

/** The core, through the host that users have. */
export class CoreSubject implements Subject {
  readonly machine: Machine;
  private readonly sides: [Side, Side];
  private readonly userPages: CoreUserPages;

  static async create(program: Program): Promise<CoreSubject> {
    return CoreSubject.on(await machineFor(program), program);
  }

  /** Two new processes of a machine, as the program wants them. */
  static on(machine: Machine, program: Program): CoreSubject {
    const [first, second] = program.spaces;
    const quota = program.quota === undefined ? {} : { commitQuota: program.quota };
    const one = machine.createProcess({ space: first });
    const two = machine.createProcess({ space: second, ...quota });
    const all = [one, two];
    const sides: [Side, Side] = [
      sideOf(one, all, threadsOf(one)),
      sideOf(two, all, threadsOf(two)),
    ];
    return new CoreSubject(machine, sides, new CoreUserPages());
  }

  private constructor(machine: Machine, sides: [Side, Side], userPages: CoreUserPages) {
    this.machine = machine;
    this.sides = sides;
    this.userPages = userPages;
  }

  /** The same processes in a machine that was restored from a snapshot of this one. */
  restoredOn(machine: Machine): CoreSubject {
    const [one, two] = this.sides.map((side) => restoredSide(side, machine));
    if (one === undefined || two === undefined) throw new Error("two processes have two sides");
    return new CoreSubject(machine, [one, two], this.userPages.copy());
  }

  state(who: Who): string {
    const { process } = this.sides[who];
    if (!process.exited) process.verifySpace();
    return stateText(this.inspected(who));
  }

  contents(who: Who): string {
    return contentsText(this.inspected(who));
  }

  /** Ends both processes: what is left then is a leak. */
  end(): string {
    for (const { process } of this.sides) process.exit();
    const { commitCharge, frames, records } = this.machine.counters;
    const left = { commitCharge, frames, records };
    return Object.values(left).some((count) => count !== 0) ? JSON.stringify(left) : "";
  }

  apply(step: Step): Observation {
    const answer = this.answerOf(step);
    return { answer, rule: this.machine.decision };
  }

  private answerOf(step: Step): string {
    switch (step.op) {
      case "allocate":
      case "free":
      case "protect": {
        const change = step.face === "nt" ? changeNt : changeWin32;
        return change(this.callerOf(step), step);
      }
      case "createSection":
        return createSection(this.sides[step.by], step);
      case "closeSection":
        return closeSection(this.sides[step.by], step.slot);
      case "flushView":
        return flushView(this.sides[step.by], step);
      case "mapView":
        return step.face === "nt"
          ? mapViewNt(this.callerOf(step), step)
          : mapViewWin32(this.callerOf(step), step);
      case "unmapView":
        return unmapView(this.callerOf(step), step);
      case "allocateEx":
      case "mapViewEx":
      case "unmapViewEx":
        return placeholderCall(this.callerOf(step), step);
      case "threadStack":
      case "runThread":
      case "setStack":
      case "releaseStack":
      case "guarantee":
      case "rearm":
      case "userStack":
      case "freeUserStack":
        return applyStack(this.sides[step.by], step);
      case "allocateUserPages":
      case "freeUserPages":
      case "mapUserPages":
      case "scatterUserPages":
        return this.userPages.apply(this.callerOf(step), step);
      case "offer":
      case "reclaim":
      case "discard":
        return offerWin32(this.sides[step.by], step);
      case "load":
      case "store":
      case "fetch":
        return faulting(() => this.access(step));
      case "copy":
      case "fill":
      case "compare":
        return faulting(() => this.bulk(step));
      case "adopt":
        this.sides[step.on].process.adoptRegion(step.region);
        return "";
      case "poke":
        return `${poke(this.sides[step.by], step.address, Uint8Array.of(step.value))}`;
      case "exit":
        this.sides[step.on].process.exit();
        this.sides[step.on].sections.clear();
        this.userPages.forget(step.on);
        return "";
      case "fork":
        return this.fork(step);
      case "forgetMaps":
        if (!this.sides[step.on].process.exited) this.sides[step.on].process.forgetMaps();
        return "";
      default: {
        const service = step.face === "nt" ? serviceNt : serviceWin32;
        return service(this.callerOf(step), step);
      }
    }
  }

  private fork({ on, space }: Extract<Step, { op: "fork" }>): string {
    const side = this.sides[on];
    if (side.process.exited) return "";
    const other = (1 - on) as Who;
    const fork = forkOf(side.process, space);
    if (fork === null) return "refused";
    this.answerOf({ op: "exit", on: other });
    const forked = sideOf(fork, [], [...fork.threads]);
    this.sides[other] = { ...forked, sections: new Map(side.sections) };
    const processes = this.sides.map(({ process }) => process);
    for (const { handles, win32 } of this.sides) {
      handles.splice(0, handles.length, ...handlesOf(win32, processes));
    }
    return "";
  }

  private callerOf(call: Call): Caller {
    const side = this.sides[call.by];
    const own = call.by === call.on && call.handle === "good";
    const handle = own ? SELF : (side.handles[call.on]?.[call.handle] ?? 0);
    return { ...side, machine: this.machine, handle, own };
  }

  private inspected(who: Who) {
    const { process, threads } = this.sides[who];
    return {
      stacks: process.exited ? "" : stacksText(threads.map(({ stack }) => stack)),
      runs: process.exited ? [] : this.walk(who),
      peek: (address: number, size: number) => {
        const { bytes, done } = process.debugView.read(address, size);
        return done === size ? bytes : null;
      },
      counters: {
        ...(process.exited ? NOTHING : process.counters),
        machine: this.machine.counters.commitCharge,
        frames: this.machine.counters.frames,
      },
    };
  }

  private walk(who: Who): BasicInformation[] {
    const { win32 } = this.sides[who];
    const runs: BasicInformation[] = [];
    for (let at = 0; at <= this.machine.highestUserAddress; ) {
      const run = emptyInformation();
      if (win32.VirtualQuery(at, run) === 0) throw new Error(`no answer for ${hex(at)}`);
      runs.push(run);
      at = run.BaseAddress + run.RegionSize;
    }
    return runs;
  }

  private access(step: Access): string {
    const { memory } = this.sides[step.by].process;
    const address = exact(step.address);
    if (step.op === "fetch") return bytesText(memory.fetch(address, step.length));
    if (step.op === "load") {
      if (step.length === 1) return hex(memory.getUint8(address));
      if (step.length === 2) return hex(memory.getUint16(address));
      if (step.length === 4) return hex(memory.getUint32(address));
      return hex(memory.getBigUint64(address));
    }
    const value = BigInt(`0x${step.digits}`);
    if (step.length === 1) memory.setUint8(address, Number(value & 0xffn));
    else if (step.length === 2) memory.setUint16(address, Number(value & 0xffffn));
    else if (step.length === 4) memory.setUint32(address, Number(value & 0xffffffffn));
    else memory.setBigUint64(address, value);
    return "";
  }

  private bulk(step: Bulk): string {
    const { memory } = this.sides[step.by].process;
    const address = exact(step.address);
    if (step.op === "fill") memory.fill(address, step.value, step.length);
    else if (step.op === "copy") memory.copy(address, exact(step.other), step.length);
    else return `${memory.compare(address, exact(step.other), step.length)}`;
    return "";
  }
}

/** A machine as the program wants it. */
export function machineFor({ settings, spaces }: Program): Promise<Machine> {
  return createMachine({ ...settings, version: "win10", window: spaces.includes("windowed") });
}

function sideOf(process: Process, all: readonly Process[], threads: Thread[]): Side {
  const win32 = kernel32(process);
  return {
    process,
    nt: ntdll(process),
    win32,
    handles: handlesOf(win32, all),
    sections: new Map(),
    threads,
  };
}

function handlesOf(win32: Side["win32"], all: readonly Process[]): Side["handles"] {
  return all.map((target) => ({
    good: win32.OpenProcess(PROCESS_ALL_ACCESS, 0, target.id),
    null: 0,
    weak: win32.OpenProcess(PROCESS_TERMINATE, 0, target.id),
  }));
}

/** What has ended stays what it is, for the calls through handles to it. */
function restoredSide(side: Side, machine: Machine): Side {
  const process = machine.processes.find(({ id }) => id === side.process.id);
  if (process === undefined) return side;
  const threads = side.threads.map(({ id }) => {
    const thread = process.threads.find((one) => one.id === id);
    if (thread === undefined) throw new Error(`thread ${id} was not restored`);
    return thread;
  });
  const copies = { handles: side.handles.map((list) => ({ ...list })), threads };
  const faces = { process, nt: ntdll(process), win32: kernel32(process) };
  return { ...faces, ...copies, sections: new Map(side.sections) };
}

/** Null where the commit limit stands against it. */
function forkOf(process: Process, space: "auto" | "translated"): Process | null {
  try {
    return process.fork({ space });
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes("COMMITMENT_LIMIT")) throw error;
    return null;
  }
}

function faulting(access: () => string): string {
  try {
    return access();
  } catch (error) {
    if (!(error instanceof PageFault)) throw error;
    return `fault ${hex(error.code)} ${error.access} ${hex(error.address)}`;
  }
}
