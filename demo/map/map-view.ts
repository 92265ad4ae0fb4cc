import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Run } from "../session/runs.ts";
import { type AddressRange, PAGE_BYTES, type Session, wholeSpace } from "../session/session.ts";
import { foldedGaps, gapAt } from "./gaps.ts";
import { GRID_ROWS, ROW_CELLS } from "./grid-picture.ts";
import type { Look, Paints } from "./look.ts";
import { type Memory, memoryOf, regionOf } from "./memory.ts";
import * as navigation from "./navigation.ts";
import { gapsMost, Scale } from "./scale.ts";
import { type Kind, type Scheme, schemes } from "./schemes.ts";

const ZOOM_FACTOR = 2;

/** How the map looks at a session, and what its keys and buttons do. */
export class MapView {
  readonly session: Session;
  readonly scheme: Signal<Scheme> = signal(schemes.state);
  /** Kinds that are filtered out. */
  readonly faint: Signal<ReadonlySet<Kind>> = signal(new Set());
  /** Whether long gaps are folded. */
  readonly folds = signal(true);
  /** The page under the pointer; details are of it while there is one. */
  readonly pointed: Signal<number | undefined> = signal(undefined);
  /** Of the strip, in CSS pixels; 0 before it is laid out. */
  readonly width = signal(0);
  /** Follows the changes of the session, once a frame at most. */
  readonly frame = signal(0);
  readonly space: ReadonlySignal<AddressRange>;
  readonly memory: ReadonlySignal<Memory>;
  /** What the strip shows. */
  readonly scale: ReadonlySignal<Scale>;
  /** The first address of the grid. */
  readonly gridStart = signal(0);
  /** Of a cell of the grid: 1, or a power of 16. */
  readonly cellPages = signal(1);

  constructor(session: Session) {
    this.session = session;
    this.space = computed(() => wholeSpace(session.machine.value));
    this.memory = computed(() => memoryOf(session.process.value));
    this.scale = computed(() => {
      this.frame.value;
      const shown = session.shown.value;
      const width = this.width.value;
      const most = this.folds.value ? gapsMost(width) : 0;
      return new Scale(shown, foldedGaps(this.memory.value, shown, most), width);
    });
  }

  /** Reads what both pictures are made of. */
  watch(): void {
    for (const each of [this.frame, this.memory, this.scheme, this.faint, this.scale]) each.value;
  }

  look(paints: Paints): Look {
    return { scheme: this.scheme.value, faint: this.faint.value, paints };
  }

  /** Bytes of a row of the grid. */
  get rowBytes(): number {
    return this.cellPages.value * PAGE_BYTES * ROW_CELLS;
  }

  /** What the grid shows. */
  get gridRange(): AddressRange {
    const start = this.gridStart.value;
    return { start, end: start + GRID_ROWS * this.rowBytes };
  }

  /** What VirtualQuery says of the page under the pointer, or of the one that keys move. */
  information(): Run {
    return this.memory.value.query(this.pointed.value ?? this.session.focus.value);
  }

  show(range: AddressRange): void {
    this.session.shown.value = navigation.clipped(range, this.space.value);
  }

  get showsAll(): boolean {
    const { start, end } = this.session.shown.value;
    return end - start >= this.space.value.end;
  }

  showAll(): void {
    this.show(this.space.value);
  }

  /** @param x the pixel of the strip that stays where it is; where keys are, unless it is given */
  zoomIn(x = this.#focusX(), factor = ZOOM_FACTOR): void {
    this.show(navigation.nearer(this.scale.value, x, factor));
  }

  zoomOut(x = this.#focusX(), factor = ZOOM_FACTOR): void {
    this.show(navigation.further(this.memory.value, this.scale.value, x, factor));
  }

  /** Zoom to the region at the focus, or to the free memory there. */
  zoomToRegion(): void {
    const address = this.session.focus.value;
    const region =
      regionOf(this.session.process.value, address) ??
      gapAt(this.memory.value, address, this.space.value);
    if (region !== undefined) this.show(navigation.withSurroundings(region));
  }

  /** @param share of what is shown; negative towards lower addresses */
  pan(share: number): void {
    this.show(navigation.panned(this.memory.value, this.scale.value, share));
  }

  /** Move the focus by whole pages, and what is shown with it. */
  moveBy(bytes: number): void {
    this.moveTo(this.session.focus.value + bytes);
  }

  moveTo(address: number): void {
    const { start, end } = this.space.value;
    this.session.goTo(Math.max(start, Math.min(address, end - PAGE_BYTES)));
  }

  /** Move the focus by a pixel of the strip, by a page where that is wider; over gaps at once. */
  moveByColumn(direction: 1 | -1): void {
    const scale = this.scale.value;
    const focus = this.session.focus.value;
    const piece = scale.pieceOf(focus);
    if (piece?.isGap === true) {
      this.moveTo(direction > 0 ? piece.end : piece.start - PAGE_BYTES);
      return;
    }
    const at = scale.addressAt(scale.xOf(focus) + direction);
    const step = Math.max(PAGE_BYTES, Math.abs(at - focus));
    this.moveTo(piece === undefined ? focus : focus + direction * step);
  }

  moveToNextRun(): void {
    const { memory, session, space } = this;
    this.moveTo(navigation.nextRun(memory.value, session.focus.value, space.value));
  }

  moveToPreviousRun(): void {
    const { memory, session, space } = this;
    this.moveTo(navigation.previousRun(memory.value, session.focus.value, space.value));
  }

  #focusX(): number {
    const x = this.scale.value.xOf(this.session.focus.value);
    return Math.max(0, Math.min(x, this.width.value));
  }
}
