import { type Machine, MemoryFile, type Process } from "guardpage";
import {
  EXCEPTION_ACCESS_VIOLATION,
  EXCEPTION_CONTINUE_EXECUTION,
  EXCEPTION_CONTINUE_SEARCH,
  FILE_MAP_READ,
  GENERIC_EXECUTE,
  GENERIC_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_READONLY,
  SEC_IMAGE,
} from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { type AddressRange, PAGE_BYTES } from "../session/session.ts";
import { hex, protectionText } from "../session/words.ts";
import { pageFacts } from "./page-facts.ts";
import { type PageRow, PageTable } from "./page-table.tsx";
import type { Outcome, Program, Scenario } from "./scenario.ts";
import {
  IMAGE_SCN_MEM_EXECUTE,
  IMAGE_SCN_MEM_READ,
  IMAGE_SCN_MEM_SHARED,
  IMAGE_SCN_MEM_WRITE,
  smallImage,
} from "./small-image.ts";
import { wordAt } from "./word-at.ts";

const IMAGE_BASE = 0x400000;
const TEXT = IMAGE_BASE + PAGE_BYTES;
const DATA = IMAGE_BASE + 2 * PAGE_BYTES;
const IMAGE_PAGES = 3;
/** mov eax, [DATA]; inc eax; mov [DATA], eax; ret */
const CODE = [0xa1, 0x00, 0x20, 0x40, 0x00, 0x40, 0xa3, 0x00, 0x20, 0x40, 0x00, 0xc3];
const INT3 = 0xcc;
const NUMBER_IN_FILE = 42;
const NUMBER_WRITTEN = 43;

export const scenario: Scenario = {
  id: "image-copy-on-write",
  title: "Copy-on-write of a program's image",
  summary:
    "Two processes run the same program, so Windows keeps its pages once. The first to write to " +
    "a page of .data gets a copy of its own, and so does a debugger that puts a breakpoint into " +
    ".text; the other process, and the file, stay as they were.",
  machine: { profile: "win32" },
  omission: "copy-on-write: .data is declared IMAGE_SCN_MEM_SHARED",
  begin: (machine, omits) => new ImageCopyOnWrite(machine, omits),
};

function programFile(isShared: boolean): Uint8Array {
  const number = new Uint8Array(4);
  new DataView(number.buffer).setUint32(0, NUMBER_IN_FILE, true);
  const sharing = isShared ? IMAGE_SCN_MEM_SHARED : 0;
  return smallImage(IMAGE_BASE, [
    {
      name: ".text",
      characteristics: IMAGE_SCN_MEM_EXECUTE + IMAGE_SCN_MEM_READ,
      contents: Uint8Array.from(CODE),
    },
    {
      name: ".data",
      characteristics: IMAGE_SCN_MEM_READ + IMAGE_SCN_MEM_WRITE + sharing,
      contents: number,
    },
  ]);
}

