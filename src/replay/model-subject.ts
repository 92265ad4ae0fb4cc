import { ERROR_INVALID_PARAMETER } from "../constants.ts";
import type { Fault } from "../model/access.ts";
import { Model, type ModelProcess } from "../model/model.ts";
import type { ModelProfile } from "../model/settings.ts";
import { failed, toWin32 } from "../model/status.ts";
import {
  type FileMapping,
  type Win32Answer,
  win32Allocate,
  win32CreateFileMapping,
  win32Free,
  win32MapViewOfFile,
  win32UnmapViewOfFile,
} from "../model/win32.ts";
import { informationText } from "./answer.ts";
import { hex, type Quantity } from "./numbers.ts";
import type { InitialRegion, ReplaySubject } from "./subject.ts";
import type { Answer, MemoryInformation, TraceCall } from "./trace.ts";

const FAILED_WATCH = "0xffffffff";
const GRANULARITY = "0x1000";

/**
 * The naive model under replay. It calculates with doubles: exact for every address and size that
 * can succeed.
 */
export class ModelSubject implements ReplaySubject {
  readonly #model: Model;
  #process: ModelProcess;
  /** Handles of the process, by the numbers that the trace has for them. */
  readonly #mappings = new Map<Quantity, FileMapping>();
  /** All that were made, also those whose number another has taken over. */
  #made: FileMapping[] = [];

  constructor(profile: string) {
    this.#model = new Model({
      profile: (profile === "win32-2g" ? "win32" : profile) as ModelProfile,
    });
    this.#process = this.#model.createProcess();
  }

  newProcess(): void {
    this.#process.exit();
    this.#process = this.#model.createProcess();
    for (const { section } of this.#made) this.#model.closeSection(section);
    this.#made = [];
    this.#mappings.clear();
  }

  adopt({ runs, ...region }: InitialRegion): void {
    this.#process.adopt({ ...region, runs: runs.map((run) => ({ ...run })) });
  }

  answer(call: TraceCall): Answer {
    switch (call.name) {
      case "VirtualAlloc": {
        const [address, size, type, protect] = call.args;
        const range = [Number(address), Number(size)] as const;
        return addressOf(win32Allocate(this.#process, ...range, type, protect));
      }
      case "VirtualFree": {
        const [address, size, type] = call.args;
        const { result, lastError } = win32Free(this.#process, Number(address), Number(size), type);
        return { return: result, ...(lastError !== undefined && { lastError }) };
      }
      case "VirtualProtect": {
        const [address, size, protect] = call.args;
        const { status, old } = this.#process.protect(Number(address), Number(size), protect);
        return failed(status)
          ? { return: 0, lastError: toWin32(status) }
          : { return: 1, oldProtect: hex(old) };
      }
      case "VirtualQuery": {
        const information = this.query(Number(call.args[0]));
        return information === null
          ? { return: 0, lastError: ERROR_INVALID_PARAMETER }
          : { return: informationText(information) };
      }
      case "load": {
        const loaded = this.#process.load(Number(call.args[0]), call.args[1]);
        return "fault" in loaded ? exceptionOf(loaded.fault) : { value: hex(loaded.value) };
      }
      case "store": {
        const [address, bytes, value] = call.args;
        return exceptionOf(this.#process.store(Number(address), bytes, BigInt(value)).fault);
      }
      case "execute": {
        const fetched = this.#process.fetch(Number(call.args[0]), 1);
        return exceptionOf("fault" in fetched ? fetched.fault : undefined);
      }
      case "GetWriteWatch":
        return this.#getWriteWatch(...call.args);
      case "ResetWriteWatch": {
        const [address, size] = call.args;
        const { status } = this.#process.resetWriteWatch(Number(address), Number(size));
        return failed(status) ? watchFailed(status) : { return: 0 };
      }
      case "CreateFileMapping": {
        const [size, protect] = call.args;
        const { mapping, ...made } = win32CreateFileMapping(this.#model, Number(size), protect);
        if (mapping === undefined) return addressOf(made);
        this.#made.push(mapping);
        if (call.handle !== undefined) this.#mappings.set(call.handle, mapping);
        return { return: hex(call.handle ?? 0) };
      }
      case "MapViewOfFileEx": {
        const [name, access, offset, size, address] = call.args;
        const mapping = this.#mappings.get(name);
        const range = [Number(offset), Number(size), Number(address)] as const;
        return addressOf(win32MapViewOfFile(this.#process, mapping, access, ...range));
      }
      case "UnmapViewOfFile": {
        const { result, lastError } = win32UnmapViewOfFile(this.#process, Number(call.args[0]));
        return { return: result, ...(lastError !== undefined && { lastError }) };
      }
    }
  }

  query(address: number): MemoryInformation | null {
    return this.#process.query(address).info ?? null;
  }

  #getWriteWatch(flags: number, address: Quantity, size: Quantity, capacity: Quantity): Answer {
    const { status, pages } = this.#process.getWriteWatch(
      flags,
      Number(address),
      Number(size),
      Number(capacity),
    );
    return failed(status)
      ? watchFailed(status)
      : { return: 0, pages: pages.map(hex), granularity: GRANULARITY };
  }
}

function addressOf({ result, lastError }: Omit<Win32Answer, "rule">): Answer {
  return { return: hex(result), ...(lastError !== undefined && { lastError }) };
}

function watchFailed(status: number): Answer {
  return { return: FAILED_WATCH, lastError: toWin32(status) };
}

function exceptionOf(fault: Fault | undefined): Answer {
  if (fault === undefined) {
    return {};
  }
  const { code, access, address } = fault;
  const exception = { ExceptionCode: hex(code), ExceptionInformation: [hex(access), hex(address)] };
  return { exception };
}
