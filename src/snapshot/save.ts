import type { Machine } from "../machine.ts";
import { PAGE_BYTES } from "../wasm/exports.ts";
import { HEADER_BYTES, hashText, headerOf, hostRecord } from "./format.ts";
import { hostStateOf, sectionRoots } from "./host-save.ts";
import { Snapshot } from "./snapshot.ts";

/** What is in the page store, by slots, as far as it was brought before. */
export type StoredPages = ReadonlyMap<number, Uint8Array>;

/** The state of the machine, as bytes. Looked through twice, so that memory is taken but once. */
export function saved(machine: Machine, stored?: StoredPages): Snapshot {
  const { state } = machine.core;
  const roots = sectionRoots(machine);
  state.begin(false, roots);
  const host = hostRecordOf(machine);
  const { hash, bodyBytes } = walk(machine, host, stored);
  const bytes = new Snapshot(HEADER_BYTES + bodyBytes);
  bytes.set(headerOf(bodyBytes, hash));
  let at = HEADER_BYTES;
  state.begin(true, roots);
  walk(machine, host, stored, (records) => {
    bytes.set(records, at);
    at += records.length;
  });
  return bytes;
}

/** The hash of what `saved` would give. */
export function hashed(machine: Machine, stored?: StoredPages): string {
  machine.core.state.begin(false, sectionRoots(machine));
  return hashText(walk(machine, hostRecordOf(machine), stored).hash);
}

/** Requires: saving has begun, as the record names sections by their ranks. */
function hostRecordOf(machine: Machine): Uint8Array {
  return hostRecord(JSON.stringify(hostStateOf(machine)));
}

/**
 * Go through the state. Requires: saving has begun. `take` gets the records: the host's, then those
 * of the core, which are the core's bytes.
 */
function walk(
  machine: Machine,
  host: Uint8Array,
  stored: StoredPages | undefined,
  take: (records: Uint8Array) => void = () => {},
): { readonly hash: readonly [number, number]; readonly bodyBytes: number } {
  const { state } = machine.core;
  state.hashAdd(host);
  take(host);
  state.save(take, (slot) => stored?.get(slot) ?? machine.pager.stored(slot));
  return { hash: state.hash, bodyBytes: host.length + state.totalBytes };
}

/**
 * Everything that is in the page store now and belongs to the state.
 *
 * @throws what the page store throws
 */
export async function storedPages(machine: Machine): Promise<StoredPages> {
  const { state } = machine.core;
  const slots: number[] = [];
  const nothing = new Uint8Array(PAGE_BYTES);
  state.begin(false, sectionRoots(machine));
  state.save(
    () => {},
    (slot) => {
      slots.push(slot);
      return nothing;
    },
  );
  const pages = new Map<number, Uint8Array>();
  for (const slot of slots) pages.set(slot, await machine.pager.storedLater(slot));
  return pages;
}
