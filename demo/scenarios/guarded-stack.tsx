import type { ExceptionRecord, Machine, Process, Thread, ThreadStack } from "guardpage";
import {
  EXCEPTION_CONTINUE_SEARCH,
  EXCEPTION_EXECUTE_HANDLER,
  EXCEPTION_STACK_OVERFLOW,
  PAGE_GUARD,
} from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { statusText } from "../session/constant-names.ts";
import { type AddressRange, PAGE_BYTES } from "../session/session.ts";
import { hex } from "../session/words.ts";
import { pageFacts } from "./page-facts.ts";
import type { Outcome, Program, Scenario } from "./scenario.ts";
import { StackView } from "./stack-view.tsx";

const STACK_BYTES = 0x10000;
/** What one call takes: less than a page, or it could step over the guard. */
const FRAME_BYTES = 0xc00;
const RETURN_ADDRESS = 0x401000;
/** More calls than the stack has room for. */
const DEEP_CALLS = 100;
const SHALLOW_CALLS = 8;

export const scenario: Scenario = {
  id: "guarded-stack",
  title: "A guarded stack grows, and overflows",
  summary:
    "A thread reserves 64 KB for its stack and commits what it uses: a guard page below tells " +
    "Windows when to commit more. A recursion of 100 calls runs through it to the end of the " +
    "stack; __except catches the overflow, and _resetstkoflw puts the guard back.",
  machine: { profile: "win32" },
  omission: "the __except block",
  begin: (machine, omits) => new GuardedStack(machine, omits),
};

/** count(n): calls itself n times, and returns how often it did. */
class GuardedStack implements Program {
  readonly processes: readonly Process[];
  readonly shown: AddressRange;
  state = {
    /** ESP of the thread. */
    top: 0,
    calls: 0,
    callsAtOverflow: 0,
    /** Whether the overflow has been caught, and the guard is there again. */
    isCaught: false,
    isReset: false,
    result: -1,
  };
  readonly #process: Process;
  readonly #thread: Thread;
  readonly #stack: ThreadStack;
  readonly #omits: boolean;
  /** ESP of the function that calls count. */
  readonly #bottom: number;

  constructor(machine: Machine, omits: boolean) {
    this.#process = machine.createProcess();
    this.processes = [this.#process];
    this.#thread = this.#process.createThread({ stackReserve: STACK_BYTES });
    const { stack } = this.#thread;
    if (stack === null) throw new Error("the thread has no stack");
    this.#stack = stack;
    this.#omits = omits;
    this.shown = { start: stack.deallocationStack, end: stack.base };
    this.#bottom = stack.base - FRAME_BYTES;
    this.state.top = this.#bottom;
  }

  readonly Panel = () => (
    <StackView process={this.#process} stack={this.#stack} top={this.state.top} />
  );

  get isDone(): boolean {
    return this.state.result >= 0;
  }

  step(): string | undefined {
    const { isCaught, isReset, calls } = this.state;
    if (this.isDone) return undefined;
    if (isCaught && !isReset) return this.#reset();
    if (isReset && calls === SHALLOW_CALLS) return this.#return();
    return this.#thread.run(() => this.#call());
  }

  /** The __try block is entered and left again within the step: checkpoints lie between calls. */
  #call(): string {
    if (this.#omits) return this.#push();
    return this.#process.tryExcept({
      body: () => this.#push(),
      filter: ({ ExceptionRecord: { ExceptionCode } }) => {
        const isOverflow = ExceptionCode === EXCEPTION_STACK_OVERFLOW;
        return isOverflow ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH;
      },
      handler: ({ ExceptionRecord }) => this.#catch(ExceptionRecord),
    });
  }

  /** One more call: its return address, and its argument at the lower end of its frame. */
  #push(): string {
    const { memory } = this.#process;
    const limitBefore = this.#stack.limit;
    const frame = this.state.top - FRAME_BYTES;
    const argument = (this.state.isReset ? SHALLOW_CALLS : DEEP_CALLS) - this.state.calls;
    memory.setUint32(this.state.top - 4, RETURN_ADDRESS);
    memory.setUint32(frame, argument);
    this.state.top = frame;
    this.state.calls += 1;
    const { limit } = this.#stack;
    const call = `count(${argument}) took its frame, down to ${hex(frame)}.`;
    if (limit === limitBefore) return `${call} Its pages are committed already.`;
    return (
      `${call} It touched the guard page ${hex(limit)}: Windows took PAGE_GUARD off, moved ` +
      `StackLimit there and guards ${hex(limit - PAGE_BYTES)} now. No handler heard of it.`
    );
  }

  #catch({ ExceptionCode, ExceptionInformation: [, address = 0] }: ExceptionRecord): string {
    this.state.callsAtOverflow = this.state.calls;
    this.state = { ...this.state, isCaught: true, calls: 0, top: this.#bottom };
    return (
      `The next call touched the guard at ${hex(address)}, and the page below is the last one, ` +
      `which stays reserved: ${statusText(ExceptionCode)}. __except took it, and all frames ` +
      "above it are gone. But there is no guard any more."
    );
  }

  #reset(): string {
    const { _resetstkoflw } = kernel32(this.#process);
    const isArmed = this.#thread.run(() => _resetstkoflw(this.#bottom)) !== 0;
    const { limit } = this.#stack;
    this.state.isReset = true;
    return isArmed
      ? `_resetstkoflw armed the guard again, just below ESP: StackLimit is ${hex(limit)}.`
      : "_resetstkoflw failed: there is too little room.";
  }

  #return(): string {
    this.state.top = this.#bottom;
    this.state.result = this.state.calls;
    return `count returned through its ${this.state.calls} frames. The stack stays committed.`;
  }

  outcome(): Outcome {
    const { calls, callsAtOverflow, result } = this.state;
    const guard = this.#guard();
    const isRight = callsAtOverflow > 0 && result === SHALLOW_CALLS && guard !== undefined;
    const sentence = isRight
      ? `The overflow came after ${callsAtOverflow} calls and was caught; then count ran to its ` +
        "end on the same stack, behind a new guard."
      : `Nobody caught the overflow after ${calls} calls: Windows ends the process now.`;
    const facts = {
      "Calls until the overflow": callsAtOverflow || calls,
      "Calls that returned": Math.max(result, 0),
      StackLimit: hex(this.#stack.limit),
      "Guard page": guard === undefined ? "none" : hex(guard),
    };
    return { isRight, sentence, facts };
  }

  /** The page that VirtualQuery says PAGE_GUARD of. */
  #guard(): number | undefined {
    const { deallocationStack, base } = this.#stack;
    for (let address = deallocationStack; address < base; address += PAGE_BYTES) {
      if ((pageFacts(this.#process, address).protect & PAGE_GUARD) !== 0) return address;
    }
    return undefined;
  }
}
