import { Accesses } from "./accesses.ts";
import type { Agent } from "./agent.ts";
import { AweServices } from "./awe-services.ts";
import { CheckpointServices } from "./checkpoint-services.ts";
import { CodeServices } from "./code-services.ts";
import type { ContextView } from "./context.ts";
import { EnclaveServices } from "./enclaves-services.ts";
import {
  type CoreExports,
  MachineCounter,
  type SectionCounter,
  type SpaceCounter,
} from "./exports.ts";
import { FrameWatch } from "./frame-watch.ts";
import { ImageServices } from "./image-services.ts";
import { Link } from "./link.ts";
import type { PlannedFailures } from "./planned-failures.ts";
import { Requests } from "./requests.ts";
import { type AdoptedRun, writeRuns } from "./runs.ts";
import { Services } from "./services.ts";
import { StackServices } from "./stack-services.ts";
import { StateServices } from "./state-services.ts";
import { MachinePoisoned } from "./trap.ts";
import { ViewServices } from "./view-services.ts";
import { WorkingSetServices } from "./working-set-services.ts";

/** What `machineCreate` wants to know. */
export interface CoreSettings {
  readonly profile: number;
  readonly version: number;
  readonly switches: number;
  readonly commitLimitPages: number;
  readonly physicalPages: number;
  readonly placementSeed: number;
  readonly resetSeed: number;
}

const NO_SPACE = 0;

/**
 * One instance of the core. Every call goes through here, through the services or `accesses`, and a
 * trap out of any of them poisons the instance.
 */
export class Core {
  readonly services: Services;
  readonly views: ViewServices;
  readonly enclaves: EnclaveServices;
  readonly aweServices: AweServices;
  readonly images: ImageServices;
  readonly accesses: Accesses;
  readonly requests: Requests;
  readonly workingSet: WorkingSetServices;
  readonly stacks: StackServices;
  readonly frameWatch: FrameWatch;
  readonly code: CodeServices;
  readonly state: StateServices;
  readonly checkpoints: CheckpointServices;
  /** Results, decision and exception record of the last call. */
  readonly view: ContextView;
  /** The thread of the host, where memory is shared. */
  readonly agent: Agent | undefined;
  /** Calls that fail by plan. */
  failures: PlannedFailures | undefined;
  private readonly link: Link;
  /** Calls that are under way and call functions of the host: handlers, bodies, page stores. */
  nesting = 0;
  private enteredSpace = NO_SPACE;

  /**
   * The machine inside a fresh instance, or undefined where linear memory cannot grow that far.
   * `shared` is the context of the agent, where memory is shared.
   */
  static create(exports: CoreExports, settings: CoreSettings, shared?: number): Core | undefined {
    const { profile, version, switches, commitLimitPages, physicalPages } = settings;
    const { placementSeed, resetSeed } = settings;
    try {
      const made = exports.machineCreateF64(
        profile,
        version,
        switches,
        commitLimitPages,
        physicalPages,
        placementSeed,
        resetSeed,
      );
      return made === 0 ? undefined : new Core(exports, shared);
    } catch (error) {
      throw new MachinePoisoned(error);
    }
  }

  /** A further instance, on the memory of a machine that is there, for the agent of a context. */
  static attach(exports: CoreExports, context: number): Core {
    return new Core(exports, context);
  }

  private constructor(exports: CoreExports, shared?: number) {
    this.link = new Link(exports, shared);
    this.agent = this.link.agent;
    this.services = new Services(this.link);
    this.views = new ViewServices(this.link);
    this.enclaves = new EnclaveServices(this.link);
    this.aweServices = new AweServices(this.link);
    this.images = new ImageServices(this.link);
    this.accesses = new Accesses(this.link);
    this.requests = new Requests(this.link);
    this.workingSet = new WorkingSetServices(this.link);
    this.stacks = new StackServices(this.link);
    this.frameWatch = new FrameWatch(this.link);
    this.code = new CodeServices(this.link);
    this.state = new StateServices(this.link);
    this.checkpoints = new CheckpointServices(this.link);
    this.view = this.link.view;
  }

  get poison(): MachinePoisoned | undefined {
    return this.link.poison;
  }

  /** Calls back once, when the core has trapped. */
  onTrap(listener: () => void): void {
    this.link.onTrap(listener);
  }

  /** Services that were asked for, and exceptions that came up. */
  get operations(): number {
    return this.link.operations;
  }

  set operations(count: number) {
    this.link.operations = count;
  }

  countException(): void {
    this.link.operations++;
  }

  /** From now on some calls fail. */
  plan(failures: PlannedFailures): void {
    this.failures = failures;
    this.link.surround((exports) => failures.around(exports));
  }

  /** The space that accesses and services act for. */
  get entered(): number {
    return this.enteredSpace;
  }

  /** Act for this space from now on, and for this thread of it. */
  enter(space: number, thread: number): void {
    if (this.enteredSpace === space) return;
    try {
      this.link.exports.contextEnter(this.link.context, space);
      this.link.exports.contextThread(this.link.context, thread);
    } catch (error) {
      throw this.link.trapped(error);
    }
    this.enteredSpace = space;
  }

