import { afterAll, expect } from "vitest";
import { Machine, MemoryFile, MemoryPageStore } from "../../src/index.ts";
import { backingsOf } from "../../src/snapshot/host-save.ts";
import { Elsewhere, type Parcel } from "./elsewhere.ts";
import { coreModule, coreName } from "./machine.ts";

let elsewhere: Elsewhere | undefined;

afterAll(() => elsewhere?.end());

/** States that were restored already in this file: many cases end in the same one. */
const seen = new Set<string>();

/**
 * Restore a snapshot of the machine, here with the other kind of space and on another engine: the
 * hash is the same, and the maps agree.
 */
export async function expectRestored(machine: Machine): Promise<void> {
  const hash = machine.hash();
  if (seen.has(hash)) return;
  seen.add(hash);
  const snapshot = machine.snapshot();
  const files = backingsOf(machine).map((backing) => {
    const contents = new Uint8Array(backing.sizeBytes);
    backing.read(0, contents);
    return contents;
  });
  const parcel = { snapshot, files, hasPageStore: machine.pager.hasStore };
  const isWindowed = machine.processes.some(({ space }) => space === "windowed");
  const restored = await restore(parcel, isWindowed ? "translated" : "auto");
  expect(restored.hash(), "the hash of the restored machine").toBe(hash);
  for (const process of restored.processes) process.verifySpace();
  if (coreName === "debug") return;
  elsewhere ??= new Elsewhere();
  expect(await elsewhere.restore(parcel), "the hash on another engine").toBe(hash);
}

function restore(
  { snapshot, files, hasPageStore }: Parcel,
  space: "auto" | "translated",
): Promise<Machine> {
  const backings = files.map((contents) => new MemoryFile({ contents }));
  return Machine.restore(snapshot, {
    space,
    module: coreModule(),
    attach: {
      files: ({ number }) => backings[number - 1] as MemoryFile,
      pageStore: hasPageStore ? new MemoryPageStore() : undefined,
    },
  });
}
