import { Machine } from "./machine.ts";
import { ownersOnly } from "./owners-only.ts";
import type { Process } from "./process.ts";
import type { SharedThread } from "./shared-thread.ts";
import type { Snapshot } from "./snapshot/snapshot.ts";
import type { Core } from "./wasm/core.ts";

/** A machine as a thread in a worker sees it: it has one process, and one thread. */
export class AttachedMachine extends Machine {
  readonly #threadId: number;

  constructor(core: Core, { options, threadId }: SharedThread) {
    super(core, options);
    this.#threadId = threadId;
  }

  override get isAttached(): boolean {
    return true;
  }

  override createProcess(): Process {
    return ownersOnly("createProcess");
  }

  override snapshot(): Snapshot {
    return ownersOnly("snapshot");
  }

  override snapshotAsync(): Promise<Snapshot> {
    return ownersOnly("snapshotAsync");
  }

  override hash(): string {
    return ownersOnly("hash");
  }

  override hashAsync(): Promise<string> {
    return ownersOnly("hashAsync");
  }

  override nextThreadId(): number {
    return this.#threadId;
  }
}
