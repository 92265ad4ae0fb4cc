import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Machine, Process } from "guardpage";
import { ExceptionLog } from "./exception-log.ts";

/** Addresses from `start` up to, not including, `end`. */
export interface AddressRange {
  readonly start: number;
  readonly end: number;
}

/**
 * What all parts of the page look at: one machine, one of its processes, and where in its memory.
 * Machines do not tell when they change, so whoever has changed one says so.
 */
export class Session {
  readonly machine: Signal<Machine>;
  /** The process that the map, the table and the bytes are of. */
  readonly process: Signal<Process>;
  /** Counts the changes: what reads it is drawn anew after each. */
  readonly changes = signal(0);
  /** The page that keys move from and details are of, by its first address. */
  readonly focus: Signal<number>;
  /** The byte that is looked at: of the page in focus the first, or the one that was gone to. */
  readonly place: ReadonlySignal<number>;
  /** The part of the address space that the map shows. */
  readonly shown: Signal<AddressRange>;
  /** Which of the tools is shown, by its id. */
  readonly panel = signal("scenarios");
  readonly exceptions = new ExceptionLog();
  /** A file that was dropped on the page, to be looked at. */
  readonly file = signal<File | undefined>(undefined);
  readonly #goal = signal(0);

  constructor(machine: Machine) {
    const process = firstProcess(machine);
    this.machine = signal(machine);
    this.process = signal(process);
    this.focus = signal(machine.lowestUserAddress);
    this.shown = signal(wholeSpace(machine));
    this.place = computed(() => {
      const goal = this.#goal.value;
      return pageOf(goal) === this.focus.value ? goal : this.focus.value;
    });
    this.exceptions.follow(machine.processes);
  }

  /** Look at another machine from now on. It gets a process if it has none. */
  open(machine: Machine, process: Process = firstProcess(machine)): void {
    const isOther = machine.profile !== this.machine.value.profile;
    this.machine.value = machine;
    this.process.value = process;
    this.exceptions.forgetAfter(0);
    if (isOther) {
      this.focus.value = machine.lowestUserAddress;
      this.shown.value = wholeSpace(machine);
    }
    this.changed();
  }

  /** The machine is not what it was: look again. */
  changed(): void {
    const { processes } = this.machine.value;
    this.exceptions.follow(processes);
    const [first] = processes;
    if (!processes.includes(this.process.value) && first !== undefined) this.process.value = first;
    this.changes.value += 1;
  }

  /** Show an address: the map moves there where it shows something else. */
  goTo(address: number): void {
    const page = pageOf(address);
    const { start, end } = this.shown.value;
    batch(() => {
      this.#goal.value = address;
      this.focus.value = page;
    });
    if (page >= start && page < end) return;
    const length = end - start;
    const { end: limit } = wholeSpace(this.machine.value);
    const first = Math.max(0, Math.min(page - Math.floor(length / 2), limit - length));
    const aligned = pageOf(first);
    this.shown.value = { start: aligned, end: aligned + length };
  }
}

export const PAGE_BYTES = 0x1000;

/** The first address of the page of an address. */
export function pageOf(address: number): number {
  return address - (address % PAGE_BYTES);
}

/** From address 0 to behind the last page of programs. */
export function wholeSpace({ highestUserAddress }: Machine): AddressRange {
  return { start: 0, end: Math.ceil((highestUserAddress + 1) / PAGE_BYTES) * PAGE_BYTES };
}

function firstProcess(machine: Machine): Process {
  return machine.processes[0] ?? machine.createProcess();
}
