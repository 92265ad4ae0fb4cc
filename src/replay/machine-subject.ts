import { INVALID_HANDLE_VALUE } from "../constants.ts";
import { PageFault } from "../fault.ts";
import { kernel32 } from "../kernel32.ts";
import { Machine } from "../machine.ts";
import type { Process } from "../process.ts";
import type { ProfileName } from "../profile.ts";
import { informationText } from "./answer.ts";
import { hex, type Quantity } from "./numbers.ts";
import { pointerBytesOf, type Space } from "./profiles.ts";
import type { InitialRegion, ReplaySubject } from "./subject.ts";
import type { AccessBytes, Answer, MemoryInformation, TraceCall } from "./trace.ts";

type Calls = ReturnType<typeof kernel32>;

/**
 * A guardpage machine under replay: one process at a time, calls through kernel32 with its last
 * error.
 */
export class MachineSubject implements ReplaySubject {
  readonly machine: Machine;
  readonly pointerBytes: 4 | 8;
  readonly #space: Space | "auto";
  #process: Process;
  #calls: Calls;
  /** Handles of the process, by the numbers that the trace has for them. */
  readonly #mappings = new Map<Quantity, number>();

  /** @throws RangeError where the machine has no space of this kind */
  constructor(machine: Machine, space: Space | "auto") {
    this.machine = machine;
    this.pointerBytes = machine.pointerBytes;
    this.#space = space;
    this.#process = machine.createProcess({ space });
    this.#calls = kernel32(this.#process);
  }

  /**
   * A machine on which no call of a trace has been made.
   *
   * @param space "auto": windowed where there can be a window
   * @param module a core compiled by the caller
   * @throws RangeError where the profile has no space of this kind
   */
  static async create(
    profile: string,
    space: Space | "auto",
    module?: WebAssembly.Module,
  ): Promise<MachineSubject> {
    const machine = await Machine.create({
      profile: profile as ProfileName,
      // As the model, whatever the profile stands for.
      version: "win10",
      window: space !== "translated" && pointerBytesOf(profile) === 4,
      module,
    });
    return new MachineSubject(machine, space);
  }

  get process(): Process {
    return this.#process;
  }

  newProcess(): void {
    this.#process.exit();
    this.#process = this.machine.createProcess({ space: this.#space });
    this.#calls = kernel32(this.#process);
    this.#mappings.clear();
  }

  /** What makes it what it is now, when its machine is again what that is now. */
  keep(): () => void {
    const process = this.#process;
    const calls = this.#calls;
    const mappings = [...this.#mappings];
    return () => {
      this.#process = process;
      this.#calls = calls;
      this.#mappings.clear();
      for (const [name, handle] of mappings) this.#mappings.set(name, handle);
    };
  }

  adopt({ runs, ...region }: InitialRegion): void {
    this.#process.adoptRegion({ ...region, runs: [...runs] });
  }

  answer(call: TraceCall): Answer {
    // A failing call that forgets its last error must not show the one of an earlier call.
    this.#calls.SetLastError(0);
    switch (call.name) {
      case "VirtualAlloc": {
        const base = this.#calls.VirtualAlloc(...call.args);
        return base === 0 ? this.#failed({ return: hex(base) }) : { return: hex(base) };
      }
      case "VirtualFree": {
        const done = this.#calls.VirtualFree(...call.args);
        return done === 0 ? this.#failed({ return: done }) : { return: done };
      }
      case "VirtualProtect": {
        const old = { value: 0 };
        const done = this.#calls.VirtualProtect(...call.args, old);
        return done === 0
          ? this.#failed({ return: done })
          : { return: done, oldProtect: hex(old.value) };
      }
      case "VirtualQuery": {
        const information = this.#query(call.args[0]);
        return information === null
          ? this.#failed({ return: 0 })
          : { return: informationText(information) };
      }
      case "load":
        return this.#load(...call.args);
      case "store":
        return this.#store(...call.args);
      case "execute":
        return attempt(() => {
          this.#process.memory.fetch(call.args[0], 1);
          return {};
        });
      case "GetWriteWatch":
        return this.#getWriteWatch(...call.args);
      case "ResetWriteWatch": {
        const failure = this.#calls.ResetWriteWatch(...call.args);
        return failure === 0 ? { return: 0 } : this.#failed({ return: hex(failure) });
      }
      case "CreateFileMapping":
        return this.#createFileMapping(...call.args, call.handle);
      case "MapViewOfFileEx":
        return this.#mapView(...call.args);
      case "UnmapViewOfFile": {
        const done = this.#calls.UnmapViewOfFile(...call.args);
        return done === 0 ? this.#failed({ return: done }) : { return: done };
      }
    }
  }

  query(address: number): MemoryInformation | null {
    return address > this.machine.highestUserAddress ? null : this.#query(address);
  }

  /**
   * Bytes of the pages in a range that have a frame: a page takes one when it is first read or
   * written.
   */
  touchedBytes(base: number, size: number): number {
    return this.#process.touchedBytes(base, size);
  }

  #failed(answer: Answer): Answer {
    return { ...answer, lastError: this.#calls.GetLastError() };
  }

  #query(address: Quantity): MemoryInformation | null {
    const information = { ...NO_INFORMATION };
    return this.#calls.VirtualQuery(address, information) === 0 ? null : information;
  }