  /** The current thread of this space is another one. */
  threadChanged(space: number, thread: number): void {
    if (this.enteredSpace !== space) return;
    this.link.call((core, context) => core.contextThread(context, thread));
  }

  /** The context of a further agent: its linear address, or 0. */
  contextCreate(): number {
    return this.link.call((core) => core.contextCreate() >>> 0);
  }

  /** Another context is in no space any more. */
  contextLeave(context: number): void {
    this.link.call((core) => core.contextEnter(context, NO_SPACE));
  }

  /** The mark of a new checkpoint, or 0: no memory, and then there are none any more. */
  checkpoint(): number {
    this.enteredSpace = NO_SPACE;
    return this.checkpoints.make();
  }

  /** All is as it was when the checkpoint was made. */
  rewind(mark: number): void {
    this.enteredSpace = NO_SPACE;
    this.checkpoints.rewind(mark);
  }

  machineCounter(counter: (typeof MachineCounter)[keyof typeof MachineCounter]): number {
    return this.link.call((core) => core.machineCounterF64(counter));
  }

  spaceCounter(space: number, counter: (typeof SpaceCounter)[keyof typeof SpaceCounter]): number {
    return this.link.call((core) => core.spaceCounterF64(space, counter));
  }

  /** The number of a new space, or 0. */
  spaceCreate(kind: number, workingSetMinPages: number, workingSetMaxPages: number): number {
    return this.link.call((core) => core.spaceCreate(kind, workingSetMinPages, workingSetMaxPages));
  }

  /** NTSTATUS; result 0: the number of a space of this kind that is what the other is now. */
  spaceFork(space: number, kind: number): number {
    return this.link.call((core, context) => core.spaceFork(context, space, kind) >>> 0);
  }

  /** A new thread of a fork gets the stack that a thread has. False without memory for it. */
  threadFork(space: number, thread: number, fork: number, forkThread: number): boolean {
    return this.link.call((core) => core.threadFork(space, thread, fork, forkThread) !== 0);
  }

  spaceSetQuota(space: number, quotaPages: number): void {
    this.link.call((core) => core.spaceSetQuotaF64(space, quotaPages));
  }

  spaceTerminate(space: number): void {
    this.link.call((core) => core.spaceTerminate(space));
    if (this.enteredSpace === space) this.enteredSpace = NO_SPACE;
  }

  spaceDestroy(space: number): void {
    this.link.call((core) => core.spaceDestroy(space));
  }

  /** NTSTATUS. At most ADOPTED_RUNS_MAXIMUM runs. */
  regionAdopt(
    space: number,
    region: {
      readonly base: number;
      readonly size: number;
      readonly type: number;
      readonly allocationProtect: number;
      readonly backing: number;
      readonly runs: readonly AdoptedRun[];
    },
  ): number {
    const { base, size, type, allocationProtect, backing, runs } = region;
    writeRuns(this.view, runs);
    return this.link.call(
      (core, context) =>
        core.regionAdoptF64(
          context,
          space,
          base,
          size,
          type,
          allocationProtect,
          backing,
          runs.length,
        ) >>> 0,
    );
  }

  spaceTouched(space: number, base: number, size: number): number {
    return this.link.call((core) => core.spaceTouchedF64(space, base, size));
  }

  /** One handle more to a section. */
  sectionOpen(section: number): void {
    this.link.call((core) => core.sectionOpen(section));
  }

  /** One handle less: without handles and views the section is gone. */
  sectionClose(section: number): void {
    this.link.call((core) => core.sectionClose(section));
  }

  /** End a file's content that nobody needs, by `ContentEnd`. */
  contentEnd(content: number): number {
    return this.link.call((core) => core.contentEnd(content));
  }

  sectionCounter(
    section: number,
    counter: (typeof SectionCounter)[keyof typeof SectionCounter],
  ): number {
    return this.link.call((core) => core.sectionCounterF64(section, counter));
  }

  /**
   * Linear address of a committed byte; 0 not committed, 1 committed and never touched. Brings the
   * page into memory.
   */
  peek(space: number, address: number): number {
    return this.link.call((core) => core.peekF64(space, address) >>> 0);
  }

  /** Linear address of a committed byte to write; 0 not committed, 1 no memory for its page. */
  poke(space: number, address: number): number {
    return this.link.call((core) => core.pokeF64(space, address) >>> 0);
  }

  get memory(): WebAssembly.Memory {
    return this.link.exports.memory;
  }

  /** Linear address of the context. */
  get contextAddress(): number {
    return this.link.context;
  }

  /** The rule that fails, with the page in result 0; or 0. */
  verifySpace(space: number): number {
    return this.link.call((core, context) => core.verifySpace(context, space));
  }

  mapsForget(space: number): void {
    this.link.call((core) => core.mapsForget(space));
  }
}

/**
 * First linear address and length of the window, and where its access map lies. Undefined where
 * there is none.
 */
export interface WindowPlace {
  readonly base: number;
  readonly bytes: number;
  readonly accessMap: number;
}

export function windowPlace(core: Core): WindowPlace | undefined {
  const base = core.machineCounter(MachineCounter.WindowBase);
  if (base === 0) return undefined;
  const bytes = core.machineCounter(MachineCounter.WindowBytes);
  return { base, bytes, accessMap: core.machineCounter(MachineCounter.AccessMap) };
}
