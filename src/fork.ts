import { optionBag, shown } from "./door.ts";
import type { Process } from "./process.ts";

/** How a fork is made. */
export interface ForkOptions {
  /**
   * How pages of the fork are reached. "translated", the default; "windowed", which asks for the
   * window of a 32-bit profile; "auto": windowed while it is free. Answers are the same.
   */
  space?: "auto" | "windowed" | "translated" | undefined;
}

const SPACES: readonly string[] = ["auto", "windowed", "translated"];

/** The space that the options ask for. */
export function forkKind(options: ForkOptions): "auto" | "windowed" | "translated" {
  optionBag(options, "options", ["space"]);
  const { space = "translated" } = options;
  if (SPACES.includes(space)) return space;
  const alternatives = SPACES.map((word) => `"${word}"`).join(", ");
  throw new RangeError(`space must be one of ${alternatives}, not ${shown(space)}`);
}

/** Give a fork that has the memory of the process, and nothing else, all the rest. */
export function copyProcess(process: Process, fork: Process): void {
  const { machine } = process;
  copyThreads(process, fork);
  fork.handles.copy(process.handles);
  fork.exceptions.copy(process.exceptions);
  fork.contextProvider = process.contextProvider;
  fork.enclaveRoutine = process.enclaveRoutine;
  fork.instructionCacheFlushed = process.instructionCacheFlushed;
  fork.instructionPointer = process.instructionPointer;
  if (machine.trusted.has(process)) machine.trusted.add(fork);
  machine.sharedViews.fork(process.spaceNumber, fork.spaceNumber);
  machine.pageBits.fork(process.spaceNumber, fork.spaceNumber);
}

/** The same threads in the same order, outside of enclaves and of all __try blocks. */
function copyThreads(process: Process, fork: Process): void {
  for (const thread of process.threads) {
    const copy = thread === process.mainThread ? fork.mainThread : fork.createThread();
    copy.lastError = thread.lastError;
    copy.savedError = thread.savedError;
    copy.dllError = thread.dllError;
    if (thread === process.currentThread) fork.currentThread = copy;
    const { core, spaceNumber } = process;
    if (!core.threadFork(spaceNumber, thread.id, fork.spaceNumber, copy.id)) {
      throw new Error("fork: no memory for the stack of a thread");
    }
  }
}