class ImageCopyOnWrite implements Program {
  readonly processes: readonly Process[];
  readonly shown: AddressRange = {
    start: IMAGE_BASE,
    end: IMAGE_BASE + IMAGE_PAGES * PAGE_BYTES,
  };
  state = { next: 0, mapped: 0 };
  readonly #first: Process;
  readonly #second: Process;
  readonly #contents: Uint8Array;
  readonly #file: MemoryFile;
  readonly #steps = [
    () => this.#map(this.#first),
    () => this.#map(this.#second),
    () => this.#runBoth(),
    () => this.#write(),
    () => this.#compare(),
    () => this.#writeAgain(),
    () => this.#patch(),
    () => this.#fetch(),
  ];

  constructor(machine: Machine, omits: boolean) {
    this.#first = machine.createProcess();
    this.#second = machine.createProcess();
    this.processes = [this.#first, this.#second];
    this.#contents = programFile(omits);
    this.#file = new MemoryFile({ contents: this.#contents });
    const { AddVectoredExceptionHandler, VirtualProtect } = kernel32(this.#first);
    AddVectoredExceptionHandler(1, ({ ExceptionRecord }) => {
      const { ExceptionCode, ExceptionInformation } = ExceptionRecord;
      const isOurs =
        ExceptionCode === EXCEPTION_ACCESS_VIOLATION && Number(ExceptionInformation[1]) === TEXT;
      if (!isOurs) return EXCEPTION_CONTINUE_SEARCH;
      const isDone = VirtualProtect(TEXT, 1, PAGE_EXECUTE_READWRITE, { value: 0 }) !== 0;
      return isDone ? EXCEPTION_CONTINUE_EXECUTION : EXCEPTION_CONTINUE_SEARCH;
    });
  }

  readonly Panel = () => <PageTable name="Pages of the program" rows={this.#rows()} />;

  get isDone(): boolean {
    return this.state.next >= this.#steps.length;
  }

  step(): string | undefined {
    const step = this.#steps[this.state.next];
    this.state.next += 1;
    return step?.();
  }

  #map(process: Process): string {
    const { CloseHandle, CreateFileMapping, MapViewOfFile } = kernel32(process);
    const file = process.openFile(this.#file, { access: GENERIC_READ + GENERIC_EXECUTE });
    const section = CreateFileMapping(file, null, PAGE_READONLY | SEC_IMAGE, 0, 0);
    const base = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    CloseHandle(section);
    CloseHandle(file);
    this.state.mapped += 1;
    return (
      `Process ${process.id} mapped the program with SEC_IMAGE at ${hex(base)}, where its ` +
      `headers want it: .text is ${this.#protection(process, TEXT)}, .data ` +
      `${this.#protection(process, DATA)}. No page of it is in memory until it is touched.`
    );
  }

  #runBoth(): string {
    const numbers = this.processes.map(({ memory }) => {
      memory.fetch(TEXT, CODE.length);
      return memory.getUint32(DATA);
    });
    return (
      `Both processes fetch their code, and read their number: ${numbers.join(" and ")}. Each ` +
      `page came from the file once; QueryWorkingSetEx says that ${this.#sharers(DATA)} ` +
      "processes share it."
    );
  }

  #write(): string {
    const before = this.#protection(this.#first, DATA);
    this.#first.memory.setUint32(DATA, NUMBER_WRITTEN);
    const after = this.#protection(this.#first, DATA);
    const write = `Process ${this.#first.id} wrote ${NUMBER_WRITTEN} to a page with ${before}.`;
    if (after === before) return `${write} Nothing was copied: it is written for everybody.`;
    return `${write} Windows gave it a copy: ${after}, its own. No handler heard of it.`;
  }

  #compare(): string {
    const [first, second] = this.processes.map(({ memory }) => memory.getUint32(DATA));
    return (
      `Process ${this.#first.id} reads ${first}, process ${this.#second.id} reads ${second}: ` +
      (first === second ? "it is the same memory." : "each its own page, at the same address.")
    );
  }

  #writeAgain(): string {
    const { counters } = this.#first.machine;
    this.#first.memory.setUint32(DATA + 4, NUMBER_WRITTEN);
    const frames = this.#first.machine.counters.frames - counters.frames;
    return (
      `The next write of process ${this.#first.id} to that page is a plain write: ` +
      `${frames} pages were copied for it.`
    );
  }

  #patch(): string {
    this.#first.memory.setUint8(TEXT, INT3);
    return (
      `A breakpoint: process ${this.#first.id} writes int3 over its code. PAGE_EXECUTE_READ, so ` +
      "that was an access violation; a handler asked VirtualProtect for PAGE_EXECUTE_READWRITE, " +
      "which an image grants as PAGE_EXECUTE_WRITECOPY, and the write made a copy: " +
      `${this.#protection(this.#first, TEXT)}.`
    );
  }

  #fetch(): string {
    const [first, second] = this.processes.map(({ memory }) => {
      const [byte = 0] = memory.fetch(TEXT, 1);
      return codeText(byte);
    });
    return (
      `Process ${this.#first.id} fetches ${first} and stops there; process ${this.#second.id} ` +
      `fetches ${second}, and runs on.`
    );
  }

  outcome(): Outcome {
    const [first, second] = this.processes.map((process) => wordAt(process, DATA));
    const isFileSame = this.#isFileSame();
    const isCodeSame = codeAt(this.#second) === CODE[0];
    const isRight =
      first === NUMBER_WRITTEN && second === NUMBER_IN_FILE && isCodeSame && isFileSame;
    const sentence = isRight
      ? `Process ${this.#first.id} has its own .data and .text; process ${this.#second.id} and ` +
        "the file have what they had."
      : `Process ${this.#second.id} reads ${second}, which process ${this.#first.id} wrote: ` +
        "a shared .data is one memory for all who run the program.";
    const facts = {
      [`Number in process ${this.#first.id}`]: first ?? "none",
      [`Number in process ${this.#second.id}`]: second ?? "none",
      "Processes sharing .data": this.#sharers(DATA),
      "File changed": isFileSame ? "no" : "yes",
    };
    return { isRight, sentence, facts };
  }

  #isFileSame(): boolean {
    const bytes = new Uint8Array(this.#contents.length);
    this.#file.read(0, bytes);
    return bytes.every((byte, index) => byte === this.#contents[index]);
  }

  #protection(process: Process, address: number): string {
    return protectionText(pageFacts(process, address).protect);
  }

  /** Processes that have the page which the second one has. */
  #sharers(address: number): number {
    return pageFacts(this.#second, address).sharers;
  }

  #rows(): PageRow[] {
    const pages = [
      { name: ".text", address: TEXT, text: (process: Process) => codeText(codeAt(process)) },
      { name: ".data", address: DATA, text: (process: Process) => String(wordAt(process, DATA)) },
    ];
    return pages.flatMap(({ name, address, text }) => {
      return this.processes.map((process, index) => ({
        name: `${name} of process ${process.id}`,
        process,
        address: index < this.state.mapped ? address : 0,
        content: () => text(process),
      }));
    });
  }
}

/** The first byte of its code. */
function codeAt(process: Process): number {
  return wordAt(process, TEXT) & 0xff;
}

function codeText(byte: number): string {
  return byte === INT3 ? `${hex(byte)} (int3)` : `${hex(byte)} (mov)`;
}
