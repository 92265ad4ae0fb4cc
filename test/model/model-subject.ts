import type { Fault } from "../../src/model/access.ts";
import type { BulkAnswer } from "../../src/model/bulk.ts";
import { Model, type ModelProcess } from "../../src/model/model.ts";
import { isWide } from "../../src/model/settings.ts";
import type { Answer, CallOptions } from "../../src/model/space.ts";
import { failed, toWin32 } from "../../src/model/status.ts";
import { type Win32Answer, win32Allocate, win32Free } from "../../src/model/win32.ts";
import type { AweStep } from "./awe-steps.ts";
import type { PlaceholderStep, SectionStep } from "./core-caller.ts";
import { ModelUserPages } from "./model-awe.ts";
import { placeholderAnswer } from "./model-placeholders.ts";
import { ModelSections } from "./model-sections.ts";
import { applyStack, stacksOf } from "./model-stacks.ts";
import type { Call, HandleKind, Program, Step, Who } from "./program.ts";
import type { StackStep } from "./stack-step.ts";
import {
  bytesText,
  contentsText,
  hex,
  type Observation,
  type Subject,
  stacksText,
  stateText,
} from "./subject.ts";

const HANDLE_STATUS: Record<HandleKind, number> = { good: 0, null: 0xc0000008, weak: 0xc0000022 };

/** Size of the ULONG that receives the old protection. */
export const OLD_BYTES = 4;

export type MakeModel = (settings: Program["settings"]) => Model;

export function faultText({ code, access, address }: Fault): string {
  return `fault ${hex(code)} ${access} ${hex(address)}`;
}

/** A failing call shows its error and, in its out-parameters, nothing. */
export function ended(call: Pick<Call, "face">, answer: Answer, success: string): Observation {
  const { rule, status } = answer;
  if (call.face === "nt") {
    return { answer: failed(status) ? hex(status) : `${hex(status)} ${success}`, rule };
  }
  return { answer: failed(status) ? `error ${toWin32(status)}` : `ok ${success}`, rule };
}

export function win32Ended({ result, lastError, rule }: Win32Answer): Observation {
  return { answer: lastError === undefined ? `ok ${hex(result)}` : `error ${lastError}`, rule };
}

export class ModelSubject implements Subject {
  readonly model: Model;
  readonly processes: [ModelProcess, ModelProcess];
  readonly sections: ModelSections;
  readonly userPages: ModelUserPages;

  constructor(program: Program, makeModel: MakeModel = (settings) => new Model(settings)) {
    this.model = makeModel(program.settings);
    const quota = program.quota === undefined ? {} : { commitQuota: program.quota };
    this.processes = [this.model.createProcess(), this.model.createProcess(quota)];
    this.sections = new ModelSections(this);
    this.userPages = new ModelUserPages(this);
  }

  state(who: Who): string {
    return stateText(this.inspected(who));
  }

  contents(who: Who): string {
    return contentsText(this.inspected(who));
  }

  apply(step: Step): Observation {
    this.model.shared.caller = "by" in step ? this.processes[step.by] : null;
    switch (step.op) {
      case "allocate":
      case "free":
      case "protect":
        return this.change(step);
      case "createSection":
      case "closeSection":
      case "mapView":
      case "unmapView":
      case "flushView":
        return this.sections.apply(step);
      case "allocateEx":
      case "mapViewEx":
      case "unmapViewEx":
        return placeholderAnswer(this, step);
      case "threadStack":
      case "runThread":
      case "setStack":
      case "releaseStack":
      case "guarantee":
      case "rearm":
      case "userStack":
      case "freeUserStack":
        return applyStack(this.processes[step.by], step);
      case "allocateUserPages":
      case "freeUserPages":
      case "mapUserPages":
      case "scatterUserPages":
      case "offer":
      case "reclaim":
      case "discard":
        return this.userPages.apply(step);
      case "load":
      case "store":
      case "fetch":
        return this.access(step);
      case "copy":
      case "fill":
      case "compare":
        return this.bulk(step);
      case "adopt":
        this.processes[step.on].adopt(step.region);
        return { answer: "", rule: "" };
      case "poke": {
        const done = this.processes[step.by].poke(step.address, Uint8Array.of(step.value));
        return { answer: `${done}`, rule: "" };
      }
      case "exit":
        this.processes[step.on].exit();
        this.sections.closeAll(step.on);
        this.userPages.forget(step.on);
        return { answer: "", rule: "" };
      case "fork":
        return { answer: this.fork(step.on), rule: "" };
      case "forgetMaps":
        return { answer: "", rule: "" };
      default:
        return this.service(step);
    }
  }

  private fork(on: Who): string {
    if (this.processes[on].exited) return "";
    const other = (1 - on) as Who;
    const fork = this.processes[on].fork();
    if (fork === null) return "refused";
    this.apply({ op: "exit", on: other });
    this.processes[other] = fork;
    this.sections.inherit(other, on);
    return "";
  }

  private inspected(who: Who) {
    const process = this.processes[who];
    return {
      stacks: process.exited ? "" : stacksText(stacksOf(process)),
      runs: process.exited ? [] : process.walk(0, this.model.layout.highestUser),
      peek: (address: number, size: number) => process.peek(address, size),
      counters: {
        ...process.counters,
        machine: this.model.commitCharge,
        frames: this.ownFrames + this.model.sectionFrames,
      },
    };
  }

  private get ownFrames(): number {
    const [first, second] = this.processes;
    return first.frames + second.framesBeside(first);
  }

  optionsOf(step: Call, pointerAt?: number, bytes = 0): CallOptions {
    const handle = HANDLE_STATUS[step.handle];
    if (pointerAt === undefined) return { handle };
    return { handle, probe: () => this.processes[step.by].probePointer(pointerAt, bytes) };
  }

