import { PROCESS_ALL_ACCESS, PROCESS_TERMINATE } from "../../src/constants.ts";
import { Machine, type MachineOptions, PageFault, type Process } from "../../src/index.ts";
import { kernel32, type Kernel32 } from "../../src/kernel32.ts";
import type { BasicInformation } from "../../src/model/query.ts";
import { ntdll, type Ntdll } from "../../src/ntdll.ts";
import type { Call, HandleKind, Program, Step, Who } from "./program.ts";
import { bytesText, contentsText, hex, type Observation, stateText, type Subject } from "./subject.ts";

const SELF = -1;
const FAILED_WATCH = 0xffffffff;
const OLD_BYTES = 4;

/** What the host takes: numbers as far as they are exact. */
function exact(value: number): number | bigint {
  return Number.isSafeInteger(value) ? value : BigInt(value);
}

type Change = Extract<Step, { op: "allocate" | "free" | "protect" }>;
type Access = Extract<Step, { op: "load" | "store" | "fetch" }>;
type Bulk = Extract<Step, { op: "copy" | "fill" | "compare" }>;
type Service = Exclude<Step, Change | Access | Bulk | { op: "adopt" | "poke" | "exit" | "forgetMaps" }>;

interface Side {
  process: Process;
  nt: Ntdll;
  win32: Kernel32;
  handles: Record<HandleKind, number>[];
}

/** The core, through the host that users have. */
export class CoreSubject implements Subject {
  readonly machine: Machine;
  private readonly sides: readonly [Side, Side];

  static async create(program: Program, module?: WebAssembly.Module): Promise<CoreSubject> {
    const options: MachineOptions = { ...program.settings, ...(module && { module }) };
    const machine = await Machine.create({ ...options, window: program.spaces.includes("windowed") });
    return new CoreSubject(machine, program);
  }

  constructor(machine: Machine, program: Program) {
    this.machine = machine;
    const [first, second] = program.spaces;
    const quota = program.quota === undefined ? {} : { commitQuota: program.quota };
    const processes = [
      machine.createProcess({ space: first }),
      machine.createProcess({ space: second, ...quota }),
    ];
    const [one, two] = processes;
    if (one === undefined || two === undefined) throw new RangeError("two processes are needed");
    this.sides = [sideOf(one, [one, two]), sideOf(two, [one, two])];
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
    for (const { process } of this.sides) if (!process.exited) process.exit();
    const { commitCharge, frames } = this.machine.counters;
    return commitCharge === 0 && frames === 0 ? "" : `left: ${commitCharge} charged, ${frames} frames`;
  }

  apply(step: Step): Observation {
    const answer = this.answerOf(step);
    return { answer, rule: this.machine.decision };
  }

  private answerOf(step: Step): string {
    switch (step.op) {
      case "allocate":
      case "free":
      case "protect":
        return step.face === "nt" ? this.changeNt(step) : this.changeWin32(step);
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
        return `${this.poke(step.by, step.address, Uint8Array.of(step.value))}`;
      case "exit":
        this.sides[step.on].process.exit();
        return "";
      case "forgetMaps":
        if (!this.sides[step.on].process.exited) this.sides[step.on].process.forgetMaps();
        return "";
      default:
        return step.face === "nt" ? this.serviceNt(step) : this.serviceWin32(step);
    }
  }

