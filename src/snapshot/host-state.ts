import { fieldOf, integerIn, listIn, optionalIn, textIn, truthIn } from "./json.ts";

/** What the host knows of a machine and the core does not, as a snapshot has it. */
export interface HostState {
  /** Every option, without those that say how pages are reached. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Whether there is a page store. */
  readonly pageStore: boolean;
  /** `machine.clock`, and how often each of the planned failures has counted. */
  readonly clock: number;
  readonly failureCalls: readonly number[];
  readonly lastProcessId: number;
  readonly lastThreadId: number;
  readonly files: readonly FileState[];
  /** Sections that handles lead to, by their numbers. */
  readonly sections: readonly SectionState[];
  /** Processes that run, and those that have ended while handles lead to them, by their ids. */
  readonly processes: readonly ProcessState[];
  readonly sharedViews: readonly SharedViewState[];
  readonly pageBits: readonly PageBitsState[];
}

export interface FileState {
  /** From 1 on, in the order in which handles and sections lead to files. */
  readonly number: number;
  readonly name: string;
  readonly sizeBytes: number;
  /** Numbers of the sections that have its memory, and that of the program in it; or 0. */
  readonly content: number;
  readonly image: number;
}

/** A file as a handle, or a section, has it. */
export interface OpenFileState {
  readonly file: number;
  readonly access: number;
}

export interface SectionState {
  readonly number: number;
  readonly name: string;
  readonly file: OpenFileState | null;
  /** Whether it is over the program in the file. */
  readonly image: boolean;
}

export type HandleState = { readonly handle: number; readonly access: number } & (
  | { readonly kind: "process"; readonly process: number }
  | { readonly kind: "section"; readonly section: number }
  | { readonly kind: "file"; readonly file: OpenFileState }
  | { readonly kind: "notification"; readonly type: number }
);

export interface ThreadState {
  readonly id: number;
  readonly lastError: number;
  readonly savedError: number;
  readonly dllError: number;
}

export interface ProcessState {
  readonly id: number;
  /** Number of its address space. */
  readonly space: number;
  readonly trusted: boolean;
  readonly exitCode: number | null;
  /** Hexadecimal text. */
  readonly instructionPointer: string;
  /** The first one is the main thread. */
  readonly threads: readonly ThreadState[];
  readonly currentThread: number;
  /** Handles of exception handlers that were given out. */
  readonly handlerHandles: number;
  readonly handles: readonly HandleState[];
}

export interface SharedViewState {
  readonly base: number;
  /** Pairs of a space and how often it has mapped the view. */
  readonly counts: readonly (readonly [number, number])[];
}

export interface PageBitsState {
  readonly kind: "flags" | "attributes";
  readonly space: number;
  /** Pairs of a page and its bits. */
  readonly pages: readonly (readonly [number, number])[];
}

const NUMBER_MAXIMUM = Number.MAX_SAFE_INTEGER;
const DWORD_MAXIMUM = 0xffff_ffff;
const ID_MAXIMUM = 2 ** 48;
const SPACE_MAXIMUM = 4094;
const SECTION_MAXIMUM = 0xffff;

/**
 * Read what was written of the host.
 *
 * @throws TypeError, RangeError that say where it is not as it has to be
 */
export function parseHostState(text: string): HostState {
  const state: unknown = JSON.parse(text);
  return {
    options: fieldOf(state, "options", (value) => {
      if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
      throw new TypeError("options must be an object");
    }),
    pageStore: truthIn(state, "pageStore"),
    clock: integerIn(state, "clock", 0, NUMBER_MAXIMUM),
    failureCalls: listIn(state, "failureCalls", (calls) => {
      return integerIn({ calls }, "calls", 0, NUMBER_MAXIMUM);
    }),
    lastProcessId: integerIn(state, "lastProcessId", 0, ID_MAXIMUM),
    lastThreadId: integerIn(state, "lastThreadId", 0, ID_MAXIMUM),
    files: listIn(state, "files", fileOf),
    sections: listIn(state, "sections", sectionOf),
    processes: listIn(state, "processes", processOf),
    sharedViews: listIn(state, "sharedViews", (view) => ({
      base: integerIn(view, "base", 0, DWORD_MAXIMUM),
      counts: pairsIn(view, "counts", SPACE_MAXIMUM),
    })),
    pageBits: listIn(state, "pageBits", (bits) => ({
      kind: textIn(bits, "kind") === "flags" ? "flags" : "attributes",
      space: integerIn(bits, "space", 1, SPACE_MAXIMUM),
      pages: pairsIn(bits, "pages", DWORD_MAXIMUM),
    })),
  };
}

