import type { Files, OpenFile } from "./files.ts";
import type { Machine } from "./machine.ts";
import type { PortableExecutable } from "./portable-executable.ts";
import type { Core } from "./wasm/core.ts";
import { SectionCounter } from "./wasm/exports.ts";

const NAMESPACE = /^(?:Global|Local)\\/;

/**
 * The sections of a machine that have a name. Names are case sensitive, and the prefixes of the
 * session namespaces lead to the same object (7.1).
 */
export class SectionNames {
  readonly #sections = new Map<string, Section>();

  find(name: string): Section | undefined {
    return this.#sections.get(bare(name));
  }

  /** The name of a section, without its namespace; "" for none. */
  nameOf(section: Section): string {
    for (const [name, named] of this.#sections) if (named === section) return name;
    return "";
  }

  /** What makes the names those that there are now. */
  keep(): () => void {
    const sections = [...this.#sections];
    return () => {
      this.#sections.clear();
      for (const [name, section] of sections) this.#sections.set(name, section);
    };
  }

  /** "" is no name. */
  add(name: string, section: Section): void {
    const key = bare(name);
    if (key === "") return;
    this.#sections.set(key, section);
    section.onForgotten = () => this.#sections.delete(key);
  }
}

function bare(name: string): string {
  return name.replace(NAMESPACE, "");
}

/** A section of the core, as handles lead to it. */
export class Section {
  /** What the core knows it by. */
  readonly number: number;
  /** Called when the last handle is closed; views may keep the memory. */
  onForgotten: (() => void) | undefined;
  /** The file that backs it. */
  readonly file: OpenFile | undefined;
  /** The program that its views show. */
  readonly executable: PortableExecutable | undefined;
  readonly #core: Core;
  readonly #files: Files;
  #handles = 0;

  /** `number` must be new: the core gave it one handle, which the first to open it takes. */
  constructor(machine: Machine, number: number, file?: OpenFile, executable?: PortableExecutable) {
    this.#core = machine.core;
    this.#files = machine.files;
    this.number = number;
    this.file = file;
    this.executable = executable;
  }

  /** SEC_*, as it was made. */
  get attributes(): number {
    return this.#core.sectionCounter(this.number, SectionCounter.Attributes);
  }

  get sizeBytes(): number {
    return this.#core.sectionCounter(this.number, SectionCounter.SizeBytes);
  }

  /** What makes it what it is now. */
  keep(): () => void {
    const handles = this.#handles;
    return () => {
      this.#handles = handles;
    };
  }

  handleOpened(): void {
    if (this.#handles > 0) this.#core.sectionOpen(this.number);
    this.#handles++;
  }

  handleClosed(): void {
    this.#handles--;
    if (this.#handles === 0) this.onForgotten?.();
    this.#core.sectionClose(this.number);
    this.#files.settle();
  }
}
