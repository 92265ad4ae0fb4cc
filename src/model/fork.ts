import { Offers } from "./offer.ts";
import type { ProcessOptions, Shared } from "./space.ts";

/** A second process that is what this one is now. */
export class Forks extends Offers {
  /** Null: the commit limit stands against it. */
  fork(): this | null {
    if (this.refusesFork()) return null;
    const Same = this.constructor as new (shared: Shared, options: ProcessOptions) => this;
    const fork = new Same(this.shared, { commitQuota: this.quota });
    fork.take(this);
    return fork;
  }

  protected refusesFork(): boolean {
    return this.shared.charge + this.forkCharge > this.settings.commitLimit;
  }

  get lockedPages(): number[] {
    return [...this.facts].filter(([, { locked }]) => locked).map(([page]) => page);
  }

  /** Frames of AWE stay with their process. */
  private get forkCharge(): number {
    return this.charge - this.owned.length;
  }

  protected take(from: Forks): void {
    this.takeRegions(from);
    this.takeFacts(from);
    for (const { page } of from.owned) if (page !== null) this.showNothing(page);
    for (const [thread, stack] of from.stacks) this.stacks.set(thread, { ...stack });
    this.currentThread = from.currentThread;
    this.addCharge(from.forkCharge);
  }

  protected takeRegions(from: Forks): void {
    this.regions = [];
    for (const { mapping, ...region } of from.regions) {
      const copy = { ...region, runs: region.runs.map((run) => ({ ...run })) };
      if (mapping === undefined) {
        this.regions.push(copy);
        continue;
      }
      const view = { ...copy, mapping: { ...mapping } };
      mapping.section.views.push({ space: this, region: view });
      this.regions.push(view);
    }
  }

  /** The bytes are the same until one of the two writes to them; locks are not inherited. */
  protected takeFacts(from: Forks): void {
    for (const [page, facts] of from.facts) this.facts.set(page, { ...facts, locked: false });
  }
}
