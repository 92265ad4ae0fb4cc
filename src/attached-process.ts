import type { AttachedMachine } from "./attached-machine.ts";
import type { EnclavePage } from "./enclaves.ts";
import type { FileBacking } from "./file-backing.ts";
import { ownersOnly } from "./owners-only.ts";
import { Process } from "./process.ts";
import type { SharedThread } from "./shared-thread.ts";
import type { Thread } from "./thread.ts";
import type { Core } from "./wasm/core.ts";

/**
 * A process as one of its threads sees it, in a worker. What it shares with the owner is in the
 * memory of the core; what the owner keeps, it refuses.
 */
export class AttachedProcess extends Process {
  constructor(machine: AttachedMachine, { processId, spaceNumber, space, threadId }: SharedThread) {
    super(machine, { id: processId, spaceNumber, space });
    this.core.enter(spaceNumber, threadId);
  }

  /** The core takes every context out of a space that ends. */
  override get exited(): boolean {
    return !this.core.view.hasSpace;
  }

  override get exitCode(): number | undefined {
    return ownersOnly("exitCode");
  }

  override enter(): Core {
    this.alive();
    return this.core;
  }

  override alive(): this {
    if (this.core.poison !== undefined) throw this.core.poison;
    if (this.exited) throw new Error(`process ${this.id} has ended`);
    return this;
  }

  override exit(): void {
    ownersOnly("exit");
  }

  override createThread(): Thread {
    return ownersOnly("createThread");
  }

  override fork(): Process {
    return ownersOnly("fork");
  }

  override get threads(): readonly Thread[] {
    return ownersOnly("threads");
  }

  override adoptRegion(): void {
    ownersOnly("adoptRegion");
  }

  override openFile(_backing: FileBacking): number {
    return ownersOnly("openFile");
  }

  override acceptEnclavePage(): boolean {
    return ownersOnly("acceptEnclavePage");
  }

  override enclavePages(): readonly EnclavePage[] {
    return ownersOnly("enclavePages");
  }

  override addVectoredExceptionHandler(): number {
    return ownersOnly("addVectoredExceptionHandler");
  }

  override removeVectoredExceptionHandler(): boolean {
    return ownersOnly("removeVectoredExceptionHandler");
  }

  override addVectoredContinueHandler(): number {
    return ownersOnly("addVectoredContinueHandler");
  }

  override removeVectoredContinueHandler(): boolean {
    return ownersOnly("removeVectoredContinueHandler");
  }

  override setUnhandledExceptionFilter(): null {
    return ownersOnly("setUnhandledExceptionFilter");
  }
}
