import { EXCEPTION_IN_PAGE_ERROR } from "./constants/exception.ts";
import type { Address } from "./door.ts";
import type { ExceptionRecord } from "./exceptions.ts";
import { PageFault } from "./fault.ts";
import { hex } from "./names.ts";
import type { Process } from "./process.ts";
import { STATUS_CODE_WRITTEN } from "./wasm/code-exports.ts";
import type { RawException } from "./wasm/context.ts";
import { Access } from "./wasm/exports.ts";
import { STATUS_ASKS } from "./wasm/requests-exports.ts";

/** Notices handlers that answer -1 for ever and resolve nothing (17.6). One for each access. */
class HandlerLoop {
  readonly #limit: number;
  #last: RawException | undefined;
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @throws Error when the same exception has come up more often in a row than the limit says */
  count(raw: RawException): void {
    const last = this.#last;
    const isSame =
      last !== undefined &&
      last.code === raw.code &&
      last.access === raw.access &&
      last.address === raw.address;
    this.#count = isSame ? this.#count + 1 : 1;
    this.#last = raw;
    if (this.#count <= this.#limit) return;
    const exception = `${hex(raw.code)}, access ${raw.access}, address ${hex(raw.address)}`;
    throw new Error(
      `handler loop: EXCEPTION_CONTINUE_EXECUTION was answered ${this.#limit} times in a row to ` +
        `exception ${exception}, and nothing was resolved`,
    );
  }
}

/** One access of the guest that may fault, be resolved by a handler, and fault again. */
export class Attempts {
  readonly #process: Process;
  readonly #instruction: Address | undefined;
  readonly #loop: HandlerLoop;

  /** `instruction` is the ExceptionAddress; without it, the process says. */
  constructor(process: Process, instruction?: Address) {
    this.#process = process;
    this.#instruction = instruction;
    this.#loop = new HandlerLoop(process.machine.options.handlerLoopLimit);
  }

  /**
   * The access has left an outcome. Where it needs a page that the host keeps, the page comes;
   * where it changes what code was made from, whoever listens is told. Else take the record out
   * (handlers make calls too) and ask the handlers. Returns when the access is to be made again.
   *
   * @throws PageFault where nobody resolves it; PageNotReady where the page comes later
   */
  failed(): void {
    const { view, accesses } = this.#process.enter();
    const raw = view.exception;
    accesses.clear();
    if (raw.code === STATUS_ASKS) {
      this.#process.machine.pager.serve();
      this.#process.enter();
      return;
    }
    if (raw.code === STATUS_CODE_WRITTEN) {
      this.#process.machine.codeMarks.written();
      this.#process.enter();
      return;
    }
    this.#loop.count(raw);
    this.#process.exceptions.dispatch(
      this.#record(raw),
      (record) => new PageFault(this.#process, record),
    );
    this.#process.enter();
  }

  #record({ code, access, address, detail }: RawException): ExceptionRecord {
    const information: Address[] = [access, address];
    if (code === EXCEPTION_IN_PAGE_ERROR) information.push(detail);
    return {
      ExceptionCode: code,
      ExceptionFlags: 0,
      ExceptionRecord: null,
      ExceptionAddress: this.#instruction ?? this.#process.instructionPointer,
      NumberParameters: information.length,
      ExceptionInformation: information,
    };
  }
}

/** An access above 2^53, where nothing can be: never comes back (1.3). */
export function accessFarAbove(
  process: Process,
  address: bigint,
  sizeBytes: number,
  access: number,
): never {
  const attempts = new Attempts(process, access === Access.Execute ? address : undefined);
  for (;;) {
    const { accesses } = process.enter();
    if (access === Access.Read) accesses.loadSlow(address, sizeBytes);
    else if (access === Access.Write) accesses.storeSlow(address, sizeBytes);
    else accesses.fetchSlow(address, sizeBytes);
    attempts.failed();
  }
}
