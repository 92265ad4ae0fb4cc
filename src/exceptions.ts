import {
  EXCEPTION_CONTINUE_EXECUTION,
  EXCEPTION_CONTINUE_SEARCH,
  EXCEPTION_NONCONTINUABLE,
  EXCEPTION_NONCONTINUABLE_EXCEPTION,
  EXCEPTION_STACK_OVERFLOW,
} from "./constants/exception.ts";
import { type Address, callable, optionBag } from "./door.ts";
import { GuestException } from "./fault.ts";
import { HandlerList, type VectoredHandler } from "./handlers.ts";
import type { Process } from "./process.ts";

/** Windows page: "EXCEPTION_RECORD structure". */
export interface ExceptionRecord {
  /** An NTSTATUS, as an unsigned number. */
  ExceptionCode: number;
  /** EXCEPTION_NONCONTINUABLE or 0. */
  ExceptionFlags: number;
  /** The exception while whose handling this one came up. */
  ExceptionRecord: ExceptionRecord | null;
  /** The instruction: `process.instructionPointer`, or where a fetch began. */
  ExceptionAddress: Address;
  /** How many elements ExceptionInformation has, 0 to 15. */
  NumberParameters: number;
  /**
   * Of a page fault: 0 read, 1 write or 8 execute; the address; of an in-page error the NTSTATUS
   * behind it.
   */
  ExceptionInformation: Address[];
}

/** Windows page: "EXCEPTION_POINTERS structure". */
export interface ExceptionPointers {
  /** What has happened. */
  ExceptionRecord: ExceptionRecord;
  /** Whatever `process.contextProvider` supplies; null without one. */
  ContextRecord: unknown;
}

/** What became of an exception. */
export type ExceptionEnd =
  /** A handler went on with the guest. */
  | "continued"
  /** A __try block has taken it. */
  | "unwound"
  /** Nobody handled it, or a handler has failed itself. */
  | "unhandled";

/** What a debugger hears of exceptions. It may look, by VirtualQuery say, and changes nothing. */
export interface ExceptionEvents {
  /** Before any handler is asked: the first chance. */
  readonly raised?: ((pointers: ExceptionPointers) => void) | undefined;
  /** After all that were asked. */
  readonly ended?: ((pointers: ExceptionPointers, end: ExceptionEnd) => void) | undefined;
}

/** A filter: positive runs the handler, 0 asks further out, negative goes on with the guest. */
export type ExceptionFilter = (pointers: ExceptionPointers) => number;

/** A __try block that is being run. */
export interface Frame {
  readonly filter: ExceptionFilter;
}

/** The parts of a __try block, for `process.tryExcept`. */
export interface TryParts<T> {
  /** What is guarded. */
  body: () => T;
  /** Asked about an exception in the body that no vectored handler has resolved. */
  filter: ExceptionFilter;
  /** Run after a positive answer of the filter; what it returns, the block returns. */
  handler?: ((pointers: ExceptionPointers) => T) | undefined;
}

/** @throws TypeError for what is no __try block */
export function checkTry<T>(parts: TryParts<T>): void {
  optionBag(parts, "parts", ["body", "filter", "handler"]);
  callable(parts.body, "body");
  callable(parts.filter, "filter");
  if (parts.handler !== undefined) callable(parts.handler, "handler");
}

/** Thrown from a filter's dispatch to its frame. */
class Unwind {
  readonly frame: Frame;
  readonly pointers: ExceptionPointers;

  constructor(frame: Frame, pointers: ExceptionPointers) {
    this.frame = frame;
    this.pointers = pointers;
  }
}

/** Makes what is thrown when nobody handles a record. */
export type Unhandled = (record: ExceptionRecord) => GuestException;

/** Exceptions of one process: who is asked, in which order (4.7, 17.6). */
export class Exceptions {
  readonly #process: Process;
  readonly #depthLimit: number;
  readonly #vectored = new HandlerList();
  readonly #continue = new HandlerList();
  #unhandledFilter: ExceptionFilter | null = null;
  #nextHandle = 1;
  #depth = 0;

  constructor(process: Process, depthLimit: number) {
    this.#process = process;
    this.#depthLimit = depthLimit;
  }

  addException(first: boolean, handler: VectoredHandler): number {
    return this.#add(this.#vectored, first, handler);
  }

  removeException(handle: number): boolean {
    return this.#vectored.remove(handle);
  }

  addContinue(first: boolean, handler: VectoredHandler): number {
    return this.#add(this.#continue, first, handler);
  }

  removeContinue(handle: number): boolean {
    return this.#continue.remove(handle);
  }

  /** Handles that were given out so far. */
  get handlesGiven(): number {
    return this.#nextHandle - 1;
  }

  set handlesGiven(count: number) {
    this.#nextHandle = count + 1;
  }

