import type { Machine, Process } from "guardpage";
import {
  EXCEPTION_ACCESS_VIOLATION,
  EXCEPTION_CONTINUE_SEARCH,
  EXCEPTION_EXECUTE_HANDLER,
  FILE_MAP_READ,
  FILE_MAP_WRITE,
  INVALID_HANDLE_VALUE,
  PAGE_READWRITE,
} from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { errorText, statusText } from "../session/constant-names.ts";
import { PAGE_BYTES } from "../session/session.ts";
import { hex } from "../session/words.ts";
import { type PageRow, PageTable } from "./page-table.tsx";
import type { Outcome, Program, Scenario } from "./scenario.ts";
import { wordAt } from "./word-at.ts";

const SECTION_NAME = "Local\\messages";
const MISSPELT_NAME = "Local\\mesages";
const MESSAGES = ["one", "memory,", "seen", "from", "two", "processes"];

/*
 * The section:  page 0      how many messages were written
 *               pages 1-4   a message each, in turn
 *               page 16     how many messages were read: a view begins at a multiple of 64 KB
 */
const SLOTS = 4;
const READ_OFFSET = 0x10000;
const SECTION_BYTES = READ_OFFSET + PAGE_BYTES;
const MESSAGES_ADDRESS = 0x30000000;
const READ_ADDRESS = 0x30010000;

export const scenario: Scenario = {
  id: "shared-section",
  title: "One section, seen from two processes",
  summary:
    "One process makes a named section and writes messages into a ring of four pages; the other " +
    "opens it by its name and maps it somewhere else: the messages read-only, and a page to say " +
    "how far it has read.",
  machine: { profile: "win32" },
  omission: "the same name: the reader misspells it",
  begin: (machine, omits) => new SharedSection(machine, omits),
};

class SharedSection implements Program {
  readonly processes: readonly Process[];
  state = {
    next: 0,
    /** Handles of the section: each process has its own. */
    writerSection: 0,
    readerSection: 0,
    writerView: 0,
    messagesView: 0,
    readView: 0,
    received: [] as readonly string[],
    /** What happened when the reader wrote to what it may only read. */
    mistake: "",
  };
  readonly #writer: Process;
  readonly #reader: Process;
  readonly #readerName: string;
  readonly #steps: readonly (() => string)[];

  constructor(machine: Machine, omits: boolean) {
    this.#writer = machine.createProcess();
    this.#reader = machine.createProcess();
    this.processes = [this.#writer, this.#reader];
    this.#readerName = omits ? MISSPELT_NAME : SECTION_NAME;
    const write = () => this.#write();
    const read = () => this.#read();
    this.#steps = [
      () => this.#create(),
      () => this.#mapForWriter(),
      () => this.#open(),
      () => this.#mapForReader(),
      ...[write, write, read],
      () => this.#overwrite(),
      // The ring has four slots: the fourth of these finds no room.
      ...[write, write, write, write, read, write, read, read, read, read],
    ];
  }

  readonly Panel = () => <PageTable name="Pages of the section" rows={this.#rows()} />;

  get isDone(): boolean {
    return this.state.next >= this.#steps.length;
  }

  step(): string | undefined {
    const step = this.#steps[this.state.next];
    this.state.next += 1;
    return step?.();
  }

  #create(): string {
    const { CreateFileMapping } = kernel32(this.#writer);
    const section = CreateFileMapping(
      INVALID_HANDLE_VALUE,
      null,
      PAGE_READWRITE,
      0,
      SECTION_BYTES,
      SECTION_NAME,
    );
    this.state.writerSection = section;
    return (
      `Process ${this.#writer.id} made the section "${SECTION_NAME}": CreateFileMapping with ` +
      `INVALID_HANDLE_VALUE, so no file is behind it. Its handle is ${hex(section)}.`
    );
  }

  #mapForWriter(): string {
    const { MapViewOfFile } = kernel32(this.#writer);
    this.state.writerView = MapViewOfFile(this.state.writerSection, FILE_MAP_WRITE, 0, 0, 0);
    return (
      `Process ${this.#writer.id} sees all of it at ${hex(this.state.writerView)}: ` +
      "MapViewOfFile with FILE_MAP_WRITE."
    );
  }

  /** As many programs do: who comes first makes the section. */
  #open(): string {
    const { CreateFileMapping, GetLastError, OpenFileMapping } = kernel32(this.#reader);
    const name = this.#readerName;
    this.state.readerSection = OpenFileMapping(FILE_MAP_READ | FILE_MAP_WRITE, 0, name);
    if (this.state.readerSection !== 0) {
      return `Process ${this.#reader.id} found it by its name: OpenFileMapping gave a handle.`;
    }
    const error = errorText(GetLastError());
    this.state.readerSection = CreateFileMapping(
      INVALID_HANDLE_VALUE,
      null,
      PAGE_READWRITE,
      0,
      SECTION_BYTES,
      name,
    );
    return (
      `Process ${this.#reader.id} asked for "${name}": OpenFileMapping failed with ${error}. So ` +
      "it made a section with that name itself."
    );
  }

  #mapForReader(): string {
    const { MapViewOfFileEx } = kernel32(this.#reader);
    const { readerSection: section } = this.state;
    const messages = [FILE_MAP_READ, 0, 0, READ_OFFSET, MESSAGES_ADDRESS] as const;
    const position = [FILE_MAP_WRITE, 0, READ_OFFSET, PAGE_BYTES, READ_ADDRESS] as const;
    this.state.messagesView = MapViewOfFileEx(section, ...messages);
    this.state.readView = MapViewOfFileEx(section, ...position);
    return (
      `Process ${this.#reader.id} sees the messages at ${hex(this.state.messagesView)} with ` +
      `FILE_MAP_READ, and at ${hex(this.state.readView)} a page that it may write to.`
    );
  }

  #write(): string {
    const { memory, id } = this.#writer;
    const { writerView } = this.state;
    const written = memory.getUint32(writerView);
    const read = memory.getUint32(writerView + READ_OFFSET);
    if (written - read === SLOTS) {
      return `Process ${id} has to wait: the ring is full, ${written} written and ${read} read.`;
    }
    const message = MESSAGES[written] ?? "";
    const slot = writerView + slotOffset(written);
    memory.writeString(slot, message, { encoding: "utf-8" });
    memory.setUint32(writerView, written + 1);
    return `Process ${id} wrote "${message}" to ${hex(slot)}. Messages written: ${written + 1}.`;
  }