  /**
   * What an out-parameter holds before the call; its page has a frame then, whatever the call
   * answers.
   */
  private setPointer(who: Who, address: number, value: number, bytes: number): void {
    for (let i = 0; i < bytes; i += 1) {
      const byte = Math.floor(value / 256 ** i) % 256;
      this.processes[who].poke(address + i, Uint8Array.of(byte));
    }
  }

  private change(step: Extract<Step, { op: "allocate" | "free" | "protect" }>): Observation {
    const process = this.processes[step.on];
    const { base, size } = step;
    if (step.op === "protect") {
      if (step.oldAt !== undefined) this.setPointer(step.by, step.oldAt, 0, OLD_BYTES);
      const options = this.optionsOf(step, step.oldAt, OLD_BYTES);
      const answer = process.protect(base, size, step.protect, options);
      if (step.oldAt !== undefined && !failed(answer.status)) {
        this.processes[step.by].store(step.oldAt, OLD_BYTES, BigInt(answer.old));
      }
      const range = step.face === "nt" ? `${hex(answer.base)} ${hex(answer.size)} ` : "";
      // A value in guest memory shows itself there.
      const old = step.oldAt === undefined ? hex(answer.old) : "?";
      return ended(step, answer, `${range}${old}`);
    }
    const pointerBytes = isWide(this.model.settings.profile) ? 8 : 4;
    const options = this.optionsOf(step, step.baseAt, pointerBytes);
    if (step.face === "win32") {
      return win32Ended(
        step.op === "allocate"
          ? win32Allocate(process, base, size, step.type, step.protect, options)
          : win32Free(process, base, size, step.type, options),
      );
    }
    if (step.baseAt !== undefined) this.setPointer(step.by, step.baseAt, base, pointerBytes);
    const answer =
      step.op === "allocate"
        ? process.allocate(base, size, step.type, step.protect, step.zeroBits, options)
        : process.free(base, size, step.type, options);
    if (step.baseAt !== undefined && !failed(answer.status)) {
      this.processes[step.by].store(step.baseAt, pointerBytes, BigInt(answer.base));
    }
    const shown = step.baseAt === undefined ? hex(answer.base) : "?";
    return ended(step, answer, `${shown} ${hex(answer.size)}`);
  }

  private service(
    step: Exclude<
      Step,
      {
        op:
          | "allocate"
          | "free"
          | "protect"
          | "load"
          | "store"
          | "fetch"
          | "copy"
          | "fill"
          | "compare"
          | SectionStep["op"]
          | PlaceholderStep["op"]
          | StackStep["op"]
          | AweStep["op"]
          | "adopt"
          | "poke"
          | "exit"
          | "fork"
          | "forgetMaps";
      }
    >,
  ): Observation {
    const process = this.processes[step.on];
    const options = this.optionsOf(step);
    const own = step.by === step.on;
    switch (step.op) {
      case "query": {
        const answer = process.query(step.address, options);
        return ended(step, answer, JSON.stringify(answer.info));
      }
      case "queryRegion": {
        const answer = process.queryRegion(step.address, options);
        return ended(step, answer, JSON.stringify(answer.info));
      }
      case "lock":
      case "unlock": {
        const answer = process[step.op](step.base, step.size, step.mapType, options);
        const range = step.face === "nt" ? `${hex(answer.base)} ${hex(answer.size)}` : "";
        return ended(step, answer, range);
      }
      case "getWriteWatch": {
        const { flags, base, size, capacity, missing } = step;
        const watch = missing === undefined ? options : { ...options, missing };
        const answer = process.getWriteWatch(flags, base, size, capacity, watch);
        return ended(step, answer, answer.pages.map(hex).join(" "));
      }
      case "resetWriteWatch":
        return ended(step, process.resetWriteWatch(step.base, step.size, options), "");
      case "read": {
        const answer = process.readVirtual(step.address, step.length, { ...options, own });
        const { answer: outcome, rule } = ended(step, answer, "");
        return { answer: `${outcome} ${bytesText(answer.bytes)}`, rule };
      }
      case "write":
      case "writeProcess": {
        const bytes = new Uint8Array(step.length).fill(step.value);
        const answer =
          step.op === "write"
            ? process.writeVirtual(step.address, bytes, { ...options, own })
            : process.writeProcess(step.address, bytes, { ...options, own });
        const { answer: outcome, rule } = ended(step, answer, "");
        return { answer: `${outcome} ${answer.done}`, rule };
      }
    }
  }

  private access(step: Extract<Step, { op: "load" | "store" | "fetch" }>): Observation {
    const process = this.processes[step.by];
    const rule = "";
    if (step.op === "load") {
      const answer = process.load(step.address, step.length);
      return { answer: "fault" in answer ? faultText(answer.fault) : hex(answer.value), rule };
    }
    if (step.op === "fetch") {
      const answer = process.fetch(step.address, step.length);
      return {
        answer: "fault" in answer ? faultText(answer.fault) : bytesText(answer.bytes),
        rule,
      };
    }
    const { fault } = process.store(step.address, step.length, BigInt(`0x${step.digits}`));
    return { answer: fault === undefined ? "" : faultText(fault), rule };
  }

  private bulk(step: Extract<Step, { op: "copy" | "fill" | "compare" }>): Observation {
    const process = this.processes[step.by];
    const { address, length } = step;
    const answer: BulkAnswer & { sign?: number } =
      step.op === "fill"
        ? process.fill(address, step.value, length)
        : process[step.op](address, step.other, length);
    if (answer.fault !== undefined) return { answer: faultText(answer.fault), rule: "" };
    return { answer: step.op === "compare" ? `${answer.sign}` : "", rule: "" };
  }
}
