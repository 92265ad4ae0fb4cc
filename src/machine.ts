import { Checkpoints } from "./checkpoints.ts";
import { CodeMarks } from "./code-marks.ts";
import { createCore } from "./create-core.ts";
import { unpackDecision } from "./decision.ts";
import { Door, shown, truth } from "./door.ts";
import { enclaveTypes } from "./enclaves.ts";
import type { Observer } from "./faces.ts";
import { plannedFailures } from "./failures.ts";
import { Files } from "./files.ts";
import { copyProcess } from "./fork.ts";
import { countersOf, type MachineCounters } from "./machine-counters.ts";
import { MemoryWatch, memoryNotifications } from "./memory-notification.ts";
import { type MachineOptions, type Settings, settingsOf } from "./options.ts";
import { PageBits } from "./page-bits.ts";
import { checkStore, type PageStore } from "./page-store.ts";
import { Pager } from "./pager.ts";
import { Process } from "./process.ts";
import { type ProcessOptions, processOptions } from "./process-options.ts";
import { isWide, type ProfileName } from "./profile.ts";
import { SectionNames } from "./section.ts";
import { checkThreads, SharedContexts } from "./shared-contexts.ts";
import { SharedViews } from "./shared-views.ts";
import { SLOTTED_PROCESSES } from "./slots.ts";
import { type RestoreOptions, restored } from "./snapshot/restore.ts";
import { hashed, saved, storedPages } from "./snapshot/save.ts";
import type { Snapshot } from "./snapshot/snapshot.ts";
import { statusName, succeeded } from "./status.ts";
import type { Core } from "./wasm/core.ts";
import { MachineCounter, SpaceKind, Switch } from "./wasm/exports.ts";
import { embeddedModule, embeddedThreadsModule } from "./wasm/load.ts";
import { whyNoWindow } from "./window.ts";

const ID_STEP = 4;
const NO_QUOTA = -1;

/**
 * A machine: physical memory, a commit limit, and processes with an address space each.
 *
 * @example
 * const machine = await Machine.create({ profile: "win32" });
 * const guest = machine.createProcess();
 */
export class Machine {
  /** The profile, by its one name: never "win32-2g". */
  readonly profile: ProfileName;
  /** The options it was created with, and the defaults of all others. */
  readonly options: Settings;
  /** Bytes of a pointer of the guest. */
  readonly pointerBytes: 4 | 8;
  /** First address that a program can use (lpMinimumApplicationAddress). */
  readonly lowestUserAddress: number;
  /** Last address that a program can use (lpMaximumApplicationAddress). */
  readonly highestUserAddress: number;

  /** @internal */
  readonly core: Core;
  /** @internal */
  readonly door: Door;
  /** @internal */
  readonly pager: Pager;
  /** @internal */
  readonly files: Files;
  /** @internal */
  readonly sharedViews: SharedViews;
  /** @internal */
  readonly codeMarks: CodeMarks;
  /** @internal */
  readonly sectionNames = new SectionNames();
  /** @internal */
  readonly memoryNotifications = memoryNotifications(this);
  /** @internal */
  readonly memoryWatch = new MemoryWatch(this);
  /** @internal Those that Windows CE trusts fully. */
  readonly trusted = new WeakSet<Process>();
  /** @internal */
  readonly pageBits: PageBits;
  /** @internal Hears of what the program calls. */
  observer: Observer | undefined;
  /** @internal Contexts for threads in workers; undefined where the machine has none. */
  readonly sharedContexts: SharedContexts | undefined;
  readonly #checkpoints = new Checkpoints(this, () => this.#keep());
  readonly #processes: Process[] = [];
  /** Of processes that run, or that somebody has a handle to. */
  #spaces = 0;
  #lastProcessId = 0;
  #lastThreadId = 0;

  /**
   * Make a machine.
   *
   * @throws TypeError for an unknown option or a wrong kind of value; RangeError for a wrong value;
   *   Error where there is no memory for it
   */
  static async create(options: MachineOptions = {}): Promise<Machine> {
    const settings = settingsOf(options);
    const { module, pageStore, threads = false } = options;
    if (module !== undefined && !(module instanceof WebAssembly.Module)) {
      throw new TypeError(`module must be a WebAssembly.Module, not ${shown(module)}`);
    }
    if (pageStore !== undefined) checkStore(pageStore);
    if (truth(threads, "threads")) checkThreads(settings, pageStore);
    const store = pageStore === undefined ? 0 : Switch.PageStore;
    const compiled = module ?? (await (threads ? embeddedThreadsModule() : embeddedModule()));
    const core = await createCore(compiled, settings, store, threads);
    const contexts = threads ? new SharedContexts(core, compiled) : undefined;
    return new Machine(core, settings, pageStore, contexts);
  }

  /**
   * Make the machine that a snapshot was made of: the same state, and the same answers from then
   * on. Exception handlers, context providers and other functions of the host are its own to set
   * again.
   *
   * @param bytes a snapshot, as `snapshot` gave it
   * @throws TypeError, RangeError for a wrong argument, or an attachment that is missing;
   *   SnapshotRefused for bytes that are no snapshot, are damaged, or say what cannot be; Error
   *   where there is no memory for it
   */
  static restore(bytes: Uint8Array, options: RestoreOptions = {}): Promise<Machine> {
    return restored(bytes, options, (made) => Machine.create(made));
  }

