import {
  type ExceptionPointers,
  type ExceptionRecord,
  GuestException,
  type Process,
} from "guardpage";
import {
  EXCEPTION_CONTINUE_EXECUTION,
  EXCEPTION_CONTINUE_SEARCH,
  EXCEPTION_EXECUTE_HANDLER,
} from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { type Context, contextOf, readContext } from "./context.ts";
import { Cpu } from "./cpu.ts";
import { frameAbove, pushFrame, reuseFrame } from "./exception-frame.ts";
import { ARITHMETIC_FLAGS, Flag, signed } from "./flags.ts";
import { Gate } from "./gate.ts";
import { type Image, loadImage } from "./image.ts";
import { type CpuState, Register, stateAt } from "./state.ts";
import { UnknownInstruction } from "./unknown-instruction.ts";

/** A handler in the code of the guest. */
interface GuestHandler {
  readonly handle: number;
  readonly address: number;
}

/** How a program came to its end. */
export type Ending =
  | { readonly kind: "exit"; readonly exitCode: number }
  /** An exception that nobody handled, or an instruction that the CPU has not. */
  | { readonly kind: "unhandled" | "unknown"; readonly message: string };

/** Everything beside the machine that a program is made of, as plain data. */
export interface EmulatorState {
  cpu: CpuState;
  /** Those of AddVectoredExceptionHandler, in the order in which they are asked. */
  handlers: GuestHandler[];
  handlesGiven: number;
  /** Instructions that were executed. */
  instructions: number;
  exceptions: number;
  /** The last one, with the registers that it came up with. */
  lastException: { readonly record: ExceptionRecord; readonly context: Context } | null;
  ending: Ending | null;
}

/** What a step has done. */
export type StepEvent =
  | { readonly kind: "executed" }
  | { readonly kind: "called"; readonly name: string; readonly answer: number }
  | { readonly kind: "raised"; readonly record: ExceptionRecord; readonly handler: number }
  | { readonly kind: "passed"; readonly handler: number }
  | { readonly kind: "continued"; readonly address: number }
  | { readonly kind: "ended"; readonly ending: Ending };

export interface EmulatorOptions {
  /** Functions that are there for the program and do nothing; they answer 1. */
  readonly without?: readonly string[];
}

interface HostFunction {
  readonly parameters: number;
  readonly call: (...parameters: number[]) => number;
}

/** Where a handler returns to, and where the program does. */
const HANDLER_RETURNED = "the dispatcher of exceptions";
const PROGRAM_RETURNED = "the end of the thread";

/** Bits of EFlags that a handler may change in a CONTEXT. */
const CONTEXT_FLAGS = ARITHMETIC_FLAGS | Flag.direction;

/** A program in a process of its own, run instruction by instruction. */
export class Emulator {
  readonly process: Process;
  readonly image: Image;
  readonly #gate: Gate;
  readonly #cpu: Cpu;
  readonly #functions: ReadonlyMap<string, HostFunction>;
  #state: EmulatorState;

