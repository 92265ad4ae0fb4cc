import type { Machine, Process } from "guardpage";
import {
  MEM_COMMIT,
  MEM_RESERVE,
  MEM_WRITE_WATCH,
  PAGE_READWRITE,
  WRITE_WATCH_FLAG_RESET,
} from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { errorText } from "../session/constant-names.ts";
import { type AddressRange, PAGE_BYTES } from "../session/session.ts";
import { hex } from "../session/words.ts";
import type { Outcome, Program, Scenario } from "./scenario.ts";
import { TilePicture } from "./tile-picture.tsx";
import { PIXEL_BYTES, TILE_PIXELS, TILES_A_SIDE } from "./tiles.ts";

const TILES = TILES_A_SIDE ** 2;
const CANVAS_BYTES = TILES * PAGE_BYTES;
const CANVAS_PIXELS = TILES_A_SIDE * TILE_PIXELS;
const FRAMES = 16;
const DISC_PIXELS = 22;
/** Radius of the circle that the disc goes along. */
const ORBIT_PIXELS = 90;
const CALL_FAILED = 0xffff_ffff;

export const scenario: Scenario = {
  id: "write-watch",
  title: "Write watch: draw anew only what was written",
  summary:
    "A program draws into 64 pages of 32 by 32 pixels that were allocated with MEM_WRITE_WATCH. " +
    "For each frame the renderer asks GetWriteWatch which pages were written, and copies just " +
    "those to the screen. A garbage collector finds the objects to look at again in the same way.",
  machine: { profile: "win32" },
  omission: "MEM_WRITE_WATCH",
  begin: (machine, omits) => new WriteWatch(machine, omits),
};

class WriteWatch implements Program {
  readonly processes: readonly Process[];
  readonly shown: AddressRange;
  state = {
    /** Half a frame each: the program draws, then the renderer copies. */
    next: 0,
    /** Tiles that were copied last. */
    copied: [] as readonly number[],
    copiedInAll: 0,
    error: 0,
  };
  readonly #process: Process;
  readonly #isWatched: boolean;
  /** What the program draws into, and what the screen shows. */
  readonly #canvas: number;
  readonly #screen: number;

