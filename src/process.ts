import { DebugView } from "./debug-view.ts";
import { type Address, callable, type Door, dword, shown } from "./door.ts";
import { acceptEnclavePage, type EnclavePage, enclavePages, tellEnclave } from "./enclaves.ts";
import {
  checkTry,
  type ExceptionFilter,
  type ExceptionPointers,
  Exceptions,
  type TryParts,
} from "./exceptions.ts";
import { GuestException } from "./fault.ts";
import type { FileBacking } from "./file-backing.ts";
import { type ForkOptions, forkKind } from "./fork.ts";
import type { VectoredHandler } from "./handlers.ts";
import { HandleTable } from "./handles.ts";
import type { Machine } from "./machine.ts";
import type { GuestMemory } from "./memory.ts";
import { hex } from "./names.ts";
import { type OpenFileOptions, openFile } from "./open-file.ts";
import { countersOf, type ProcessCounters } from "./process-counters.ts";
import { ProcessHooks } from "./process-hooks.ts";
import { keepParts } from "./process-keep.ts";
import type { ProcessPlace } from "./process-options.ts";
import { type RaisedException, raisedRecord } from "./raised-exception.ts";
import { adoptRegion, type RegionDescription } from "./region.ts";
import type { StackOptions } from "./stack.ts";
import { SystemMemory } from "./system.ts";
import { Thread } from "./thread.ts";
import { verifySpace } from "./verify-space.ts";
import type { Core } from "./wasm/core.ts";
import { memoryOf } from "./windowed-memory.ts";

/**
 * One process of a machine: an address space, its threads, its handles and its exception handlers.
 */
export class Process extends ProcessHooks {
  /** Multiple of 4, from 4, unique in the machine. */
  readonly id: number;
  /** The machine that it is a process of. */
  readonly machine: Machine;
  /** How its pages are reached; no answer depends on it. */
  readonly space: "windowed" | "translated";
  /** Memory as the program sees it. */
  readonly memory: GuestMemory;
  /** Memory as a debugger sees it. */
  readonly debugView: DebugView;
  /** Guest memory as system services touch it. */
  readonly system: SystemMemory;
  /** The thread that it was made with. */
  readonly mainThread: Thread;
  /** @internal */
  readonly core: Core;
  /** @internal */
  readonly door: Door;
  /** @internal */
  readonly spaceNumber: number;
  /** @internal */
  readonly handles: HandleTable;
  /** @internal */
  readonly exceptions: Exceptions;
  /** In the order in which they were made. */
  readonly #threads: Thread[] = [];
  private runningThread: Thread;
  private endCode: number | undefined;
  #instructionPointer: Address = 0;
  /** Handles to this process, in all processes. The space keeps its number while there are any. */
  #openHandles = 0;

  /** @internal */
  constructor(machine: Machine, place: ProcessPlace, threadId = machine.nextThreadId()) {
    super();
    this.id = place.id;
    this.machine = machine;
    this.space = place.space;
    this.core = machine.core;
    this.door = machine.door;
    this.spaceNumber = place.spaceNumber;
    this.memory = memoryOf(this);
    this.debugView = new DebugView(this);
    this.system = new SystemMemory(this);
    this.handles = new HandleTable(this);
    this.exceptions = new Exceptions(this, machine.options.handlerDepthLimit);
    this.mainThread = this.addThread(threadId);
    this.runningThread = this.mainThread;
  }

  /** @internal */
  addThread(id: number): Thread {
    const thread = new Thread(this, id);
    this.#threads.push(thread);
    return thread;
  }

  /** Oldest first: the main thread is the first. */
  get threads(): readonly Thread[] {
    return [...this.#threads];
  }

  /** @internal */
  ended(exitCode: number): void {
    this.endCode = exitCode;
    this.memory.close();
  }

  /** @internal Make this the process that calls and accesses of the core act for. */
  enter(): Core {
    if (this.endCode !== undefined) this.#refuse();
    this.core.enter(this.spaceNumber, this.runningThread.id);
    return this.core;
  }

  /**
   * This process, which must not have ended.
   *
   * @internal
   */
  alive(): this {
    if (this.endCode !== undefined) this.#refuse();
    if (this.core.poison !== undefined) throw this.core.poison;
    return this;
  }

  #refuse(): never {
    throw new Error(`process ${this.id} has ended, with exit code ${hex(this.endCode ?? 0)}`);
  }

  /** @internal */
  handleOpened(): void {
    this.#openHandles++;
  }

  /** @internal */
  handleClosed(): void {
    this.#openHandles--;
    this.#destroyIfForgotten();
  }

