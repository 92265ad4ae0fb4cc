import { PAGE, PAGE_READWRITE } from "./constants.ts";
import { endOf, pageOf, type Region, setRun } from "./region.ts";
import type { Answer, CallOptions } from "./space.ts";
import { StackCalls } from "./stack-calls.ts";
import {
  CONFLICTING_ADDRESSES,
  INSUFFICIENT_RESOURCES,
  PRIVILEGE_NOT_HELD,
  PROCESS_IS_TERMINATING,
  SUCCESS,
} from "./status.ts";

/** A frame of physical memory that a process owns. */
export interface UserFrame {
  bytes: Uint8Array;
  /** Where it is mapped. */
  page: number | null;
}

/** What an array of frame numbers holds: a frame, perhaps of another process, or 0, or a number. */
export type FrameEntry = UserFrame | "zero" | "unknown";

/** Section 6: Address Windowing Extensions. */
export class UserPages extends StackCalls {
  protected owned: UserFrame[] = [];

  override get frames(): number {
    const unmapped = this.owned.filter(({ page }) => page === null).length;
    return super.frames + unmapped;
  }

  allocateUserPages(count: number, options: CallOptions = {}): Answer & { made: UserFrame[] } {
    const refusal = this.refuseTarget(options, "6#1") ?? this.refusePrivilege();
    if (refusal !== null) return { ...refusal, made: [] };
    const made: UserFrame[] = [];
    while (made.length < count && this.overCharge(1, "", "") === null) {
      this.addCharge(1);
      made.push({ bytes: new Uint8Array(PAGE), page: null });
    }
    this.owned.push(...made);
    if (made.length === 0 && count > 0) {
      return { status: INSUFFICIENT_RESOURCES, rule: "17.4#8", made };
    }
    return { status: SUCCESS, rule: made.length === count ? "6#3" : "6#2", made };
  }

  /** In order, up to a frame that is not owned; those before it are gone. */
  freeUserPages(
    entries: readonly FrameEntry[],
    options: CallOptions = {},
  ): Answer & { freed: number } {
    const refusal = this.refuseTarget(options, "6#6");
    if (refusal !== null) return { ...refusal, freed: entries.length };
    let freed = 0;
    for (const entry of entries) {
      const frame = this.ownedFrame(entry);
      if (frame === null) return { status: this.numbered(3), rule: "6#6", freed };
      if (frame.page !== null) this.showNothing(frame.page);
      this.owned = this.owned.filter((other) => other !== frame);
      this.addCharge(-1);
      freed += 1;
    }
    return { status: SUCCESS, rule: "6#5", freed };
  }

  mapUserPages(address: number, count: number, entries: readonly FrameEntry[] | null): Answer {
    const { highestUser } = this.layout;
    if (address % PAGE !== 0) return { status: this.numbered(1), rule: "6#7" };
    if (address <= highestUser && count > Math.floor((highestUser + 1 - address) / PAGE)) {
      return { status: this.numbered(2), rule: "6#7" };
    }
    const region = this.windowAt(address);
    if (region === null) return { status: CONFLICTING_ADDRESSES, rule: "6#7" };
    if (address + count * PAGE > endOf(region)) return { status: this.numbered(2), rule: "6#7" };
    const pages = Array.from({ length: count }, (_, i) => pageOf(address) + i);
    if (entries === null) {
      for (const page of pages) this.showNothing(page);
      return { status: SUCCESS, rule: "6#8" };
    }
    for (const [i, page] of pages.entries()) {
      if (!this.canShow(entries, i, page)) return { status: this.numbered(3), rule: "6#10" };
    }
    for (const [i, page] of pages.entries()) this.show(page, entries[i] ?? "zero");
    return { status: SUCCESS, rule: "6#7" };
  }

  scatterUserPages(addresses: readonly number[], entries: readonly FrameEntry[] | null): Answer {
    for (const [i, address] of addresses.entries()) {
      if (address % PAGE !== 0) return { status: this.numbered(1), rule: "6#11" };
      if (this.windowAt(address) === null) return { status: CONFLICTING_ADDRESSES, rule: "6#11" };
      if (entries === null || entries[i] === "zero") continue;
      if (!this.canShow(entries, i, pageOf(address))) {
        return { status: this.numbered(3), rule: "6#10" };
      }
    }
    for (const [i, address] of addresses.entries()) {
      this.show(pageOf(address), entries?.[i] ?? "zero");
    }
    return { status: SUCCESS, rule: "6#11" };
  }

  private refuseTarget(options: CallOptions, rule: string): Answer | null {
    const handle = this.handleFailure(options);
    if (handle !== SUCCESS) return { status: handle, rule };
    return this.exited ? { status: PROCESS_IS_TERMINATING, rule } : null;
  }

  private refusePrivilege(): Answer | null {
    if (this.settings.lockMemoryPrivilege) return null;
    return { status: PRIVILEGE_NOT_HELD, rule: "6#1" };
  }

  private windowAt(address: number): Region | null {
    const region = this.regionAt(address);
    return region?.kind === "awe" ? region : null;
  }

  protected ownedFrame(entry: FrameEntry | undefined): UserFrame | null {
    return this.owned.find((frame) => frame === entry) ?? null;
  }

  /** Owned, listed once, and mapped nowhere but there. */
  protected canShow(entries: readonly FrameEntry[], i: number, page: number): boolean {
    const frame = this.ownedFrame(entries[i]);
    if (frame === null || entries.indexOf(frame) !== i) return false;
    return frame.page === null || frame.page === page;
  }

  protected show(page: number, entry: FrameEntry): void {
    this.showNothing(page);
    const frame = this.ownedFrame(entry);
    const region = this.windowAt(page * PAGE);
    if (frame === null || region === null) return;
    frame.page = page;
    this.factsAt(page).bytes = frame.bytes;
    setRun(region, page, page, PAGE_READWRITE);
  }

  protected showNothing(page: number): void {
    const region = this.windowAt(page * PAGE);
    if (region === null) return;
    for (const frame of this.owned) if (frame.page === page) frame.page = null;
    this.facts.delete(page);
    setRun(region, page, page, 0);
  }

  /** What a window shows is in no working set. */
  protected override touch(page: number): Uint8Array {
    const bytes = super.touch(page);
    if (this.windowAt(page * PAGE) !== null) this.factsAt(page).resident = false;
    return bytes;
  }

  /** The frames of a window stay with the process, and so does their charge. */
  protected override decommitPages(region: Region, first: number, last: number): void {
    if (region.kind !== "awe") super.decommitPages(region, first, last);
    else for (const page of this.knownPages(first, last)) this.showNothing(page);
  }

  override exit(): void {
    super.exit();
    this.owned = [];
  }
}
