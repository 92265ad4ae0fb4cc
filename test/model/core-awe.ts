import { FrameNames, NO_FRAME, type OfferStep, type UserPagesStep } from "./awe-steps.ts";
import { type Caller, ended, exact, type Side } from "./core-caller.ts";
import type { Who } from "./program.ts";

/** A number that no frame has. */
const UNKNOWN = 0x12345;

/** Frames of both processes, and what the core answers about them. */
export class CoreUserPages {
  private readonly names: FrameNames<number>;

  constructor(names = new FrameNames<number>()) {
    this.names = names;
  }

  copy(): CoreUserPages {
    return new CoreUserPages(this.names.copy());
  }

  apply(caller: Caller, step: UserPagesStep): string {
    switch (step.op) {
      case "allocateUserPages": {
        const count = { value: step.count };
        const frames: { value: number[] } = { value: [] };
        const outcome = this.outcome(caller, step, [
          () => caller.nt.NtAllocateUserPhysicalPages(caller.handle, count, frames),
          () => caller.win32.AllocateUserPhysicalPages(caller.handle, count, frames),
        ]);
        this.names.deliver(step.on, frames.value);
        return `${outcome} ${count.value}`;
      }
      case "freeUserPages": {
        const count = { value: step.frames.length };
        const frames = this.numbers(step.frames);
        const outcome = this.outcome(caller, step, [
          () => caller.nt.NtFreeUserPhysicalPages(caller.handle, count, frames),
          () => caller.win32.FreeUserPhysicalPages(caller.handle, count, frames),
        ]);
        if (this.wasTried(outcome)) this.names.free(step.frames.slice(0, count.value));
        return `${outcome} ${count.value}`;
      }
      case "mapUserPages": {
        const address = exact(step.address);
        const frames = step.frames && this.numbers(step.frames);
        return this.outcome(caller, step, [
          () => caller.nt.NtMapUserPhysicalPages(address, exact(step.count), frames),
          () => caller.win32.MapUserPhysicalPages(address, exact(step.count), frames),
        ]);
      }
      case "scatterUserPages": {
        const addresses = step.addresses.map(exact);
        const frames = step.frames && this.numbers(step.frames);
        return this.outcome(caller, step, [
          () => caller.nt.NtMapUserPhysicalPagesScatter(addresses, addresses.length, frames),
          () => caller.win32.MapUserPhysicalPagesScatter(addresses, addresses.length, frames),
        ]);
      }
    }
  }

  forget(who: Who): void {
    this.names.free(this.names.namesOf(who));
  }

  private numbers(names: readonly number[]): number[] {
    return names.map((name) => (name === NO_FRAME ? 0 : (this.names.find(name) ?? UNKNOWN)));
  }

  /** What refuses the handle frees nothing, and the count is as it was. */
  private wasTried(outcome: string): boolean {
    return !["c0000008", "c0000022", "error 6", "error 5"].includes(outcome);
  }

  private outcome(
    caller: Caller,
    { face }: UserPagesStep,
    [nt, win32]: [() => number, () => number],
  ): string {
    if (face === "nt") return ended(nt(), () => "").trim();
    caller.win32.SetLastError(0);
    return win32() !== 0 ? "ok" : `error ${caller.win32.GetLastError()}`;
  }
}

/** The functions that answer with an error code. */
export function offerWin32({ win32 }: Side, step: OfferStep): string {
  const address = exact(step.address);
  const size = exact(step.size);
  win32.SetLastError(0);
  const code =
    step.op === "offer"
      ? win32.OfferVirtualMemory(address, size, step.priority)
      : step.op === "reclaim"
        ? win32.ReclaimVirtualMemory(address, size)
        : win32.DiscardVirtualMemory(address, size);
  return `${code} ${win32.GetLastError()}`;
}
