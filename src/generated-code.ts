import type { CodeListener } from "./code-marks.ts";
import { STATUS_CONFLICTING_ADDRESSES, STATUS_SUCCESS } from "./constants/status.ts";
import { type Address, callable, shown } from "./door.ts";
import { faceOf } from "./faces.ts";
import { hex } from "./names.ts";
import type { Process } from "./process.ts";
import { ACCESS_CONTRACT } from "./wasm/access-contract.ts";
import { windowPlace } from "./wasm/core.ts";

export { ACCESS_CONTRACT } from "./wasm/access-contract.ts";

/** What code imports that checks its accesses itself. */
export interface GeneratedCodeImports {
  /** The memory of the core, which has the context and the maps. */
  readonly memory: WebAssembly.Memory;
  /**
   * A load of 1, 2, 4 or 8 bytes, whatever stops it: the bits, zero-extended. A fault goes through
   * the handlers of the guest; what nobody handles is thrown, through the code that called.
   */
  readonly load: (address: bigint, sizeBytes: number) => bigint;
  /** A store of the low bits of `bits`, in the same way. */
  readonly store: (address: bigint, sizeBytes: number, bits: bigint) => void;
  /**
   * For polls that call: takes note of `stop`, and tells the listeners of `onPoll`. On a machine
   * with threads it waits as long as all are stopped.
   */
  readonly poll: () => void;
}

/** What an AssemblyScript program imports that uses the accessors of `guardpage/assembly`. */
export interface AssemblyImports {
  /** What the compiler of AssemblyScript calls its environment. */
  readonly env: {
    /** The memory of the core. */
    readonly memory: WebAssembly.Memory;
  };
  /** What the accessors call. */
  readonly guardpage: {
    /** As `GeneratedCodeImports.load`. */
    readonly loadSlow: (context: number, address: bigint, sizeBytes: number) => bigint;
    /** As `GeneratedCodeImports.store`. */
    readonly storeSlow: (context: number, address: bigint, sizeBytes: number, bits: bigint) => void;
  };
}

type Loader = (address: bigint) => number | bigint;
type Storer = (address: bigint, bits: bigint) => void;

/**
 * What a compiler has to know to generate code that runs in this process and checks its accesses in
 * line (docs/abi.md, "Inlining the check"). `guardpage/emitter` writes the checks.
 */
export class GeneratedCode {
  /** The version of the sequences and numbers. */
  readonly contract = ACCESS_CONTRACT;
  /** How pages are reached: which of two sequences the code has. */
  readonly space: "windowed" | "translated";
  /** Bytes of an address. */
  readonly pointerBytes: 4 | 8;
  /** Linear address of the context. */
  readonly context: number;
  /** Linear address of guest address 0, and of the access map; of a windowed space alone. */
  readonly windowBase: number;
  /** Linear address of the access map, a byte for each page; of a windowed space alone. */
  readonly accessMap: number;
  /** What the code imports. */
  readonly imports: GeneratedCodeImports;
  /** The same for an AssemblyScript program, to be instantiated with. */
  readonly assembly: AssemblyImports;
  readonly #process: Process;
  readonly #polled = new Set<() => void>();

