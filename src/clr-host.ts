/**
 * The memory that a host gives the common language runtime: IHostMemoryManager and IHostMalloc over
 * the pages of a process.
 *
 * @example
 * import { clrHost, eTaskCritical, S_OK } from "guardpage/clr-host";
 *
 * const host = clrHost(process);
 * host.start();
 * const memory = { value: 0 };
 * const { VirtualAlloc } = host.manager;
 * VirtualAlloc(0, 0x10000, MEM_RESERVE, PAGE_READWRITE, eTaskCritical, memory) === S_OK;
 *
 * @module guardpage/clr-host
 */

import { Gate } from "./clr-host/gate.ts";
import type { DebugBlock } from "./clr-host/heap.ts";
import { type ClrState, hostingOf } from "./clr-host/hosting.ts";
import type { IHostMemoryManager } from "./clr-host/interface.ts";
import { memoryManager } from "./clr-host/manager.ts";
import { type ClrHostOptions, checkOptions } from "./clr-host/options.ts";
import { shown } from "./door.ts";
import { ownersOnly } from "./owners-only.ts";
import { Process } from "./process.ts";

export type { DebugBlock } from "./clr-host/heap.ts";
export type { ClrState } from "./clr-host/hosting.ts";
export type {
  ICLRMemoryNotificationCallback,
  IHostMalloc,
  IHostMemoryManager,
  InterfaceOut,
  IUnknown,
} from "./clr-host/interface.ts";
export type { ClrHostOptions, HostMethod, HostPolicy, Hresults } from "./clr-host/options.ts";
export * from "./constants/hosting.ts";
export * from "./constants/hresult.ts";

/** A range that the runtime has reserved without the host. */
export interface AcquiredRange {
  /** First address. */
  readonly start: number;
  /** As the runtime has told it. */
  readonly sizeBytes: number;
}

/** The host of the runtime in one process, as its embedder sees it. */
export interface ClrHost {
  /** What the runtime is given. */
  readonly manager: IHostMemoryManager;
  /**
   * "not-started" until `start`; "failed" when a method has answered E_FAIL. Unless it is
   * "started", every method of the manager and of its allocators answers HOST_E_CLRNOTAVAILABLE and
   * does nothing; AddRef and Release, which answer no HRESULT, count.
   */
  readonly state: ClrState;
  /** What AcquiredVirtualAddressSpace has told of and ReleasedVirtualAddressSpace has not. */
  readonly acquiredRanges: readonly AcquiredRange[];
  /** The blocks of DebugAlloc that there are, of all allocators. */
  readonly debugBlocks: readonly DebugBlock[];
  /** The runtime is loaded. A second call changes nothing, nor does one after E_FAIL. */
  start(): void;
  /**
   * Tell the callback now of a change of memory that it has not been told of: for programs that run
   * on and on without letting a microtask in.
   */
  notify(): void;
}

/**
 * The host of a process. All hosts of a process share everything but their options: state, memory
 * of the host, callback, ranges and blocks. E_FAIL is final for the process; others know nothing of
 * it.
 *
 * @throws TypeError, RangeError for a wrong option
 * @throws Error when the process has ended
 */
export function clrHost(process: Process, options: ClrHostOptions = {}): ClrHost {
  if (!(process instanceof Process)) {
    throw new TypeError(`process must be a Process, not ${shown(process)}`);
  }
  if (process.machine.isAttached) ownersOnly("clrHost");
  const { observer } = process.machine;
  if (observer === undefined) return makeHost(process, options);
  const make = (given: ClrHostOptions) => makeHost(process, given);
  return observer.call(process, "clrHost", [options], make);
}

function makeHost(process: Process, options: ClrHostOptions): ClrHost {
  const hosting = hostingOf(process.alive());
  const manager = memoryManager(new Gate(hosting, checkOptions(options)));
  return Object.freeze({
    manager,
    get state() {
      return hosting.state;
    },
    get acquiredRanges() {
      return Array.from(hosting.acquired, ([start, sizeBytes]) => ({ start, sizeBytes }));
    },
    get debugBlocks() {
      return [...hosting.debugLists].flatMap((list) => [...list.values()]);
    },
    start: () => hosting.start(),
    notify: () => hosting.notify(),
  });
}
