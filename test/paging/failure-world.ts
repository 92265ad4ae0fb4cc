import {
  FILE_MAP_COPY,
  FILE_MAP_WRITE,
  INVALID_HANDLE_VALUE,
  MEM_COMMIT,
  MEM_RESERVE,
  MEM_WRITE_WATCH,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { Machine, MemoryFile, MemoryPageStore, PageFault } from "../../src/index.ts";
import { pattern } from "../backing/check.ts";
import {
  FailingFile,
  FailingPageStore,
  type FailurePlan,
  type FileMethod,
  type StoreMethod,
} from "../backing/failing-store.ts";
import { Guest, PAGE } from "../host/support.ts";
import { coreModule } from "../setup/machine.ts";

export const FRAMES = 16;
/** Watched pages, each with its number; all but the last have left. */
export const DATA = 0x50000000;
export const DATA_PAGES = 40;
/** The file as it is, the paging file's section as it is, and the same copied on write. */
export const FILE_VIEW = 0x51000000;
export const SHARED_VIEW = 0x52000000;
export const COPY_VIEW = 0x53000000;
export const VIEW_PAGES = 12;
/** Where scenarios put what they make. */
export const FRESH = 0x54000000;

export interface Plans {
  store?: FailurePlan<StoreMethod>;
  file?: FailurePlan<FileMethod>;
  /** A core of its own. */
  module?: WebAssembly.Module;
}

/** A guest with less memory than it uses, whose store and file fail when they are told to. */
export class World {
  readonly guest: Guest;
  readonly store: FailingPageStore;
  readonly file: FailingFile;
  readonly #contents: MemoryFile;
  /** Handles of the file, and of a section over all of it. */
  readonly fileHandle: number;
  readonly fileSection: number;
  /** How many calls of a scenario of several have succeeded. */
  callsDone = 0;
  /** A handle that one of them has made. */
  made = 0;

  static async create(
    place: { profile: "win64" | "win32"; space: "translated" | "windowed" },
    { store, file, module }: Plans = {},
  ): Promise<World> {
    const pages = new FailingPageStore(new MemoryPageStore(), store);
    const options = { profile: place.profile, physicalPages: FRAMES, pageStore: pages } as const;
    const window = place.space === "windowed";
    const machine = await Machine.create({ ...options, window, module: module ?? coreModule() });
    return new World(machine, place.space, pages, file);
  }

  constructor(
    machine: Machine,
    space: "translated" | "windowed",
    store: FailingPageStore,
    plan: FailurePlan<FileMethod> | undefined,
  ) {
    this.store = store;
    this.#contents = new MemoryFile({ contents: pattern(VIEW_PAGES * PAGE, 5) });
    this.file = new FailingFile(this.#contents, plan);
    this.guest = new Guest(machine, { space });
    const { kernel32, memory, process } = this.guest;
    const map = kernel32.MapViewOfFileEx;
    const bytes = VIEW_PAGES * PAGE;
    this.fileHandle = process.openFile(this.file);
    this.fileSection = kernel32.CreateFileMapping(
      this.fileHandle,
      null,
      PAGE_READWRITE,
      0,
      0,
      null,
    );
    map(this.fileSection, FILE_MAP_WRITE, 0, 0, 0, FILE_VIEW);
    const paged = kernel32.CreateFileMapping(
      INVALID_HANDLE_VALUE,
      null,
      PAGE_READWRITE,
      0,
      bytes,
      null,
    );
    map(paged, FILE_MAP_WRITE, 0, 0, 0, SHARED_VIEW);
    map(paged, FILE_MAP_COPY, 0, 0, 0, COPY_VIEW);
    memory.write(SHARED_VIEW, pattern(bytes, 6));
    const type = MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH;
    kernel32.VirtualAlloc(DATA, DATA_PAGES * PAGE, type, PAGE_READWRITE);
    memory.write(DATA, pattern(DATA_PAGES * PAGE, 7));
  }

  get pointerBytes(): number {
    return this.guest.machine.pointerBytes;
  }

  /** A pointer-sized number into guest memory, without an effect on anything but its page. */
  put(address: number, value: number): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
    this.guest.process.debugView.write(address, bytes.subarray(0, this.pointerBytes));
  }

  /** Calls of the file that take room. */
  get growingCalls(): number {
    return this.file.count("write") + this.file.count("resize");
  }

  /** What a caller would miss: runs, bytes, marks, locks, charge, and the bytes of the file. */
  state(): unknown {
    const { guest } = this;
    guest.process.verifySpace();
    // Whatever was not written to the file the last time it was needed is written now.
    guest.kernel32.CloseHandle(guest.process.openFile(new MemoryFile()));
    guest.kernel32.FlushViewOfFile(FILE_VIEW, 0);
    const { commitCharge, lockedPages, regions } = guest.process.counters;
    const contents = new Uint8Array(this.#contents.sizeBytes);
    this.#contents.read(0, contents);
    return {
      runs: guest.state().runs,
      counters: [commitCharge, lockedPages, regions, guest.machine.counters.commitCharge],
      marks: guest.written(DATA, DATA_PAGES),
      file: digest(contents),
      areas: [DATA, FILE_VIEW, SHARED_VIEW, COPY_VIEW, FRESH].map((base) => this.#area(base)),
    };
  }

  #area(base: number): string {
    const { bytes } = this.guest.process.debugView.read(base, 64 * PAGE);
    return `${bytes.length} ${digest(bytes)}`;
  }
}

function digest(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => Math.imul(sum ^ byte, 0x01000193), 0x811c9dc5) >>> 0;
}

/** What a call answered, or how it failed, as text. */
export function answerOf(call: () => unknown): string {
  try {
    const answer = call();
    return typeof answer === "string" ? answer : JSON.stringify(answer ?? "done");
  } catch (error) {
    if (!(error instanceof PageFault)) throw error;
    return `fault ${hex(error.code)} ${hex(error.status ?? 0)}`;
  }
}

export function hex(value: number): string {
  return value.toString(16);
}