function fileOf(file: unknown): FileState {
  return {
    number: integerIn(file, "number", 1, NUMBER_MAXIMUM),
    name: textIn(file, "name"),
    sizeBytes: integerIn(file, "sizeBytes", 0, NUMBER_MAXIMUM),
    content: integerIn(file, "content", 0, SECTION_MAXIMUM),
    image: integerIn(file, "image", 0, SECTION_MAXIMUM),
  };
}

function openFileOf(file: unknown): OpenFileState {
  return {
    file: integerIn(file, "file", 1, NUMBER_MAXIMUM),
    access: integerIn(file, "access", 0, DWORD_MAXIMUM),
  };
}

function sectionOf(section: unknown): SectionState {
  return {
    number: integerIn(section, "number", 1, SECTION_MAXIMUM),
    name: textIn(section, "name"),
    file: optionalIn(section, "file", openFileOf),
    image: truthIn(section, "image"),
  };
}

function processOf(process: unknown): ProcessState {
  return {
    id: integerIn(process, "id", 1, ID_MAXIMUM),
    space: integerIn(process, "space", 1, SPACE_MAXIMUM),
    trusted: truthIn(process, "trusted"),
    exitCode: optionalIn(process, "exitCode", (code) => {
      return integerIn({ exitCode: code }, "exitCode", 0, DWORD_MAXIMUM);
    }),
    instructionPointer: textIn(process, "instructionPointer"),
    threads: listIn(process, "threads", (thread) => ({
      id: integerIn(thread, "id", 1, ID_MAXIMUM),
      lastError: integerIn(thread, "lastError", 0, DWORD_MAXIMUM),
      savedError: integerIn(thread, "savedError", -(2 ** 31), 2 ** 31 - 1),
      dllError: integerIn(thread, "dllError", -(2 ** 31), 2 ** 31 - 1),
    })),
    currentThread: integerIn(process, "currentThread", 1, ID_MAXIMUM),
    handlerHandles: integerIn(process, "handlerHandles", 0, NUMBER_MAXIMUM),
    handles: listIn(process, "handles", handleOf),
  };
}

function handleOf(entry: unknown): HandleState {
  const handle = integerIn(entry, "handle", 4, HANDLE_MAXIMUM);
  const access = integerIn(entry, "access", 0, DWORD_MAXIMUM);
  const kind = textIn(entry, "kind");
  switch (kind) {
    case "process":
      return { handle, access, kind, process: integerIn(entry, "process", 1, ID_MAXIMUM) };
    case "section":
      return { handle, access, kind, section: integerIn(entry, "section", 1, SECTION_MAXIMUM) };
    case "file":
      return { handle, access, kind, file: fieldOf(entry, "file", openFileOf) };
    case "notification":
      return { handle, access, kind, type: integerIn(entry, "type", 0, 1) };
    default:
      throw new RangeError(`kind must be one of handles, not ${kind}`);
  }
}

/** More handles than anybody has. */
const HANDLE_MAXIMUM = 2 ** 26;

function pairsIn(value: unknown, name: string, maximum: number): [number, number][] {
  return listIn(value, name, (pair) => {
    const list = { pair };
    const [first, second] = listIn(list, "pair", (each) => {
      return integerIn({ each }, "each", 0, maximum);
    });
    if (first === undefined || second === undefined) throw new TypeError(`${name} must be pairs`);
    return [first, second];
  });
}
