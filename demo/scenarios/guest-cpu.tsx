import type { Machine, Process } from "guardpage";
import { PAGE_EXECUTE_READ } from "guardpage/constants";
import { kernel32, type MemoryBasicInformation } from "guardpage/kernel32";
import { disassemble } from "../cpu/disassembly.ts";
import { Emulator, type EmulatorState, type StepEvent } from "../cpu/emulator.ts";
import programUrl from "../cpu/program/self-writing.exe?url&inline";
import type { CpuState } from "../cpu/state.ts";
import { statusText } from "../session/constant-names.ts";
import { accessText, hex, protectionText } from "../session/words.ts";
import { GuestCpuPanel } from "./guest-cpu-panel.tsx";
import type { Outcome, Program, Scenario } from "./scenario.ts";
import "./guest-cpu.css";

/** What the program is about to compute: FACTOR times ARGUMENT of its source. */
const PRODUCT = 2478 * 1729;

/** Offsets in its section .data. */
const RESULT_AT = 0;
const PAGE_AT = 4;

export const scenario: Scenario = {
  id: "guest-cpu",
  title: "A program that writes its own code",
  summary:
    "A Windows program runs on an x86 interpreter whose every fetch, load and store is checked. " +
    "It writes a function into a page that may be read and written, calls it, and faults, as the " +
    "page is not executable. Its handler makes it so, and the call goes on.",
  machine: { profile: "win32" },
  omission: "the handler",
  begin: async (machine, omits) => {
    const program = await (await fetch(programUrl)).arrayBuffer();
    return new GuestCpu(machine, new Uint8Array(program), omits);
  },
};

/** What a step back restores. */
interface GuestCpuState {
  readonly emulator: EmulatorState;
  /** Registers before the last step. */
  readonly before: CpuState;
}

class GuestCpu implements Program {
  readonly processes: readonly Process[];
  readonly #emulator: Emulator;
  #before: CpuState;

  constructor(machine: Machine, program: Uint8Array, omits: boolean) {
    const process = machine.createProcess();
    this.processes = [process];
    const without = omits ? ["AddVectoredExceptionHandler"] : [];
    this.#emulator = new Emulator(process, program, { without });
    this.#before = structuredClone(this.#emulator.state.cpu);
  }

  get state(): unknown {
    return { emulator: this.#emulator.state, before: this.#before };
  }

  set state(state: unknown) {
    const { emulator, before } = state as GuestCpuState;
    this.#emulator.state = emulator;
    this.#before = before;
  }

  get place(): number {
    return this.#emulator.state.cpu.eip;
  }

  get isDone(): boolean {
    return this.#emulator.state.ending !== null;
  }

  readonly Panel = () => <GuestCpuPanel emulator={this.#emulator} before={this.#before} />;

  step(): string | undefined {
    const { process, state, calls } = this.#emulator;
    const { eip } = state.cpu;
    this.#before = structuredClone(state.cpu);
    const [line] = calls === undefined ? disassemble(process, eip, 1) : [];
    const event = this.#emulator.step();
    if (event === undefined) return undefined;
    return sentenceOf(event, `${hex(eip, 8)} ${line?.text ?? calls ?? ""}`.trimEnd());
  }

  outcome(): Outcome {
    const { process, image, state } = this.#emulator;
    const data = image.sections.get(".data") ?? 0;
    const result = wordAt(process, data + RESULT_AT);
    const page = {} as MemoryBasicInformation;
    kernel32(process).VirtualQuery(wordAt(process, data + PAGE_AT), page);
    const { ending, exceptions } = state;
    const exitCode = ending?.kind === "exit" ? ending.exitCode : undefined;
    const isRight =
      exitCode === PRODUCT && result === PRODUCT && page.Protect === PAGE_EXECUTE_READ;
    return {
      isRight,
      sentence: isRight
        ? `The code that it wrote has computed ${PRODUCT}, once its page was executable.`
        : endText(state),
      facts: {
        "Exit code": exitCode ?? "none",
        "Result in .data": result,
        Exceptions: exceptions,
        "Page of the code": protectionText(page.Protect),
        Instructions: state.instructions,
      },
    };
  }
}

function wordAt({ debugView }: Process, address: number): number {
  const { bytes } = debugView.read(address, 4);
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

function endText({ ending }: EmulatorState): string {
  if (ending === null) return "The program is not at its end.";
  if (ending.kind === "exit") return `The program ended with ${ending.exitCode}.`;
  return `The program was ended: ${ending.message}.`;
}

/** @param what the instruction or function, with its address */
function sentenceOf(event: StepEvent, what: string): string {
  switch (event.kind) {
    case "executed":
      return `${what}.`;
    case "called":
      return `${event.name} answered ${hex(event.answer)}.`;
    case "raised":
      return (
        `${what} raised ${exceptionText(event.record)}. The handler at ${hex(event.handler, 8)} ` +
        "is called, with the registers on its stack."
      );
    case "passed":
      return `The handler has passed on; the one at ${hex(event.handler, 8)} is called.`;
    case "continued":
      return `The handler goes on with the program, at ${hex(event.address, 8)}.`;
    case "ended":
      return event.ending.kind === "exit"
        ? `The program exits with ${event.ending.exitCode}.`
        : `${what}: ${event.ending.message}. That is the end of the program.`;
  }
}

function exceptionText(record: { ExceptionCode: number; ExceptionInformation: unknown[] }): string {
  const [access, address] = record.ExceptionInformation.map(Number);
  const name = statusText(record.ExceptionCode);
  if (access === undefined || address === undefined) return name;
  return `${name} (${access}: ${accessText(access)} ${hex(address, 8)})`;
}