  private inspected(who: Who) {
    const { process } = this.sides[who];
    return {
      runs: process.exited ? [] : this.walk(who),
      peek: (address: number, size: number) => {
        const { bytes, done } = process.debugView.read(address, size);
        return done === size ? bytes : null;
      },
      counters: { ...process.counters, machine: this.machine.counters.commitCharge },
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

  private poke(who: Who, address: number, bytes: Uint8Array): boolean {
    return this.sides[who].process.debugView.write(exact(address), bytes) === bytes.length;
  }

  private handleOf(call: Call): number {
    if (call.by === call.on && call.handle === "good") return SELF;
    return this.sides[call.by].handles[call.on]?.[call.handle] ?? 0;
  }

  /** Where the caller keeps an in-out value: in the guest's memory, or outside. */
  private inOut(who: Who, value: number, at: number | undefined, bytes: number) {
    if (at === undefined) return { value: exact(value) };
    for (let i = 0; i < bytes; i += 1) {
      const byte = Math.floor(value / 256 ** i) % 256;
      this.poke(who, at + i, Uint8Array.of(byte));
    }
    return at;
  }

  private valueOf(who: Who, out: { value: number | bigint } | number, bytes: number): number {
    if (typeof out !== "number") return Number(out.value);
    const read = this.sides[who].process.debugView.read(out, bytes).bytes;
    let value = 0;
    for (let i = bytes - 1; i >= 0; i -= 1) value = value * 256 + (read[i] ?? 0);
    return value;
  }

  private changeNt(step: Change): string {
    const { nt } = this.sides[step.by];
    const handle = this.handleOf(step);
    const size = { value: exact(step.size) };
    if (step.op === "protect") {
      const base = { value: exact(step.base) };
      const old = this.inOut(step.by, 0, step.oldAt, OLD_BYTES);
      const status = nt.NtProtectVirtualMemory(handle, base, size, step.protect, old);
      return ended(status, () => {
        // A page that the call took away cannot show the value.
        const shown = step.oldAt === undefined ? hex(this.valueOf(step.by, old, OLD_BYTES)) : "?";
        return `${hex(base.value)} ${hex(size.value)} ${shown}`;
      });
    }
    const pointerBytes = this.machine.pointerBytes;
    const base = this.inOut(step.by, step.base, step.baseAt, pointerBytes);
    const status =
      step.op === "allocate"
        ? nt.NtAllocateVirtualMemory(
            handle,
            base,
            exact(step.zeroBits),
            size,
            step.type,
            step.protect,
          )
        : nt.NtFreeVirtualMemory(handle, base, size, step.type);
    return ended(status, () => {
      const shown =
        step.baseAt === undefined ? hex(this.valueOf(step.by, base, pointerBytes)) : "?";
      return `${shown} ${hex(size.value)}`;
    });
  }

  private changeWin32(step: Change): string {
    const { win32 } = this.sides[step.by];
    const own = step.by === step.on && step.handle === "good";
    const [handle, base, size] = [this.handleOf(step), exact(step.base), exact(step.size)];
    win32.SetLastError(0);
    if (step.op === "allocate") {
      const result = own
        ? win32.VirtualAlloc(base, size, step.type, step.protect)
        : win32.VirtualAllocEx(handle, base, size, step.type, step.protect);
      return this.returned(step.by, result !== 0, hex(result));
    }
    if (step.op === "free") {
      const result = own
        ? win32.VirtualFree(base, size, step.type)
        : win32.VirtualFreeEx(handle, base, size, step.type);
      return this.returned(step.by, result !== 0, hex(result));
    }
    const old = this.inOut(step.by, 0, step.oldAt, OLD_BYTES);
    const result = own
      ? win32.VirtualProtect(base, size, step.protect, old)
      : win32.VirtualProtectEx(handle, base, size, step.protect, old);
    const shown = step.oldAt === undefined ? () => hex(this.valueOf(step.by, old, OLD_BYTES)) : "?";
    return this.returned(step.by, result !== 0, shown);
  }

  private returned(who: Who, done: boolean, shown: string | (() => string)): string {
    if (!done) return `error ${this.sides[who].win32.GetLastError()}`;
    return `ok ${typeof shown === "string" ? shown : shown()}`;
  }

  private serviceNt(step: Service): string {
    const { nt } = this.sides[step.by];
    const handle = this.handleOf(step);
    switch (step.op) {
      case "query": {
        const info = emptyInformation();
        const length = this.machine.pointerBytes === 8 ? 48 : 28;
        const status = nt.NtQueryVirtualMemory(handle, exact(step.address), 0, info, length);
        return ended(status, () => JSON.stringify(info));
      }
      case "queryRegion": {
        const info = {
          AllocationBase: 0,
          AllocationProtect: 0,
          RegionType: 0,
          RegionSize: 0,
          CommitSize: 0,
        };
        const length = this.machine.pointerBytes === 8 ? 0x30 : 0x1c;
        const full = { value: info };
        const status = nt.NtQueryVirtualMemory(handle, exact(step.address), 3, full, length);
        return ended(status, () => JSON.stringify(info, Object.keys(info)));
      }
      case "lock":
      case "unlock": {
        const base = { value: exact(step.base) };
        const size = { value: exact(step.size) };
        const call = step.op === "lock" ? nt.NtLockVirtualMemory : nt.NtUnlockVirtualMemory;
        const status = call(handle, base, size, step.mapType);
        return ended(status, () => `${hex(base.value)} ${hex(size.value)}`);
      }
      case "getWriteWatch": {
        const pages = { value: [] as number[] };
        const count = { value: step.capacity };
        const status = nt.NtGetWriteWatch(
          handle,
          step.flags,
          exact(step.base),
          exact(step.size),
          step.missing === "array" ? null : pages,
          step.missing === "count" ? null : count,
          step.missing === "granularity" ? null : { value: 0 },
        );
        return ended(status, () => pages.value.slice(0, count.value).map(hex).join(" "));
      }
      case "resetWriteWatch":
        return ended(nt.NtResetWriteWatch(handle, exact(step.base), exact(step.size)), () => "");
      case "read": {
        const buffer = new Uint8Array(step.length);
        const done = { value: 0 };
        const status = nt.NtReadVirtualMemory(
          handle,
          exact(step.address),
          buffer,
          step.length,
          done,
        );
        return `${ended(status, () => "")} ${bytesText(buffer.subarray(0, done.value))}`;
      }
      case "write":
      case "writeProcess": {
        const buffer = new Uint8Array(step.length).fill(step.value);
        const done = { value: 0 };
        const status = nt.NtWriteVirtualMemory(
          handle,
          exact(step.address),
          buffer,
          step.length,
          done,
        );
        return `${ended(status, () => "")} ${done.value}`;
      }
    }
  }

  private serviceWin32(step: Service): string {
    const { win32 } = this.sides[step.by];
    const own = step.by === step.on && step.handle === "good";
    const handle = this.handleOf(step);
    win32.SetLastError(0);
    switch (step.op) {
      case "query": {
        const info = emptyInformation();
        const bytes = own
          ? win32.VirtualQuery(exact(step.address), info)
          : win32.VirtualQueryEx(handle, exact(step.address), info);
        return this.returned(step.by, bytes !== 0, JSON.stringify(info));
      }
      case "lock":
      case "unlock": {
        const call = step.op === "lock" ? win32.VirtualLock : win32.VirtualUnlock;
        return this.returned(step.by, call(exact(step.base), exact(step.size)) !== 0, "");
      }
      case "getWriteWatch": {
        const pages = { value: [] as number[] };
        const count = { value: step.capacity };
        const result = win32.GetWriteWatch(
          step.flags,
          exact(step.base),
          exact(step.size),
          step.missing === "array" ? null : pages,
          step.missing === "count" ? null : count,
          step.missing === "granularity" ? null : { value: 0 },
        );
        const shown = () => pages.value.slice(0, count.value).map(hex).join(" ");
        return this.returned(step.by, result !== FAILED_WATCH, shown);
      }
      case "resetWriteWatch": {
        const result = win32.ResetWriteWatch(exact(step.base), exact(step.size));
        return this.returned(step.by, result !== FAILED_WATCH, "");
      }
      case "read": {
        const buffer = new Uint8Array(step.length);
        const done = { value: 0 };
        const result = win32.ReadProcessMemory(
          handle,
          exact(step.address),
          buffer,
          step.length,
          done,
        );
        const outcome = this.returned(step.by, result !== 0, "");
        return `${outcome} ${bytesText(buffer.subarray(0, done.value))}`;
      }
      case "write":
      case "writeProcess": {
        const buffer = new Uint8Array(step.length).fill(step.value);
        const done = { value: 0 };
        const result = win32.WriteProcessMemory(
          handle,
          exact(step.address),
          buffer,
          step.length,
          done,
        );
        return `${this.returned(step.by, result !== 0, "")} ${done.value}`;
      }
      case "queryRegion":
        throw new RangeError("kernel32 has no such query");
    }
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

function sideOf(process: Process, all: readonly Process[]): Side {
  const win32 = kernel32(process);
  const handles = all.map((target) => ({
    good: win32.OpenProcess(PROCESS_ALL_ACCESS, 0, target.id),
    null: 0,
    weak: win32.OpenProcess(PROCESS_TERMINATE, 0, target.id),
  }));
  return { process, nt: ntdll(process), win32, handles };
}

function emptyInformation(): BasicInformation {
  return {
    BaseAddress: 0,
    AllocationBase: 0,
    AllocationProtect: 0,
    RegionSize: 0,
    State: 0,
    Protect: 0,
    Type: 0,
  };
}

function ended(status: number, success: () => string): string {
  return status >= 0x80000000 ? hex(status) : `${hex(status)} ${success()}`;
}

function faulting(access: () => string): string {
  try {
    return access();
  } catch (error) {
    if (!(error instanceof PageFault)) throw error;
    return `fault ${hex(error.code)} ${error.access} ${hex(error.address)}`;
  }
}