  #read(): string {
    const { memory, id } = this.#reader;
    const { messagesView, readView } = this.state;
    const written = memory.getUint32(messagesView);
    const read = memory.getUint32(readView);
    if (read === written) {
      return `Process ${id} reads how many messages there are: ${written}. Nothing is new to it.`;
    }
    const slot = messagesView + slotOffset(read);
    const message = memory.readString(slot, { encoding: "utf-8", maxBytes: PAGE_BYTES });
    memory.setUint32(readView, read + 1);
    this.state.received = [...this.state.received, message];
    return `Process ${id} reads "${message}" at ${hex(slot)}: the same page, another address.`;
  }

  /** The __try block is entered and left again within the step: checkpoints lie between calls. */
  #overwrite(): string {
    const slot = this.state.messagesView + slotOffset(0);
    return this.#reader.tryExcept({
      body: () => {
        this.#reader.memory.setUint8(slot, 0);
        return `Process ${this.#reader.id} erased the message at ${hex(slot)}.`;
      },
      filter: ({ ExceptionRecord: { ExceptionCode } }) => {
        const isExpected = ExceptionCode === EXCEPTION_ACCESS_VIOLATION;
        return isExpected ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH;
      },
      handler: ({ ExceptionRecord: { ExceptionCode } }) => {
        this.state.mistake = statusText(ExceptionCode);
        return (
          `Process ${this.#reader.id} tried to erase the message at ${hex(slot)}: its view is ` +
          `PAGE_READONLY, so that was ${this.state.mistake}. Its __except block leaves it there.`
        );
      },
    });
  }

  outcome(): Outcome {
    const { received, writerView, messagesView, mistake } = this.state;
    const text = received.join(" ");
    const isRight = text === MESSAGES.join(" ") && mistake !== "";
    const sentence = isRight
      ? `Process ${this.#reader.id} has read "${text}" from the pages that process ` +
        `${this.#writer.id} wrote to.`
      : `Process ${this.#reader.id} has read ${received.length} of ${MESSAGES.length} messages: ` +
        "it looks at a section of its own, full of zeros.";
    const facts = {
      "Messages read": received.length,
      "Pages charged": this.#writer.machine.counters.commitCharge,
      "Writer's view": hex(writerView),
      "Reader's view": hex(messagesView),
      "Write to a read-only view": mistake,
    };
    return { isRight, sentence, facts };
  }

  #rows(): PageRow[] {
    const { writerView, messagesView, readView } = this.state;
    return [
      this.#numberRow("Written (writer)", this.#writer, writerView),
      this.#numberRow("Written (reader)", this.#reader, messagesView),
      ...Array.from({ length: SLOTS }, (_, slot) => this.#slotRow(slot)),
      this.#numberRow("Read (reader)", this.#reader, readView),
    ];
  }

  #slotRow(slot: number): PageRow {
    const { messagesView } = this.state;
    const address = messagesView === 0 ? 0 : messagesView + slotOffset(slot);
    const content = () => {
      const { bytes } = this.#reader.debugView.read(address, PAGE_BYTES);
      return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
    };
    return { name: `Slot ${slot + 1} (reader)`, process: this.#reader, address, content };
  }

  #numberRow(name: string, process: Process, address: number): PageRow {
    return { name, process, address, content: () => String(wordAt(process, address)) };
  }
}

/** Where in the section a message lies. */
function slotOffset(message: number): number {
  return (1 + (message % SLOTS)) * PAGE_BYTES;
}