  /** @internal */
  constructor(process: Process) {
    const { core, space, door } = process;
    this.#process = process;
    this.space = space;
    this.pointerBytes = door.pointerBytes;
    this.context = core.contextAddress;
    const window = space === "windowed" ? windowPlace(core) : undefined;
    this.windowBase = window?.base ?? 0;
    this.accessMap = window?.accessMap ?? 0;
    const { memory } = process;
    const loads: Record<number, Loader> = {
      1: (address) => memory.getUint8(address),
      2: (address) => memory.getUint16(address),
      4: (address) => memory.getUint32(address),
      8: (address) => memory.getBigUint64(address),
    };
    const stores: Record<number, Storer> = {
      1: (address, bits) => memory.setUint8(address, Number(bits & 0xffn)),
      2: (address, bits) => memory.setUint16(address, Number(bits & 0xffffn)),
      4: (address, bits) => memory.setUint32(address, Number(bits & 0xffff_ffffn)),
      8: (address, bits) => memory.setBigUint64(address, bits),
    };
    this.imports = Object.freeze({
      memory: core.memory,
      load: (address: bigint, sizeBytes: number) => {
        const bits = access(loads, sizeBytes)(BigInt.asUintN(64, address));
        this.enter();
        return BigInt(bits);
      },
      store: (address: bigint, sizeBytes: number, bits: bigint) => {
        access(stores, sizeBytes)(BigInt.asUintN(64, address), BigInt.asUintN(64, bits));
        this.enter();
      },
      poll: () => {
        if (this.poll()) for (const listener of this.#polled) listener();
        this.enter();
      },
    });
    const { load, store } = this.imports;
    this.assembly = Object.freeze({
      env: Object.freeze({ memory: core.memory }),
      guardpage: Object.freeze({
        loadSlow: (_context: number, address: bigint, sizeBytes: number) => {
          return load(address, sizeBytes);
        },
        storeSlow: (_context: number, address: bigint, sizeBytes: number, bits: bigint) => {
          store(address, sizeBytes, bits);
        },
      }),
    });
  }

  /**
   * From now on generated code runs in this process. To be called before it runs, and again after
   * a call of any service, and an access of another process. Listeners of `onCodeWritten` are told
   * here of what services have changed. The functions of `imports` come back in this process.
   *
   * On a machine with threads the code has to poll from here to `leave`: who takes a right away
   * waits for it.
   *
   * @throws Error when the process has ended
   */
  enter(): void {
    this.#process.machine.codeMarks.look();
    this.#process.enter().agent?.run();
  }

  /**
   * Generated code does not run any more, up to the next `enter`: to be called whenever it has
   * returned or thrown, and before this thread waits for anything. Only machines with threads need
   * it.
   */
  leave(): void {
    this.#process.core.agent?.park();
  }

  /**
   * Code was made from the pages of a range: the next change of each is told to the listeners of
   * `onCodeWritten`, once. No answer of Windows depends on it.
   *
   * @param length bytes; 0 marks nothing
   * @throws TypeError, RangeError for a wrong argument, or where a page is not committed; Error
   *   where there is no memory for it, or when the process has ended. Nothing is marked then
   */
  markCode(address: Address, length: number): void {
    const [start, bytes] = this.#range(address, length);
    const { core, machine } = this.#process;
    const status = core.code.mark(start, bytes);
    if (status === STATUS_CONFLICTING_ADDRESSES) {
      throw new RangeError(
        `address: not all of ${shown(bytes)} bytes at ${hex(start)} is committed`,
      );
    }
    if (status !== STATUS_SUCCESS) throw new Error(`no memory for marks: ${hex(status)}`);
    machine.codeMarks.marked(this.#process, start, bytes);
  }

  /**
   * Nobody wants to hear of changes of these pages any more.
   *
   * @param length bytes
   * @throws TypeError, RangeError for a wrong argument; Error when the process has ended
   */
  forgetCode(address: Address, length: number): void {
    const [start, bytes] = this.#range(address, length);
    const { core, machine } = this.#process;
    core.code.forget(start, bytes);
    machine.codeMarks.forgotten(this.#process, start, bytes);
  }

  #range(address: Address, length: number): [number, number] {
    const { door } = this.#process.alive();
    const start = door.pointer(address, "address");
    const bytes = door.pointer(length, "length");
    this.#process.enter();
    return [start, bytes];
  }

  /**
   * Be told the address of each page whose mark goes: of the guest's own accesses before they
   * change it, and then they go on; of everything else by the next `enter` at the latest.
   *
   * @param listener must not throw; it may call `stop`, for code that is running now
   * @returns ends it
   * @throws TypeError for a wrong argument
   */
  onCodeWritten(listener: CodeListener): () => void {
    callable(listener, "listener");
    return this.#process.alive().machine.codeMarks.listen(this.#process, listener);
  }

  /** Code with polls is to leave at its next one. */
  stop(): void {
    this.#process.alive().core.code.stop();
  }

  /** Take note of `stop`: whether it was called since the last time. */
  poll(): boolean {
    return this.#process.alive().core.code.poll();
  }

  /**
   * Be told of polls that call, once each time that code was to leave.
   *
   * @param listener what it throws goes through the code that polled
   * @returns ends it
   * @throws TypeError for a wrong argument
   */
  onPoll(listener: () => void): () => void {
    callable(listener, "listener");
    this.#polled.add(listener);
    return () => this.#polled.delete(listener);
  }
}

/**
 * For compilers: what code needs that runs in this process and checks its accesses itself.
 *
 * @throws Error when the process has ended
 */
export function generatedCode(process: Process): GeneratedCode {
  return faceOf(process.alive(), "generatedCode", () => new GeneratedCode(process));
}

function access<T>(table: Record<number, T>, sizeBytes: number): T {
  const found = table[sizeBytes];
  if (found !== undefined) return found;
  throw new RangeError(`sizeBytes must be 1, 2, 4 or 8, not ${sizeBytes}`);
}