  /**
   * @param program a PE32 program
   * @throws Error where it cannot be loaded
   */
  constructor(process: Process, program: Uint8Array, { without = [] }: EmulatorOptions = {}) {
    this.process = process;
    this.#functions = new Map(
      Object.entries(this.#kernel32()).map(([name, host]) => {
        return [name, without.includes(name) ? { ...host, call: () => 1 } : host];
      }),
    );
    this.#gate = new Gate(process, [HANDLER_RETURNED, PROGRAM_RETURNED, ...this.#functions.keys()]);
    this.image = loadImage(process, program, (name) => this.#gate.addressOf(name));
    const { base } = process.mainThread.createStack();
    this.#state = {
      cpu: stateAt(this.image.entry, base),
      handlers: [],
      handlesGiven: 0,
      instructions: 0,
      exceptions: 0,
      lastException: null,
      ending: null,
    };
    this.#cpu = new Cpu(process, this.#state.cpu);
    this.#cpu.push(this.#addressOf(PROGRAM_RETURNED));
    process.contextProvider = () => contextOf(this.#cpu.state);
  }

  get state(): EmulatorState {
    return this.#state;
  }

  set state(state: EmulatorState) {
    this.#state = state;
    this.#cpu.state = state.cpu;
  }

  /** The function of the host that is called next; undefined where the guest executes. */
  get calls(): string | undefined {
    return this.#gate.nameAt(this.#state.cpu.eip);
  }

  /**
   * Execute one instruction, or one function of the host. Where that raises an exception, the
   * handler of the guest comes next, and afterwards the instruction once more.
   *
   * @returns undefined after the end
   */
  step(): StepEvent | undefined {
    if (this.#state.ending !== null) return undefined;
    try {
      return this.process.tryExcept<StepEvent>({
        body: () => this.#advance(),
        // A handler of the guest is instructions too: the access is left, for them to be executed.
        filter: () => {
          const isHandled = this.#state.handlers.length > 0;
          return isHandled ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH;
        },
        handler: (pointers) => this.#deliver(pointers),
      });
    } catch (error) {
      if (error instanceof GuestException) return this.#endUnhandled(error);
      if (!(error instanceof UnknownInstruction)) throw error;
      return this.#end({ kind: "unknown", message: error.message });
    }
  }

  #advance(): StepEvent {
    const { calls } = this;
    if (calls === undefined) {
      this.#cpu.step();
      this.#state.instructions += 1;
      return { kind: "executed" };
    }
    this.process.instructionPointer = this.#cpu.state.eip;
    if (calls === HANDLER_RETURNED) return this.#handlerReturned();
    if (calls === PROGRAM_RETURNED) {
      return this.#end({ kind: "exit", exitCode: this.#cpu.get(Register.eax) });
    }
    return this.#call(calls);
  }

  /** A function of stdcall: parameters above the return address, which it takes off the stack. */
  #call(name: string): StepEvent {
    const { parameters, call } = this.#functions.get(name) as HostFunction;
    const { esp } = this.#cpu;
    const word = (index: number) => this.#cpu.load((esp + 4 * index) >>> 0, 4);
    const [returnAddress, ...values] = Array.from({ length: parameters + 1 }, (_, i) => word(i));
    const answer = call(...values) >>> 0;
    const { ending } = this.#state;
    if (ending !== null) return { kind: "ended", ending };
    this.#cpu.set(Register.eax, answer);
    this.#cpu.esp = esp + 4 * (parameters + 1);
    this.#cpu.state.eip = returnAddress as number;
    return { kind: "called", name, answer };
  }

  #kernel32(): Readonly<Record<string, HostFunction>> {
    const { VirtualAlloc, VirtualProtect } = kernel32(this.process);
    return {
      VirtualAlloc: {
        parameters: 4,
        call: (address = 0, size = 0, type = 0, protect = 0) => {
          return VirtualAlloc(address, size, type, protect);
        },
      },
      VirtualProtect: {
        parameters: 4,
        call: (address = 0, size = 0, protect = 0, old = 0) => {
          return VirtualProtect(address, size, protect, old);
        },
      },
      AddVectoredExceptionHandler: {
        parameters: 2,
        call: (first = 0, address = 0) => this.#addHandler(first !== 0, address),
      },
      ExitProcess: {
        parameters: 1,
        call: (exitCode = 0) => {
          // The process itself stays, for whoever wants to look at what it left.
          this.#end({ kind: "exit", exitCode });
          return 0;
        },
      },
    };
  }

  #addHandler(isFirst: boolean, address: number): number {
    const state = this.#state;
    state.handlesGiven += 1;
    const handler = { handle: state.handlesGiven, address };
    state.handlers = isFirst ? [handler, ...state.handlers] : [...state.handlers, handler];
    return handler.handle;
  }

  /** Let the first handler of the guest come next, with the exception on its stack. */
  #deliver({ ExceptionRecord, ContextRecord }: ExceptionPointers): StepEvent {
    const context = ContextRecord as Context;
    this.#note(ExceptionRecord, context);
    const { handle, address } = this.#state.handlers[0] as GuestHandler;
    const esp = pushFrame(this.process.memory, context.Esp, {
      returnAddress: this.#addressOf(HANDLER_RETURNED),
      handle,
      record: ExceptionRecord,
      context,
    });
    this.#enterHandler(esp, address);
    return { kind: "raised", record: ExceptionRecord, handler: address };
  }

  #enterHandler(esp: number, address: number): void {
    this.#cpu.esp = esp;
    this.#cpu.setFlags(Flag.direction, 0);
    this.#cpu.state.eip = address;
  }

  /** EAX says whether the guest goes on, with the CONTEXT as the handler left it. */
  #handlerReturned(): StepEvent {
    const { memory } = this.process;
    const { esp } = this.#cpu;
    const frame = frameAbove(memory, esp);
    if (signed(this.#cpu.get(Register.eax), 4) === EXCEPTION_CONTINUE_EXECUTION) {
      const options = { before: this.#cpu.state, writableFlags: CONTEXT_FLAGS };
      this.#state.cpu = readContext(memory, frame.context, options);
      this.#cpu.state = this.#state.cpu;
      return { kind: "continued", address: this.#state.cpu.eip };
    }
    const { handlers } = this.#state;
    const asked = handlers.findIndex(({ handle }) => handle === frame.handle);
    const next = handlers[asked + 1];
    if (asked < 0 || next === undefined) return this.#endUnhandled();
    const returnAddress = this.#addressOf(HANDLER_RETURNED);
    const { handle } = next;
    this.#enterHandler(reuseFrame(memory, esp, { returnAddress, handle }), next.address);
    return { kind: "passed", handler: next.address };
  }

  #note(record: ExceptionRecord, context: Context): void {
    this.#state.exceptions += 1;
    this.#state.lastException = structuredClone({ record, context });
  }

  /** @param error what nobody was asked about; undefined where all handlers have passed on */
  #endUnhandled(error?: GuestException): StepEvent {
    if (error !== undefined) this.#note(error.record, contextOf(this.#cpu.state));
    const message = error?.message ?? "no handler has gone on with the program";
    return this.#end({ kind: "unhandled", message });
  }

  #end(ending: Ending): StepEvent {
    this.#state.ending = ending;
    return { kind: "ended", ending };
  }

  #addressOf(name: string): number {
    return this.#gate.addressOf(name) as number;
  }
}
