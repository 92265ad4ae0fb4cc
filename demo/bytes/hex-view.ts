import { computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import type { Process } from "guardpage";
import { isCommitted, runQuery } from "../session/runs.ts";
import { PAGE_BYTES, type Session } from "../session/session.ts";
import { type Line, Lines } from "./lines.ts";
import { Picture } from "./picture.ts";
import { refusalText } from "./run-text.ts";
import { type Side, typed } from "./typing.ts";

/** Lines that are in sight. */
export const LINES_SHOWN = 24;

const NO_BYTES = new Uint8Array();

/** What keys do, but for those that type. */
const MOVES: Readonly<Record<string, (view: HexView) => void>> = {
  ArrowLeft: (view) => view.moveBytes(-1),
  ArrowRight: (view) => view.moveBytes(1),
  ArrowUp: (view) => view.moveLines(-1),
  ArrowDown: (view) => view.moveLines(1),
  PageUp: (view) => view.movePage(-1),
  PageDown: (view) => view.movePage(1),
  Home: (view) => view.moveInLine(0),
  End: (view) => view.moveInLine(view.columns.value - 1),
  Escape: (view) => view.dropHalf(),
};

/**
 * The bytes around the place that the page looks at, through the debugger's view: which of them are
 * in sight, and what keys do with them.
 */
export class HexView {
  readonly session: Session;
  /** Bytes of a line. */
  readonly columns = signal(16);
  /** Nothing is read while it is false. */
  readonly isShown = signal(false);
  /** The side that keys go to. */
  readonly side = signal<Side>("hex");
  /** The first digit of a byte that is being typed. */
  readonly half = signal<number | undefined>(undefined);
  /** Why what was typed is not there. */
  readonly message = signal("");
  readonly picture = signal(new Picture(() => NO_BYTES));
  readonly lines: ReadonlySignal<Lines>;
  readonly inSight: ReadonlySignal<readonly Line[]>;
  readonly #top = signal(0);
  #pictured: Process | undefined;

  constructor(session: Session) {
    this.session = session;
    this.lines = computed(() => {
      this.picture.value;
      return new Lines(runQuery(session.process.value), this.columns.value);
    });
    this.inSight = computed(() => {
      const { value: lines } = this.lines;
      return lines.from(lines.at(this.#top.value), LINES_SHOWN);
    });
  }

  get isPlaceInSight(): boolean {
    return this.lines.value.shows(this.inSight.value, this.session.place.value);
  }

  /** Follow the session. Ends with a call of what it gives. */
  follow(): () => void {
    const ends = [effect(() => this.#look()), effect(() => this.#seek(this.session.place.value))];
    return () => {
      for (const end of ends) end();
    };
  }

  /** Take another picture. */
  #look(): void {
    this.session.changes.value;
    const process = this.session.process.value;
    if (!this.isShown.value) return;
    const before = this.#pictured === process ? this.picture.peek() : undefined;
    const read = (page: number) => {
      return process.exited ? NO_BYTES : process.debugView.read(page, PAGE_BYTES).bytes;
    };
    this.#pictured = process;
    this.picture.value = new Picture(read, before);
  }

  /** Scroll to where an address is in sight. */
  #seek(address: number): void {
    untracked(() => {
      this.half.value = undefined;
      this.message.value = "";
      const { value: lines } = this.lines;
      this.#top.value = lines.topFor(address, lines.at(this.#top.value), LINES_SHOWN);
    });
  }

  /** Move what is in sight, not the place. */
  scroll(lineCount: number): void {
    this.#top.value = this.lines.value.moved(this.lines.value.at(this.#top.value), lineCount);
  }

  moveBytes(count: number): void {
    const { value: place } = this.session.place;
    const { value: lines } = this.lines;
    const run = lines.run(place);
    if (run === undefined) return;
    if (isCommitted(run)) this.#goTo(place + count);
    else this.#goTo(count < 0 ? run.start - 1 : run.end);
  }

  moveLines(count: number): void {
    const { value: place } = this.session.place;
    const { value: lines } = this.lines;
    const line = lines.moved(lines.at(place), count);
    const run = lines.run(line);
    const column = place % lines.columns;
    this.#goTo(run !== undefined && isCommitted(run) ? line + column : line);
  }

  movePage(direction: 1 | -1): void {
    const count = direction * (LINES_SHOWN - 2);
    this.scroll(count);
    this.moveLines(count);
  }

  moveInLine(column: number): void {
    const { value: lines } = this.lines;
    const run = lines.run(this.session.place.value);
    if (run === undefined || !isCommitted(run)) return;
    this.#goTo(lines.at(this.session.place.value) + column);
  }

  dropHalf(): void {
    this.half.value = undefined;
    this.message.value = "";
  }

  /** @returns whether the key means something here */
  press(key: string): boolean {
    const move = MOVES[key];
    if (move !== undefined) {
      move(this);
      return true;
    }
    const input = typed(this.side.value, key, this.half.value);
    if (input === undefined) return false;
    if (input.kind === "byte") this.#write(input.byte);
    else this.#begin(input.digit);
    return true;
  }

  #begin(digit: number): void {
    const { value: place } = this.session.place;
    if (this.picture.value.byte(place) === undefined) this.#refuse(place);
    else this.half.value = digit;
  }

  #write(byte: number): void {
    const { session } = this;
    const { value: place } = session.place;
    this.half.value = undefined;
    const process = session.process.value;
    const written = process.exited ? 0 : process.debugView.write(place, Uint8Array.of(byte));
    if (written === 0) {
      this.#refuse(place);
      return;
    }
    session.changed();
    this.moveBytes(1);
  }

  #refuse(address: number): void {
    const highest = this.session.machine.value.highestUserAddress;
    this.message.value = refusalText(address, this.lines.value.run(address), highest);
  }

  #goTo(address: number): void {
    if (this.lines.value.run(address) !== undefined) this.session.goTo(address);
  }
}
