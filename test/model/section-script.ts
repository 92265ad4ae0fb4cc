import type { Picks } from "./picks.ts";
import type { Step, Who } from "./program.ts";
import { Script } from "./script.ts";

export const SEC_NO_CHANGE = 0x00400000;
export const SEC_RESERVE = 0x04000000;
export const SEC_COMMIT = 0x08000000;
export const ALL_RIGHTS = 0xf001f;

type MapStep = Extract<Step, { op: "mapView" }>;
type MapOptions = Partial<
  Pick<MapStep, "offset" | "size" | "zeroBits" | "commitSize" | "type" | "inherit">
>;

/** A script that has sections; the scripts of both processes may write down one list of steps. */
export class SectionScript extends Script {
  private slot: number;

  constructor(picks: Picks, by: Who, base: number, steps: Step[] = []) {
    super(picks, by, base, steps);
    this.slot = picks.nextSlot(by);
  }

  /** The script of the other process, at the same place in the list. */
  beside(): SectionScript {
    return new SectionScript(this.picks, (1 - this.by) as Who, this.base, this.steps);
  }

  /** NtCreateSection; the number of its slot. */
  section(size: number, protect: number, attributes: number, access = ALL_RIGHTS): number {
    return this.create("nt", { size, protect, attributes, access });
  }

  /** CreateFileMapping. */
  mapping(size: number, protect: number, attributes: number): number {
    return this.create("win32", { size, protect, attributes, access: 0 });
  }

  private create(
    face: "nt" | "win32",
    made: { size: number; protect: number; attributes: number; access: number },
  ): number {
    const slot = this.slot;
    this.slot += 1;
    this.push({ op: "createSection", face, by: this.by, slot, ...made });
    return slot;
  }

  close(slot: number): void {
    this.push({ op: "closeSection", by: this.by, slot });
  }

  map(slot: number, at: number, protect: number, options: MapOptions = {}): void {
    this.mapFrom(this, slot, at, protect, options);
  }

  mapAnywhere(slot: number, protect: number, options: MapOptions = {}): void {
    this.mapFrom(this, slot, -this.base, protect, options);
  }

  /** A view in this process of a section that the owner's handle leads to. */
  mapFrom(
    owner: SectionScript,
    slot: number,
    at: number,
    protect: number,
    options: MapOptions = {},
  ): void {
    const none = { offset: 0, size: 0, zeroBits: 0, commitSize: 0, type: 0, inherit: 2, access: 0 };
    const call = { ...this.call, by: owner.by };
    this.push({ op: "mapView", ...call, slot, base: this.base + at, protect, ...none, ...options });
  }

  /** MapViewOfFileEx. */
  mapAccess(slot: number, access: number, at: number): void {
    const none = {
      offset: 0,
      size: 0,
      zeroBits: 0,
      commitSize: 0,
      type: 0,
      inherit: 1,
      protect: 0,
    };
    const call = { ...this.call, face: "win32" as const };
    this.push({ op: "mapView", ...call, slot, base: this.base + at, access, ...none });
  }

  unmap(at: number): void {
    this.push({ op: "unmapView", ...this.call, address: this.base + at });
  }

  flush(at: number, size: number): void {
    this.push({ op: "flushView", by: this.by, address: this.base + at, size });
  }
}

/** What a script about sections is written by. */
export type SectionFragment = (script: SectionScript) => void;
