import type { MemoryBasicInformation, Process } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { contentsText, hex, stateText } from "../model/subject.ts";
import type { Answer } from "./calls.ts";

/** Every run of a process, free ones too. The last error stays as it is. */
export function runsOf(process: Process): MemoryBasicInformation[] {
  const { VirtualQuery } = kernel32(process);
  const { currentThread } = process;
  const { lastError } = currentThread;
  const runs: MemoryBasicInformation[] = [];
  for (let address = 0; ; ) {
    const run = {} as MemoryBasicInformation;
    if (VirtualQuery(address, run) === 0) break;
    runs.push(run);
    address = run.BaseAddress + run.RegionSize;
  }
  currentThread.lastError = lastError;
  return runs;
}

/** The memory map, the counters of process and machine, and the content of all pages. */
export function memoryText(process: Process): string {
  process.verifySpace();
  const runs = runsOf(process);
  const { commitCharge, frames } = process.machine.counters;
  const inspected = {
    stacks: "",
    runs,
    peek: (address: number, size: number) => {
      const { bytes, done } = process.debugView.read(address, size);
      return done === size ? bytes : null;
    },
    counters: { ...process.counters, machine: commitCharge, frames },
  };
  return `${stateText(inspected)}\n${contentsText(inspected)}`;
}

export function answerText({ value, error, outputs }: Answer): string {
  const shown = Object.entries(outputs).map(([name, output]) => {
    const values = typeof output === "object" ? output : [output];
    return `${name} ${values.map(hex).join(" ")}`;
  });
  return [`value ${hex(value)}`, `error ${error}`, ...shown.sort()].join(", ");
}
