import type { Call, Requirements } from "./program.ts";
import { PAGE } from "./script.ts";
import { SectionScript } from "./section-script.ts";

export const HOLD = 0x42000;
export const REPLACE = 0x6000;
export const REPLACE_VIEW = 0x4000;
export const PRESERVE = 0x8002;
export const COALESCE = 0x8001;
export const KEEP = 2;

const NONE: Requirements = { lowest: 0, highest: 0, alignment: 0 };

/** A script that holds address space by placeholders. */
export class PlaceholderScript extends SectionScript {
  private get someCall(): Call {
    return { ...this.call, face: this.random.pick(["nt", "win32"]) };
  }

  override beside(): PlaceholderScript {
    const by = this.by === 0 ? 1 : 0;
    return new PlaceholderScript(this.picks, by, this.base, this.steps);
  }

  allocateEx(
    at: number,
    pages: number,
    type: number,
    protect: number,
    required: Partial<Requirements> = {},
  ): void {
    const [base, size] = [this.base + at, pages * PAGE];
    const limits = { ...NONE, ...required };
    this.push({ op: "allocateEx", ...this.someCall, base, size, type, protect, ...limits });
  }

  hold(at: number, pages: number): void {
    this.allocateEx(at, pages, HOLD, 0x01);
  }

  /** Split off, or restore. */
  preserve(at: number, pages: number): void {
    this.freeSome(at, pages * PAGE, PRESERVE);
  }

  coalesce(at: number, pages: number): void {
    this.freeSome(at, pages * PAGE, COALESCE);
  }

  freeSome(at: number, size: number, type: number): void {
    this.push({ op: "free", ...this.someCall, base: this.base + at, size, type });
  }

  /** A view, in place of a placeholder or not. */
  mapEx(
    slot: number,
    at: number,
    pages: number,
    type: number,
    protect: number,
    more: Partial<Requirements & { offset: number; size: number }> = {},
  ): void {
    this.mapExFrom(this, slot, at, pages, type, protect, more);
  }

  /** A view in this process of a section that the owner's handle leads to. */
  mapExFrom(
    owner: PlaceholderScript,
    slot: number,
    at: number,
    pages: number,
    type: number,
    protect: number,
    more: Partial<Requirements & { offset: number; size: number }> = {},
  ): void {
    const call = { ...this.someCall, by: owner.by };
    const range = { base: this.base + at, size: pages * PAGE };
    const rest = { ...range, type, protect, offset: 0, ...NONE, ...more };
    this.push({ op: "mapViewEx", ...call, slot, ...rest });
  }

  unmapEx(at: number, flags: number): void {
    this.push({ op: "unmapViewEx", ...this.someCall, address: this.base + at, flags });
  }
}

/** What a script about placeholders is written by. */
export type PlaceholderFragment = (script: PlaceholderScript) => void;