  /** @internal What makes the process what it is now, and alive again if it is alive. */
  keep(): () => void {
    const { runningThread, endCode, threads } = this;
    const openHandles = this.#openHandles;
    const parts = keepParts(this);
    return () => {
      this.#openHandles = openHandles;
      this.#threads.splice(0, this.#threads.length, ...threads);
      this.runningThread = runningThread;
      if (endCode === undefined && this.exited) this.memory.open();
      this.endCode = endCode;
      parts();
    };
  }

  #destroyIfForgotten(): void {
    if (this.exited && this.#openHandles === 0) this.machine.destroySpace(this.spaceNumber);
  }

  /** Whether `exit` was called, or an exception has ended the process. */
  get exited(): boolean {
    return this.endCode !== undefined;
  }

  /** What it ended with, a DWORD; undefined while it runs. */
  get exitCode(): number | undefined {
    return this.endCode;
  }

  /**
   * End the process: regions, frames, locks and charge go. Handles to it stay valid until they are
   * closed; calls through them answer STATUS_PROCESS_IS_TERMINATING (ERROR_ACCESS_DENIED). A second
   * call does nothing.
   *
   * Windows page: "ExitProcess".
   *
   * @param exitCode a DWORD; default 0
   */
  exit(exitCode = 0): void {
    const code = dword(exitCode, "exitCode");
    if (this.exited) return;
    this.machine.sharedViews.end(this.spaceNumber);
    this.core.spaceTerminate(this.spaceNumber);
    this.ended(code);
    this.machine.processEnded(this);
    this.handles.closeAll();
    this.machine.files.settle();
    this.#destroyIfForgotten();
  }

  /**
   * The thread that calls are made on: it has the last error, the stack, the __try blocks, and the
   * enclave that accesses come from. `thread.run` switches.
   */
  get currentThread(): Thread {
    return this.runningThread;
  }

  /** @throws TypeError for what is no thread */
  set currentThread(thread: Thread) {
    if (!(thread instanceof Thread)) {
      throw new TypeError(`currentThread must be a Thread, not ${shown(thread)}`);
    }
    if (thread.process !== this || thread.isShared) {
      throw new RangeError(`currentThread must be a thread of process ${this.id}, not shared`);
    }
    const before = this.runningThread.enclave;
    this.runningThread = thread;
    this.core.threadChanged(this.spaceNumber, thread.id);
    if (thread.enclave !== before) tellEnclave(this);
  }

  /**
   * The enclave takes a page that was added to it while it ran, as EACCEPT does; until then nobody
   * reaches the page.
   *
   * @param address any of the page
   * @returns false where the page does not wait for it; the last error is 87 then
   */
  acceptEnclavePage(address: Address): boolean {
    return acceptEnclavePage(this, address);
  }

  /**
   * The committed pages of an enclave, ascending; none where there is no enclave.
   *
   * @param address any of the enclave
   */
  enclavePages(address: Address): readonly EnclavePage[] {
    return enclavePages(this, address);
  }

  /**
   * Whether Control Flow Guard lets an indirect call to the address through (17.15). Always true in
   * a process without it.
   */
  isValidCallTarget(address: Address): boolean {
    return this.enter().enclaves.isTarget(this.door.pointer(address, "address"));
  }

  /**
   * A further thread; it does not run by itself. With options, an empty object too, it has a stack;
   * without them it has none, and neither has `mainThread` (`thread.createStack`).
   *
   * Windows page: "CreateThread".
   *
   * @throws TypeError, RangeError for a wrong option, or where the stack cannot be had; nothing has
   *   changed then
   * @throws Error when the process has ended
   */
  createThread(options?: StackOptions): Thread {
    const thread = this.addThread(this.alive().machine.nextThreadId());
    if (options === undefined) return thread;
    try {
      thread.createStack(options);
    } catch (error) {
      this.#threads.pop();
      this.machine.threadRefused();
      throw error;
    }
    return thread;
  }

  /**
   * A second process that is what this one is now, with private memory copied on write
   * (docs/fork.md). The nearest in Windows is RtlCloneUserProcess.
   *
   * @throws TypeError, RangeError for a wrong option, or for a space that cannot be; Error where
   *   the commit limit or memory stands against it, or the process has ended. Nothing has changed
   *   then
   */
  fork(options: ForkOptions = {}): Process {
    return this.machine.forkProcess(this.alive(), forkKind(options));
  }

  /**
   * Create a region that was there before: an image, a view, a stack. Its content is zeros, to be
   * written by `debugView`.
   *
   * @throws TypeError, RangeError for a description that is wrong or overlaps a region; nothing has
   *   changed then
   */
  adoptRegion(description: RegionDescription): void {
    adoptRegion(this.alive(), description);
  }

