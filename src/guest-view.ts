import { Attempts, accessFarAbove } from "./attempts.ts";
import type { Address } from "./door.ts";
import type { Process } from "./process.ts";
import { windowPlace } from "./wasm/core.ts";
import { Access } from "./wasm/exports.ts";
import { type Grant, grantOf } from "./wasm/grants.ts";
import { progressOf } from "./when-ready.ts";

/** How `memory.view` asks for its range. */
export interface ViewOptions {
  /** Ask for writing, as a store to each page would, and give a view that may be written. */
  readonly write?: boolean | undefined;
}

/**
 * Bytes of the guest as a typed array over the place where they lie, without a copy: what takes a
 * Uint8Array takes it. No access through it is checked, so it may be used only while `valid` is
 * true, and `valid` has to be read again after every call or access of the machine.
 *
 * `buffer` is the memory of the whole core, with the guest's bytes at `byteOffset`: what clones or
 * transfers a buffer needs `slice()`. What is derived (`subarray`, `slice`, `map` ...) is a plain
 * Uint8Array.
 */
export abstract class GuestView extends Uint8Array<ArrayBuffer> {
  /** Whether the view must not be written. */
  abstract readonly readOnly: boolean;
  readonly #process: Process;
  readonly #right: "read" | "write";
  #grant: Grant | undefined;

  static get [Symbol.species](): Uint8ArrayConstructor {
    return Uint8Array;
  }

  /** @internal */
  constructor(process: Process, grant: Grant, length: number, right: "read" | "write") {
    super(process.core.memory.buffer as ArrayBuffer, grant.linear, length);
    this.#process = process;
    this.#grant = grant;
    this.#right = right;
  }

  /**
   * Whether every page still allows what the view was made for, at the same place: to be read, or
   * to be read and written. Once false it stays so. It may become false without a reason that the
   * guest could see; then make another view.
   *
   * It is false after a change of a page (protection, guard, decommit, release, write watch reset,
   * copy-on-write), when a page leaves memory, when the core's memory has grown, and when the
   * process has ended or the core has trapped.
   */
  get valid(): boolean {
    if (this.#grant === undefined) return false;
    const { exited, core } = this.#process;
    const holds = !exited && core.poison === undefined && this.buffer.byteLength !== 0;
    if (!holds || !this.#grant.holds(this.#right)) this.#grant = undefined;
    return this.#grant !== undefined;
  }
}

/** A view of pages that may be written as they are: all marks are set, all copies made. */
export class WritableGuestView extends GuestView {
  override readonly readOnly = false;

  /** @internal */
  constructor(process: Process, grant: Grant, length: number) {
    super(process, grant, length, "write");
  }
}

/**
 * A view with a page that must not be written, or for which a store has to do more: a protection, a
 * write watch that would miss its mark, a copy-on-write page that all would see changed. Methods
 * that write throw TypeError. JavaScript cannot refuse `view[0] = 1`, so it must not be done;
 * TypeScript refuses it.
 */
export class ReadOnlyGuestView extends GuestView {
  override readonly readOnly = true;
  readonly [index: number]: number;

  /** @internal */
  constructor(process: Process, grant: Grant, length: number) {
    super(process, grant, length, "read");
  }

  override set(): never {
    refuse("set");
  }

  override fill(): never {
    refuse("fill");
  }

  override copyWithin(): never {
    refuse("copyWithin");
  }

  override sort(): never {
    refuse("sort");
  }

  override reverse(): never {
    refuse("reverse");
  }
}

function refuse(method: string): never {
  throw new TypeError(`${method}: the view is read-only; ask with { write: true }`);
}

/** Of no bytes; it needs no page. */
const EMPTY: Grant = { linear: 0, holds: () => true };

/**
 * What `memory.view` gives: asks for the range, as accesses of the guest from the lowest page
 * upwards, and looks where it lies then.
 */
export function viewOf(
  process: Process,
  address: Address,
  length: number,
  write: boolean,
): ReadOnlyGuestView | WritableGuestView | undefined {
  process.enter();
  if (length === 0) return new WritableGuestView(process, EMPTY, 0);
  const access = write ? Access.Write : Access.Read;
  if (typeof address === "bigint") accessFarAbove(process, address, 1, access);
  if (!asked(process, address, length, access)) return undefined;
  const { core, space, spaceNumber } = process;
  if (core.agent !== undefined) return undefined;
  const window = space === "windowed" ? windowPlace(core) : undefined;
  const grant = grantOf(core.view, window, spaceNumber, address, length);
  if (grant?.holds("write")) return new WritableGuestView(process, grant, length);
  return grant === undefined || write ? undefined : new ReadOnlyGuestView(process, grant, length);
}

/** Whether the pages are ready for the access, and lay together when they were asked for. */
function asked(process: Process, address: number, length: number, access: number): boolean {
  const { accesses, view } = process.core;
  const progress = progressOf(process.id, "view", address, length, access);
  let attempts: Attempts | undefined;
  let start: number | undefined;
  while (progress.done < length) {
    const { done } = progress;
    const linear = accesses.probeRange(address + done, length - done, access);
    if (view.failed()) {
      attempts ??= new Attempts(process);
      attempts.failed();
      continue;
    }
    start ??= linear - done;
    if (linear - done !== start) return false;
    progress.done += view.result(0);
  }
  return true;
}
