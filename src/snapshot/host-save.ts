import type { FileBacking } from "../file-backing.ts";
import { OpenFile } from "../files.ts";
import { isProcess, type OpenHandle } from "../handles.ts";
import type { Machine } from "../machine.ts";
import { MemoryNotification } from "../memory-notification.ts";
import { hex } from "../names.ts";
import type { Process } from "../process.ts";
import { Section } from "../section.ts";
import type {
  FileState,
  HandleState,
  HostState,
  OpenFileState,
  ProcessState,
  SectionState,
} from "./host-state.ts";

/** Processes that run, and those that have ended while handles lead to them, by their ids. */
export function processesOf(machine: Machine): Process[] {
  const found = new Set<Process>(machine.processes);
  for (const process of machine.processes) {
    for (const { object } of process.handles.list()) {
      if (isProcess(object)) found.add(object);
    }
  }
  return [...found].sort((one, other) => one.id - other.id);
}

/** Sections that handles lead to, in the order of the handles. */
function sectionsOf(machine: Machine): Section[] {
  const found = new Set<Section>();
  for (const process of processesOf(machine)) {
    for (const { object } of process.handles.list()) {
      if (object instanceof Section) found.add(object);
    }
  }
  return [...found];
}

/** The numbers of the core's sections that handles lead to, in that order. */
export function sectionRoots(machine: Machine): number[] {
  return sectionsOf(machine).map(({ number }) => number);
}

/** What the host knows. Requires: the core has ranked its sections. */
export function hostStateOf(machine: Machine): HostState {
  return new Saver(machine).state();
}

/** The files, in the order of the numbers that a saved state gives them. Requires: as above. */
export function backingsOf(machine: Machine): FileBacking[] {
  const saver = new Saver(machine);
  saver.state();
  return saver.fileNumbers.map((number) => machine.files.state(number).backing);
}

class Saver {
  readonly #machine: Machine;
  /** Numbers of the files in the order in which they were met. */
  readonly #files = new Map<number, FileState>();

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** The machine's own numbers of the files that were met. */
  get fileNumbers(): number[] {
    return [...this.#files.keys()];
  }

  state(): HostState {
    const machine = this.#machine;
    const { window: _, ...options } = machine.options;
    const processes = processesOf(machine).map((process) => this.#process(process));
    const sections = sectionsOf(machine)
      .map((section) => this.#section(section))
      .sort((one, other) => one.number - other.number);
    this.#otherFiles();
    return {
      options: sorted(options),
      pageStore: machine.pager.hasStore,
      clock: machine.clock,
      failureCalls: machine.core.failures?.calls ?? [],
      ...machine.lastIds,
      files: [...this.#files.values()],
      sections,
      processes,
      sharedViews: machine.sharedViews.state(),
      pageBits: machine.pageBits.state(),
    };
  }

  #process(process: Process): ProcessState {
    const { id, spaceNumber, threads, currentThread } = process;
    return {
      id,
      space: spaceNumber,
      trusted: this.#machine.trusted.has(process),
      exitCode: process.exitCode ?? null,
      instructionPointer: hex(process.instructionPointer),
      threads: threads.map(({ id, lastError, savedError, dllError }) => {
        return { id, lastError, savedError, dllError };
      }),
      currentThread: currentThread.id,
      handlerHandles: process.exceptions.handlesGiven,
      handles: process.handles.list().map((entry) => this.#handle(entry)),
    };
  }

  #handle({ handle, object, access }: OpenHandle): HandleState {
    if (object instanceof Section) {
      return { handle, access, kind: "section", section: this.#rank(object.number) };
    }
    if (object instanceof OpenFile) {
      return { handle, access, kind: "file", file: this.#open(object) };
    }
    if (object instanceof MemoryNotification) {
      return { handle, access, kind: "notification", type: object.type };
    }
    return { handle, access, kind: "process", process: object.id };
  }

  #section(section: Section): SectionState {
    return {
      number: this.#rank(section.number),
      name: this.#machine.sectionNames.nameOf(section),
      file: section.file === undefined ? null : this.#open(section.file),
      image: section.executable !== undefined,
    };
  }

  #open(file: OpenFile): OpenFileState {
    return { file: this.#file(file.number), access: file.access };
  }

  #file(number: number): number {
    const known = this.#files.get(number);
    if (known !== undefined) return known.number;
    const { name, backing, content, image } = this.#machine.files.state(number);
    const made = this.#files.size + 1;
    this.#files.set(number, {
      number: made,
      name,
      sizeBytes: backing.sizeBytes,
      content: this.#rank(content),
      image: this.#rank(image),
    });
    return made;
  }

  /** Those that only views lead to, and what waits to be written. */
  #otherFiles(): void {
    const rest = this.#machine.files.numbers().filter((number) => !this.#files.has(number));
    const place = (number: number) => {
      const { content, image } = this.#machine.files.state(number);
      return this.#rank(content) || this.#rank(image);
    };
    for (const number of rest.sort((one, other) => place(one) - place(other))) this.#file(number);
  }

  #rank(section: number): number {
    return section === 0 ? 0 : this.#machine.core.state.rank(section);
  }
}

/** The same object for the same values, in whatever order they were given. */
function sorted(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}
