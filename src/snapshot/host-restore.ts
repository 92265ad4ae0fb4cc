import type { FileBacking } from "../file-backing.ts";
import type { OpenFile, SavedFile } from "../files.ts";
import type { Machine } from "../machine.ts";
import { Process } from "../process.ts";
import { Section } from "../section.ts";
import { SpaceCounter } from "../wasm/exports.ts";
import type { HandleState, HostState, OpenFileState, ProcessState } from "./host-state.ts";

/**
 * Give the machine what the host knew. Requires: the core has loaded its records.
 *
 * @throws Error, TypeError, RangeError where it does not go together
 */
export function hostRestored(
  machine: Machine,
  host: HostState,
  backings: readonly FileBacking[],
): void {
  new Restorer(machine, host, backings).restore();
}

class Restorer {
  readonly #machine: Machine;
  readonly #host: HostState;
  readonly #files = new Map<number, SavedFile>();
  readonly #sections = new Map<number, Section>();
  readonly #processes = new Map<number, Process>();

  constructor(machine: Machine, host: HostState, backings: readonly FileBacking[]) {
    this.#machine = machine;
    this.#host = host;
    for (const [index, { number, name, content, image }] of host.files.entries()) {
      const backing = backings[index] as FileBacking;
      this.#files.set(number, machine.files.restore(name, backing, content, image));
    }
  }

  restore(): void {
    const { lastProcessId, lastThreadId, processes, sharedViews, pageBits } = this.#host;
    const machine = this.#machine;
    machine.core.operations = this.#host.clock;
    if (machine.core.failures !== undefined) machine.core.failures.calls = this.#host.failureCalls;
    machine.lastIds = { lastProcessId, lastThreadId };
    for (const state of processes) this.#process(state);
    this.#makeSections();
    for (const state of processes) this.#handles(state);
    for (const { base, counts } of sharedViews) machine.sharedViews.restore(base, counts);
    for (const { kind, space, pages } of pageBits) machine.pageBits.restore(kind, space, pages);
  }

  #process(state: ProcessState): void {
    const { id, space, exitCode, threads, currentThread, handlerHandles } = state;
    const machine = this.#machine;
    const [main, ...others] = threads;
    if (main === undefined) throw new Error(`process ${id} has no thread`);
    const isWindowed = machine.core.spaceCounter(space, SpaceCounter.Kind) === 1;
    const place = {
      id,
      spaceNumber: space,
      space: isWindowed ? "windowed" : "translated",
    } as const;
    const process = new Process(machine, place, main.id);
    for (const { id } of others) process.addThread(id);
    for (const [index, { lastError, savedError, dllError }] of threads.entries()) {
      Object.assign(process.threads[index] as object, { lastError, savedError, dllError });
    }
    const current = process.threads.find((thread) => thread.id === currentThread);
    if (current === undefined) throw new Error(`process ${id} has no thread ${currentThread}`);
    process.currentThread = current;
    const pointer = BigInt(state.instructionPointer);
    process.instructionPointer = pointer <= Number.MAX_SAFE_INTEGER ? Number(pointer) : pointer;
    process.exceptions.handlesGiven = handlerHandles;
    if (state.trusted) machine.trusted.add(process);
    if (exitCode !== null) process.ended(exitCode);
    machine.processRestored(process);
    this.#processes.set(id, process);
  }

  #makeSections(): void {
    const { core, sectionNames } = this.#machine;
    for (const { number, name, file, image } of this.#host.sections) {
      const opened = file === null ? undefined : this.#open(file);
      const program = image ? this.#file(file?.file ?? 0).image : undefined;
      if (image && program === undefined) throw new Error(`section ${number} has no program`);
      core.sectionOpen(number);
      const section = new Section(this.#machine, number, opened, program?.executable);
      sectionNames.add(name, section);
      this.#sections.set(number, section);
    }
  }

  #handles({ id, handles }: ProcessState): void {
    const process = this.#processes.get(id) as Process;
    for (const state of handles) {
      process.handles.openAt(state.handle, this.#object(state), state.access);
    }
  }

  #object(state: HandleState) {
    switch (state.kind) {
      case "process":
        return found(this.#processes.get(state.process), state);
      case "section":
        return found(this.#sections.get(state.section), state);
      case "file":
        return this.#open(state.file);
      case "notification":
        return found(this.#machine.memoryNotifications.get(state.type), state);
    }
  }

  #open({ file, access }: OpenFileState): OpenFile {
    return this.#file(file).open(access);
  }

  #file(number: number): SavedFile {
    const file = this.#files.get(number);
    if (file === undefined) throw new Error(`there is no file ${number}`);
    return file;
  }
}

function found<T>(object: T | undefined, { handle, kind }: HandleState): T {
  if (object === undefined) throw new Error(`handle ${handle} leads to no ${kind}`);
  return object;
}