  /** One series of handles for both lists, so that a handle of one is never in the other. */
  #add(list: HandlerList, first: boolean, handler: VectoredHandler): number {
    const handle = this.#nextHandle++;
    if (first) list.addFirst(handle, handler);
    else list.addLast(handle, handler);
    return handle;
  }

  /** The handlers of another process, with the same handles, and its filter. None may be here. */
  copy(exceptions: Exceptions): void {
    this.#vectored.addAll(exceptions.#vectored);
    this.#continue.addAll(exceptions.#continue);
    this.#unhandledFilter = exceptions.#unhandledFilter;
    this.#nextHandle = exceptions.#nextHandle;
  }

  /** What makes the handlers those that they are now. Requires: none is being asked. */
  keep(): () => void {
    const vectored = this.#vectored.keep();
    const continued = this.#continue.keep();
    const filter = this.#unhandledFilter;
    const next = this.#nextHandle;
    return () => {
      vectored();
      continued();
      this.#unhandledFilter = filter;
      this.#nextHandle = next;
    };
  }

  setUnhandledFilter(filter: ExceptionFilter | null): ExceptionFilter | null {
    const previous = this.#unhandledFilter;
    this.#unhandledFilter = filter;
    return previous;
  }

  /** __try / __except: what the body answers, or the handler after a filter has answered 1. */
  tryExcept<T>({ body, filter, handler }: TryParts<T>): T | undefined {
    const { core, currentThread } = this.#process;
    const { frames } = currentThread;
    const frame: Frame = { filter };
    const outside = frames.length;
    let pointers: ExceptionPointers;
    frames.push(frame);
    core.nesting++;
    try {
      return body();
    } catch (error) {
      if (!(error instanceof Unwind) || error.frame !== frame) throw error;
      pointers = error.pointers;
    } finally {
      frames.length = outside;
      core.nesting--;
    }
    return handler?.(pointers);
  }

  /**
   * Ask the handlers about an exception. Returns when the guest goes on; otherwise throws what
   * `unhandled` makes, or unwinds to the frame that takes it.
   */
  dispatch(record: ExceptionRecord, unhandled: Unhandled): void {
    this.#process.core.countException();
    if (this.#depth >= this.#depthLimit) throw this.#overflow(record, unhandled);
    const { core } = this.#process;
    this.#depth++;
    core.nesting++;
    try {
      const ContextRecord = this.#process.contextProvider?.() ?? null;
      this.#tell({ ExceptionRecord: record, ContextRecord }, unhandled);
    } finally {
      this.#depth--;
      core.nesting--;
    }
  }

  /** Ask, with a debugger listening. */
  #tell(pointers: ExceptionPointers, unhandled: Unhandled): void {
    const { exceptionEvents } = this.#process;
    exceptionEvents?.raised?.(pointers);
    let end: ExceptionEnd = "continued";
    try {
      this.#ask(pointers, unhandled);
    } catch (error) {
      end = error instanceof Unwind ? "unwound" : "unhandled";
      throw error;
    } finally {
      exceptionEvents?.ended?.(pointers, end);
    }
  }

  #ask(pointers: ExceptionPointers, unhandled: Unhandled): void {
    const record = pointers.ExceptionRecord;
    const isResumed =
      this.#vectored.runUntil(EXCEPTION_CONTINUE_EXECUTION, pointers) ||
      this.#askFrames(pointers) ||
      this.#askLast(pointers, unhandled);
    if (!isResumed) throw unhandled(record);
    if ((record.ExceptionFlags & EXCEPTION_NONCONTINUABLE) !== 0) {
      this.dispatch(noncontinuable(record), (nested) => new GuestException(nested));
    }
    this.#continue.runUntil(EXCEPTION_CONTINUE_EXECUTION, pointers);
  }

  /** Innermost frame first. Frames that a filter enters and leaves meanwhile are not asked. */
  #askFrames(pointers: ExceptionPointers): boolean {
    for (const frame of [...this.#process.currentThread.frames].reverse()) {
      const answer = frame.filter(pointers);
      if (answer > EXCEPTION_CONTINUE_SEARCH) throw new Unwind(frame, pointers);
      if (answer < EXCEPTION_CONTINUE_SEARCH) return true;
    }
    return false;
  }

  /** The unhandled filter: with a 1 it takes the exception, and the process ends by it (4.7#7). */
  #askLast(pointers: ExceptionPointers, unhandled: Unhandled): boolean {
    const answer = this.#unhandledFilter?.(pointers) ?? EXCEPTION_CONTINUE_SEARCH;
    if (answer > EXCEPTION_CONTINUE_SEARCH) {
      const record = pointers.ExceptionRecord;
      const exception = unhandled(record);
      this.#process.exit(record.ExceptionCode);
      throw exception;
    }
    return answer < EXCEPTION_CONTINUE_SEARCH;
  }

  /** 17.6: handlers that fault in handlers, too deep: the process ends as by a stack overflow. */
  #overflow(record: ExceptionRecord, unhandled: Unhandled): GuestException {
    const exception = unhandled({
      ...record,
      ExceptionCode: EXCEPTION_STACK_OVERFLOW,
      ExceptionFlags: EXCEPTION_NONCONTINUABLE,
      ExceptionRecord: record,
    });
    // In a worker the owner hears of it by what is thrown.
    if (!this.#process.machine.isAttached) this.#process.exit(EXCEPTION_STACK_OVERFLOW);
    return exception;
  }
}

/** 4.7#6: what a -1 for a noncontinuable record raises. */
function noncontinuable(record: ExceptionRecord): ExceptionRecord {
  return {
    ExceptionCode: EXCEPTION_NONCONTINUABLE_EXCEPTION,
    ExceptionFlags: EXCEPTION_NONCONTINUABLE,
    ExceptionRecord: record,
    ExceptionAddress: record.ExceptionAddress,
    NumberParameters: 0,
    ExceptionInformation: [],
  };
}