  /**
   * Open a file for the guest, as CreateFile does: the handle goes to CreateFileMapping and is
   * closed by CloseHandle. Sections over the same backing share one memory. Windows page:
   * "CreateFileW".
   *
   * @param backing the bytes of the file; the host stays their owner and closes them
   * @param options access: GENERIC_READ, GENERIC_WRITE, GENERIC_EXECUTE; default the first two.
   *   name: what snapshots call the file
   * @throws TypeError, RangeError for a wrong argument; Error after the process has ended
   */
  openFile(backing: FileBacking, options: OpenFileOptions = {}): number {
    return openFile(this.alive(), backing, options);
  }

  /** Figures of this process, as they are now. @throws Error when it has ended */
  get counters(): ProcessCounters {
    return countersOf(this.alive());
  }

  /**
   * Bytes of the pages of a range that hold content: a page takes a frame when it is first read or
   * written, through whichever view, and loses it with decommit and release.
   *
   * @param base an address; its whole page counts
   * @param size bytes
   */
  touchedBytes(base: Address, size: Address): number {
    const { core, spaceNumber } = this.alive();
    const at = this.door.pointer(base, "base");
    return core.spaceTouched(spaceNumber, at, this.door.pointer(size, "size"));
  }

  /** Recompute every rule between the maps of the core. @throws Error naming what breaks one */
  verifySpace(): void {
    verifySpace(this.alive());
  }

  /** Empty the maps that are derived from others. Nothing changes but speed. */
  forgetMaps(): void {
    const { core, spaceNumber } = this.alive();
    core.mapsForget(spaceNumber);
  }

  /** ExceptionAddress of data faults: what the guest executes. Default 0. */
  get instructionPointer(): Address {
    return this.#instructionPointer;
  }

  /** @throws TypeError, RangeError for what is no address of this process */
  set instructionPointer(address: Address) {
    this.#instructionPointer = this.door.exactPointer(address, "instructionPointer");
  }

  /**
   * Add a handler that is asked before any frame. Windows page: "AddVectoredExceptionHandler".
   *
   * @param first whether it goes to the head of the list, else to its tail
   * @returns a handle for `removeVectoredExceptionHandler`, not 0
   */
  addVectoredExceptionHandler(first: boolean, handler: VectoredHandler): number {
    callable(handler, "handler");
    return this.alive().exceptions.addException(Boolean(first), handler);
  }

  /** Whether the handle was in the list. Windows page: "RemoveVectoredExceptionHandler". */
  removeVectoredExceptionHandler(handle: number): boolean {
    return this.alive().exceptions.removeException(handle);
  }

  /** As `addVectoredExceptionHandler`, for the list that is called when the guest goes on. */
  addVectoredContinueHandler(first: boolean, handler: VectoredHandler): number {
    callable(handler, "handler");
    return this.alive().exceptions.addContinue(Boolean(first), handler);
  }

  /** Whether the handle was in the list. Windows page: "RemoveVectoredContinueHandler". */
  removeVectoredContinueHandler(handle: number): boolean {
    return this.alive().exceptions.removeContinue(handle);
  }

  /**
   * Run `body` with a frame handler: __try / __except. The filter answers 1 to unwind and run
   * `handler`, 0 to leave the exception to frames further out, -1 to go on with the access.
   * Unwinding throws through `body`: a `catch` in there has to pass on what it does not know.
   * Windows page: "try-except statement".
   *
   * @returns what `body` returns, or `handler`
   */
  tryExcept<T>(parts: TryParts<T> & { handler: (pointers: ExceptionPointers) => T }): T;
  tryExcept<T>(parts: TryParts<T>): T | undefined;
  tryExcept<T>(parts: TryParts<T>): T | undefined {
    checkTry(parts);
    return this.alive().exceptions.tryExcept(parts);
  }

  /**
   * Set who is asked last; null takes it away. With the answer 1 the process ends with the
   * exception's code. Windows page: "SetUnhandledExceptionFilter".
   *
   * @returns the filter before, or null
   */
  setUnhandledExceptionFilter(filter: ExceptionFilter | null): ExceptionFilter | null {
    if (filter !== null) callable(filter, "filter");
    return this.alive().exceptions.setUnhandledFilter(filter);
  }

  /**
   * Raise an exception of the guest. Returns when a handler goes on with the guest. Windows page:
   * "RaiseException".
   *
   * @throws GuestException when nobody handles it
   */
  raiseException(exception: RaisedException): void {
    const record = raisedRecord(this, exception);
    this.alive().exceptions.dispatch(record, (unhandled) => new GuestException(unhandled));
  }
}
