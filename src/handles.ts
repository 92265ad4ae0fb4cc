import {
  STATUS_ACCESS_DENIED,
  STATUS_INVALID_HANDLE,
  STATUS_OBJECT_TYPE_MISMATCH,
} from "./constants/status.ts";
import { OpenFile } from "./files.ts";
import { MemoryNotification } from "./memory-notification.ts";
import type { PortableExecutable } from "./portable-executable.ts";
import type { Process } from "./process.ts";
import { Section } from "./section.ts";

/** What GetCurrentProcess answers: stands for the caller's process, with all rights. */
export const CURRENT_PROCESS = -1;
const CURRENT_THREAD = -2;

/** Handle values are multiples of this, from it on (17.8). */
const STEP = 4;

/** What handles lead to, beside processes. */
type NamedObject = Section | OpenFile | MemoryNotification;

interface Entry {
  readonly object: Process | NamedObject;
  /** PROCESS_*, SECTION_* or GENERIC_* rights, exactly as they were asked. */
  readonly access: number;
}

/** A handle that is open, and what it leads to. */
export interface OpenHandle extends Entry {
  readonly handle: number;
  readonly kind: "process" | "section" | "file" | "notification";
}

/** What a section handle leads to, as the core wants to be told. */
export interface SectionTarget {
  /** The number of the section, or the NTSTATUS of looking up the handle. */
  readonly number: number;
  /** SECTION_* rights of the handle. */
  readonly access: number;
  /** The program that its views show. */
  readonly executable: PortableExecutable | undefined;
}

/**
 * The handles of one process. A value that was closed is the next to be used again: lowest free
 * first.
 */
export class HandleTable {
  private readonly owner: Process;
  readonly #entries: (Entry | undefined)[] = [];

  constructor(owner: Process) {
    this.owner = owner;
  }

  open(object: Process | NamedObject, access: number): number {
    const free = this.#entries.indexOf(undefined);
    const index = free < 0 ? this.#entries.length : free;
    this.#entries[index] = { object, access };
    object.handleOpened();
    return (index + 1) * STEP;
  }

  /** The handles that are open, ascending. */
  list(): readonly OpenHandle[] {
    return this.#entries.flatMap((entry, index) => {
      if (entry === undefined) return [];
      return [{ handle: (index + 1) * STEP, kind: kindOf(entry.object), ...entry }];
    });
  }

  /** The same values lead to the same objects as in another table. This one must be empty. */
  copy(table: HandleTable): void {
    for (const entry of table.#entries) {
      this.#entries.push(entry);
      entry?.object.handleOpened();
    }
  }

  /** Open a handle of this value, which must be free, and behind all others. */
  openAt(handle: number, object: Process | NamedObject, access: number): void {
    const index = handle / STEP - 1;
    while (this.#entries.length < index) this.#entries.push(undefined);
    this.#entries[index] = { object, access };
    object.handleOpened();
  }

  /**
   * What gives the table the handles that it has now, and all that they lead to, processes apart,
   * what it is now.
   */
  keep(): () => void {
    const entries = [...this.#entries];
    const objects = entries.map((entry) => {
      return entry === undefined || isProcess(entry.object) ? () => {} : entry.object.keep();
    });
    return () => {
      this.#entries.splice(0, this.#entries.length, ...entries);
      for (const object of objects) object();
    };
  }

  has(handle: number): boolean {
    return this.#find(handle) !== undefined;
  }

  /** Whether there was such a handle. */
  close(handle: number): boolean {
    const entry = this.#find(handle);
    if (entry === undefined) return false;
    this.#entries[handle / STEP - 1] = undefined;
    entry.object.handleClosed();
    return true;
  }

  closeAll(): void {
    for (const index of this.#entries.keys()) this.close((index + 1) * STEP);
  }

  /**
   * The process of a handle that carries all of `rights`, as the core wants to be told: the number
   * of its space, or the NTSTATUS that the call is to answer when its documented order comes to the
   * handle.
   */
  target(handle: number, rights: number): number {
    if (handle === CURRENT_PROCESS) return this.owner.spaceNumber;
    if (handle === CURRENT_THREAD) return STATUS_OBJECT_TYPE_MISMATCH;
    const entry = this.#find(handle);
    if (entry === undefined) return STATUS_INVALID_HANDLE;
    const { object, access } = entry;
    if (!isProcess(object)) return STATUS_OBJECT_TYPE_MISMATCH;
    return (access & rights) === rights ? object.spaceNumber : STATUS_ACCESS_DENIED;
  }

  /** The notification of a handle, if it is one. */
  notification(handle: number): MemoryNotification | undefined {
    const object = this.#find(handle)?.object;
    return object instanceof MemoryNotification ? object : undefined;
  }

  /** The section of a handle that carries all of `rights`, or an NTSTATUS. */
  section(handle: number, rights: number): Section | number {
    if (handle === CURRENT_PROCESS || handle === CURRENT_THREAD) return STATUS_OBJECT_TYPE_MISMATCH;
    const entry = this.#find(handle);
    if (entry === undefined) return STATUS_INVALID_HANDLE;
    const { object, access } = entry;
    if (!(object instanceof Section)) return STATUS_OBJECT_TYPE_MISMATCH;
    return (access & rights) === rights ? object : STATUS_ACCESS_DENIED;
  }

  /** The file of a handle, or an NTSTATUS. */
  file(handle: number): OpenFile | number {
    if (handle === CURRENT_PROCESS || handle === CURRENT_THREAD) return STATUS_OBJECT_TYPE_MISMATCH;
    const object = this.#find(handle)?.object;
    if (object === undefined) return STATUS_INVALID_HANDLE;
    return object instanceof OpenFile ? object : STATUS_OBJECT_TYPE_MISMATCH;
  }

  /** As `target`, for sections: the core compares the rights when its order comes to them. */
  sectionTarget(handle: number): SectionTarget {
    const section = this.section(handle, 0);
    if (!(section instanceof Section)) return { number: section, access: 0, executable: undefined };
    const { number, executable } = section;
    return { number, access: this.#find(handle)?.access ?? 0, executable };
  }

  #find(handle: number): Entry | undefined {
    return this.#entries[handle / STEP - 1];
  }
}

function kindOf(object: Process | NamedObject): OpenHandle["kind"] {
  if (object instanceof Section) return "section";
  if (object instanceof OpenFile) return "file";
  return object instanceof MemoryNotification ? "notification" : "process";
}

/** By what it is not: to know the class itself would make a circle, as processes have handles. */
export function isProcess(object: Process | NamedObject): object is Process {
  return kindOf(object) === "process";
}