  #load(address: Quantity, bytes: AccessBytes): Answer {
    const { memory } = this.#process;
    switch (bytes) {
      case 1:
        return attempt(() => ({ value: hex(memory.getUint8(address)) }));
      case 2:
        return attempt(() => ({ value: hex(memory.getUint16(address)) }));
      case 4:
        return attempt(() => ({ value: hex(memory.getUint32(address)) }));
      case 8:
        return attempt(() => ({ value: hex(memory.getBigUint64(address)) }));
    }
  }

  /** As many low bytes of the value as the access has. */
  #store(address: Quantity, bytes: AccessBytes, value: Quantity): Answer {
    const { memory } = this.#process;
    const low = BigInt.asUintN(bytes * 8, BigInt(value));
    return attempt(() => {
      switch (bytes) {
        case 1:
          memory.setUint8(address, Number(low));
          break;
        case 2:
          memory.setUint16(address, Number(low));
          break;
        case 4:
          memory.setUint32(address, Number(low));
          break;
        case 8:
          memory.setBigUint64(address, low);
          break;
      }
      return {};
    });
  }

  #createFileMapping(size: Quantity, protect: number, name: Quantity | undefined): Answer {
    const [high, low] = halves(size);
    const file = INVALID_HANDLE_VALUE;
    const handle = this.#calls.CreateFileMapping(file, null, protect, high, low, null);
    if (handle === 0) return this.#failed({ return: "0x0" });
    if (name === undefined) return { return: hex(handle) };
    this.#mappings.set(name, handle);
    return { return: hex(name) };
  }

  #mapView(
    name: Quantity,
    access: number,
    offset: Quantity,
    size: Quantity,
    address: Quantity,
  ): Answer {
    const handle = this.#mappings.get(name) ?? null;
    const [high, low] = halves(offset);
    const base = this.#calls.MapViewOfFileEx(handle, access, high, low, size, address);
    return base === 0 ? this.#failed({ return: "0x0" }) : { return: hex(base) };
  }

  #getWriteWatch(flags: number, address: Quantity, size: Quantity, capacity: Quantity): Answer {
    const pages = { value: [] as number[] };
    const count = { value: Number(capacity) };
    const granularity = { value: 0 };
    const failure = this.#calls.GetWriteWatch(flags, address, size, pages, count, granularity);
    return failure === 0
      ? { return: 0, pages: pages.value.map(hex), granularity: hex(granularity.value) }
      : this.#failed({ return: hex(failure) });
  }
}

/** The two DWORDs of 64 bits. */
function halves(value: Quantity): [high: number, low: number] {
  const bits = BigInt(value);
  return [Number(bits >> 32n), Number(BigInt.asUintN(32, bits))];
}

const NO_INFORMATION: MemoryInformation = {
  BaseAddress: 0,
  AllocationBase: 0,
  AllocationProtect: 0,
  RegionSize: 0,
  State: 0,
  Protect: 0,
  Type: 0,
};

/**
 * One access: what it gave, or the exception it ended in. The process has no handlers, so nothing
 * tries again.
 */
function attempt(access: () => Answer): Answer {
  try {
    return access();
  } catch (error) {
    if (!(error instanceof PageFault)) {
      throw error;
    }
    const { ExceptionCode, ExceptionInformation } = error.record;
    return {
      exception: {
        ExceptionCode: hex(ExceptionCode),
        ExceptionInformation: ExceptionInformation.map(hex),
      },
    };
  }
}