  protected constructor(
    core: Core,
    settings: Settings,
    pageStore?: PageStore,
    contexts?: SharedContexts,
  ) {
    this.sharedContexts = contexts;
    this.core = core;
    this.options = settings;
    core.workingSet.setNumaNodes(settings.numaNodes);
    this.profile = settings.profile;
    this.pointerBytes = isWide(settings.profile) ? 8 : 4;
    this.door = new Door(this.pointerBytes);
    this.pager = new Pager(core, pageStore);
    this.files = new Files(core, this.pager);
    this.codeMarks = new CodeMarks(core);
    this.sharedViews = new SharedViews(core, settings.profile);
    this.pageBits = new PageBits(core);
    if (settings.failures.length > 0) core.plan(plannedFailures(settings.failures));
    core.enclaves.setTypes(enclaveTypes(settings.enclaves));
    this.lowestUserAddress = core.machineCounter(MachineCounter.LowestUserAddress);
    // What processes share in Windows 9x lies above what they are told (17.19).
    const { HighestUserAddress, HighestVadAddress } = MachineCounter;
    const highest = settings.profile === "win9x" ? HighestVadAddress : HighestUserAddress;
    this.highestUserAddress = core.machineCounter(highest);
    core.onTrap(() => {
      for (const process of this.#processes) process.memory.close();
    });
  }

  /**
   * Make a process. It has its fixed residents (1.2), `residents`, and nothing else.
   *
   * @throws TypeError, RangeError for a wrong option, or for a space that cannot be; nothing has
   *   changed then
   */
  createProcess(options: ProcessOptions = {}): Process {
    const { space, commitQuota, controlFlowGuard, trusted, residents } = processOptions(
      options,
      this.profile,
    );
    const threadId = this.#lastThreadId;
    const process = this.#makeProcess(space);
    if (trusted) this.trusted.add(process);
    this.core.spaceSetQuota(process.spaceNumber, commitQuota ?? NO_QUOTA);
    if (controlFlowGuard) this.core.enclaves.guardFlow(process.spaceNumber);
    return this.#add(process, threadId, () => {
      for (const resident of residents) process.adoptRegion(resident);
    });
  }

  /** A process that was just made, when `work` has made it what it is to be; or it goes again. */
  #add(process: Process, lastThreadId: number, work: () => void): Process {
    this.#processes.push(process);
    try {
      work();
    } catch (error) {
      if (!this.poisoned) process.exit();
      this.#lastThreadId = lastThreadId;
      throw error;
    }
    this.#lastProcessId = process.id;
    return process;
  }

  #makeProcess(space: "auto" | "windowed" | "translated"): Process {
    const id = this.#lastProcessId + ID_STEP;
    const whyNot = whyNoWindow(this);
    if (space !== "translated" && whyNot === undefined) {
      const windowed = this.#makeSpace(SpaceKind.Windowed);
      if (windowed !== 0)
        return new Process(this, { id, spaceNumber: windowed, space: "windowed" });
    }
    if (space === "windowed") throw new RangeError(whyNot ?? "space: no memory for a windowed one");
    const translated = this.#makeSpace(SpaceKind.Translated);
    if (translated === 0) throw new Error("no memory for another process");
    return new Process(this, { id, spaceNumber: translated, space: "translated" });
  }

  #makeSpace(kind: number): number {
    this.#checkSlots("createProcess");
    const { workingSetMin, workingSetMax } = this.options;
    const space = this.core.spaceCreate(kind, workingSetMin, workingSetMax);
    if (space !== 0) this.#spaces += 1;
    return space;
  }

  #checkSlots(call: string): void {
    if (this.profile !== "ce5" || this.#spaces < SLOTTED_PROCESSES) return;
    throw new RangeError(
      `${call}: CE 5 has slots for ${SLOTTED_PROCESSES} processes, and all are taken; ` +
        "one that has ended keeps its slot while a handle to it is open",
    );
  }

  /** @internal What `fork` of a process does. */
  forkProcess(process: Process, space: "auto" | "windowed" | "translated"): Process {
    this.#checkSlots("fork");
    const whyNot = whyNoWindow(this);
    if (space === "windowed" && whyNot !== undefined) throw new RangeError(whyNot);
    const isWindowed = space !== "translated" && whyNot === undefined;
    const kind = isWindowed ? SpaceKind.Windowed : SpaceKind.Translated;
    const status = this.core.spaceFork(process.spaceNumber, kind);
    if (!succeeded(status)) throw new Error(`fork: ${statusName(status)}`);
    this.#spaces += 1;
    const id = this.#lastProcessId + ID_STEP;
    const threadId = this.#lastThreadId;
    const place = { id, spaceNumber: this.core.view.result(0) };
    const fork = new Process(this, { ...place, space: isWindowed ? "windowed" : "translated" });
    return this.#add(fork, threadId, () => copyProcess(process, fork));
  }

  /** @internal Whether linear memory was set aside for a windowed space. */
  get hasWindow(): boolean {
    return this.core.machineCounter(MachineCounter.WindowBase) !== 0;
  }

  /**
   * All of the state, as bytes (docs/snapshots.md): equal states give equal bytes. To be called
   * between calls and accesses of guests, not from a handler.
   *
   * @throws Error where pages are in a page store that answers by promises (`snapshotAsync`)
   */
  snapshot(): Snapshot {
    return saved(this.#sound());
  }

  /** The same with any page store. The machine must not change until it is done. */
  async snapshotAsync(): Promise<Snapshot> {
    const stored = await storedPages(this.#sound());
    return saved(this.#sound(), stored);
  }

  /**
   * The hash of the state: 16 hexadecimal digits, which the snapshot has too. Two machines have the
   * same hash where their snapshots are the same.
   *
   * @throws Error where pages are in a page store that answers by promises (`hashAsync`)
   */
  hash(): string {
    return hashed(this.#sound());
  }

  /** The same with any page store. The machine must not change until it is done. */
  async hashAsync(): Promise<string> {
    const stored = await storedPages(this.#sound());
    return hashed(this.#sound(), stored);
  }

  /**
   * Remember what the machine is now, for `rewind` (docs/snapshots.md, "Checkpoints"). To be called
   * between calls and accesses of guests.
   *
   * @returns its number: 1, or one more than the last one's
   * @throws Error in the middle of a call, of a machine with threads, or without memory for it
   */
  checkpoint(): number {
    return this.#checkpoints.make();
  }

  /**
   * Be what the machine was when the checkpoint was made. Later checkpoints are gone, this one
   * stays.
   *
   * @throws TypeError, RangeError for what is no checkpoint; Error in the middle of a call
   */
  rewind(checkpoint: number): void {
    this.#checkpoints.rewind(checkpoint);
  }

  /** The checkpoints that there are, oldest first. They go when memory comes to its end. */
  get checkpoints(): readonly number[] {
    return this.#checkpoints.numbers;
  }

  /**
   * Forget the checkpoints up to this one, or all of them, so that their memory is free.
   *
   * @throws TypeError, RangeError for what is no checkpoint; Error in the middle of a call
   */
  dropCheckpoints(checkpoint?: number): void {
    this.#checkpoints.drop(checkpoint);
  }

  #keep(): () => void {
    const processes = this.processes;
    const spaces = this.#spaces;
    const { lastIds } = this;
    return () => {
      this.#processes.splice(0, this.#processes.length, ...processes);
      this.#spaces = spaces;
      this.lastIds = lastIds;
    };
  }

  #sound(): this {
    if (this.core.poison !== undefined) throw this.core.poison;
    return this;
  }

  /** The processes that have not ended, oldest first. */
  get processes(): readonly Process[] {
    return [...this.#processes];
  }

  /** Figures of this machine, as they are now. */
  get counters(): MachineCounters {
    return countersOf(this.core);
  }

  /**
   * A clock that stands still unless something happens: it counts the services that calls have come
   * to and the exceptions that have come up, in all processes. The same program finds the same
   * times on every engine, in either kind of address space. 0 without the option `clock`.
   */
  get clock(): number {
    return this.options.clock ? this.core.operations : 0;
  }

  /** The rule that answered the last call or failed access, say "2.3#C5"; "" if none did. */
  get decision(): string {
    return unpackDecision(this.#sound().core.view.decision);
  }

  /**
   * Whether the core has trapped. Every use of the machine but this one throws MachinePoisoned
   * then.
   */
  get poisoned(): boolean {
    return this.core.poison !== undefined;
  }

  /** @internal Whether this is how a thread in a worker sees the machine. */
  get isAttached(): boolean {
    return false;
  }

  /** @internal The last numbers that processes and threads got. */
  get lastIds(): { lastProcessId: number; lastThreadId: number } {
    return { lastProcessId: this.#lastProcessId, lastThreadId: this.#lastThreadId };
  }

  /** @internal */
  set lastIds({ lastProcessId, lastThreadId }) {
    this.#lastProcessId = lastProcessId;
    this.#lastThreadId = lastThreadId;
  }

  /** @internal A process of a saved state, with its space. */
  processRestored(process: Process): void {
    this.#spaces += 1;
    if (!process.exited) this.#processes.push(process);
  }

  /** @internal */
  nextThreadId(): number {
    this.#lastThreadId += ID_STEP;
    return this.#lastThreadId;
  }

  /** @internal The thread that was numbered last did not come into being. */
  threadRefused(): void {
    this.#lastThreadId -= ID_STEP;
  }

  /** @internal Nobody knows the process any more: its space goes, and its number is free. */
  destroySpace(space: number): void {
    this.core.spaceDestroy(space);
    this.#spaces -= 1;
  }

  /** @internal */
  processEnded(process: Process): void {
    this.#processes.splice(this.#processes.indexOf(process), 1);
    this.pageBits.end(process.spaceNumber);
  }
}