  constructor(machine: Machine, omits: boolean) {
    this.#process = machine.createProcess();
    this.processes = [this.#process];
    this.#isWatched = !omits;
    const { VirtualAlloc } = kernel32(this.#process);
    const type = MEM_RESERVE | MEM_COMMIT;
    const watch = this.#isWatched ? MEM_WRITE_WATCH : 0;
    this.#canvas = VirtualAlloc(0, CANVAS_BYTES, type | watch, PAGE_READWRITE);
    this.#screen = VirtualAlloc(0, CANVAS_BYTES, type, PAGE_READWRITE);
    this.shown = { start: this.#canvas, end: this.#screen + CANVAS_BYTES };
  }

  readonly Panel = () => {
    // Nobody asks in vain: an error would stay behind, and drawing is to change nothing.
    const written = this.#isWatched ? this.#writtenTiles(0) : undefined;
    return (
      <div class="pictures">
        <TilePicture title="Drawn" bytes={this.#bytes(this.#canvas)} outlined={written ?? []}>
          {`Written since the last frame: ${tilesText(written)}.`}
        </TilePicture>
        <TilePicture title="Screen" bytes={this.#bytes(this.#screen)} outlined={this.state.copied}>
          {`Copied last: ${tilesText(this.state.copied)}.`}
        </TilePicture>
      </div>
    );
  };

  get isDone(): boolean {
    return this.state.next >= 2 * FRAMES;
  }

  step(): string | undefined {
    if (this.isDone) return undefined;
    const { next } = this.state;
    this.state.next += 1;
    return next % 2 === 0 ? this.#draw(next / 2) : this.#render((next - 1) / 2);
  }

  #draw(frame: number): string {
    const angle = (frame / FRAMES) * 2 * Math.PI;
    const x = Math.round(CANVAS_PIXELS / 2 + ORBIT_PIXELS * Math.sin(angle));
    const y = Math.round(CANVAS_PIXELS / 2 - ORBIT_PIXELS * Math.cos(angle));
    const color = 0xff00_0000 + (0x40 + frame * 8) * 0x1_0000 + 0x60_00 + (0xd0 - frame * 8);
    const touched = new Set<number>();
    for (let row = -DISC_PIXELS; row <= DISC_PIXELS; row += 1) {
      const half = Math.floor(Math.sqrt(DISC_PIXELS ** 2 - row ** 2));
      for (let column = -half; column <= half; column += 1) {
        const offset = pixelOffset(x + column, y + row);
        this.#process.memory.setUint32(this.#canvas + offset, color);
        touched.add(Math.floor(offset / PAGE_BYTES));
      }
    }
    return (
      `Frame ${frame + 1}: the program drew a disc around ${x}, ${y}. Its pixels lie in ` +
      `${touched.size} of the ${TILES} pages.`
    );
  }

  #render(frame: number): string {
    const tiles = this.#writtenTiles(WRITE_WATCH_FLAG_RESET);
    if (tiles === undefined) {
      this.state.error = kernel32(this.#process).GetLastError();
      return (
        `Frame ${frame + 1}: GetWriteWatch failed with ${errorText(this.state.error)}, because ` +
        "nobody watches that region. The screen stays as it is."
      );
    }
    for (const tile of tiles) {
      const offset = tile * PAGE_BYTES;
      this.#process.memory.copy(this.#screen + offset, this.#canvas + offset, PAGE_BYTES);
    }
    this.state.copied = tiles;
    this.state.copiedInAll += tiles.length;
    return (
      `Frame ${frame + 1}: GetWriteWatch with WRITE_WATCH_FLAG_RESET named ${tiles.length} pages ` +
      "and forgot them. The renderer copied those to the screen, and looked at no other."
    );
  }

  /** Undefined where the call fails. */
  #writtenTiles(flags: number): number[] | undefined {
    const { GetWriteWatch } = kernel32(this.#process);
    const addresses = { value: [] as number[] };
    const count = { value: TILES };
    const granularity = { value: 0 };
    const canvas = [this.#canvas, CANVAS_BYTES] as const;
    const answer = GetWriteWatch(flags, ...canvas, addresses, count, granularity);
    if (answer === CALL_FAILED) return undefined;
    return addresses.value.map((address) => (address - this.#canvas) / PAGE_BYTES);
  }

  outcome(): Outcome {
    const { copiedInAll, error } = this.state;
    const screen = this.#bytes(this.#screen);
    const isSame = this.#bytes(this.#canvas).every((byte, index) => byte === screen[index]);
    const isRight = isSame && copiedInAll < FRAMES * TILES;
    const sentence = isRight
      ? `The screen shows what was drawn, pixel for pixel, and ${copiedInAll} pages were copied ` +
        `for it instead of ${FRAMES * TILES}.`
      : `The screen does not show what was drawn: without ${scenario.omission}, GetWriteWatch ` +
        `answers ${hex(CALL_FAILED)}, and the last error is ${errorText(error)}.`;
    const facts = {
      Frames: FRAMES,
      "Pages copied": copiedInAll,
      "Pages of full copies": FRAMES * TILES,
      "Pictures are equal": isSame ? "yes" : "no",
    };
    return { isRight, sentence, facts };
  }

  /** As a debugger reads them, which touches nothing. */
  #bytes(address: number): Uint8Array {
    return this.#process.debugView.read(address, CANVAS_BYTES).bytes;
  }
}

function pixelOffset(x: number, y: number): number {
  const tile = Math.floor(y / TILE_PIXELS) * TILES_A_SIDE + Math.floor(x / TILE_PIXELS);
  const pixel = (y % TILE_PIXELS) * TILE_PIXELS + (x % TILE_PIXELS);
  return tile * PAGE_BYTES + pixel * PIXEL_BYTES;
}

function tilesText(tiles: readonly number[] | undefined): string {
  if (tiles === undefined) return "nobody knows";
  return tiles.length === 0 ? "no pages" : `pages ${tiles.join(", ")}`;
}
