import type { Machine } from "../machine.ts";
import { HEADER_BYTES, hashText, headerOf, hostRecord } from "./format.ts";
import { hostStateOf, sectionRoots } from "./host-save.ts";
import { Snapshot } from "./snapshot.ts";

/** What is in the page store, by slots, as far as it was brought before. */
export type StoredPages = ReadonlyMap<number, Uint8Array>;

/** The state of the machine, as bytes. Looked through twice, so that memory is taken but once. */
export function saved(machine: Machine, stored?: StoredPages): Snapshot {
  const { hash, bodyBytes } = walk(machine, stored);
  const bytes = new Snapshot(HEADER_BYTES + bodyBytes);
  bytes.set(headerOf(bodyBytes, hash));
  let at = HEADER_BYTES;
  walk(machine, stored, (records) => {
    bytes.set(records, at);
    at += records.length;
  });
  return bytes;
}

/** The hash of what `saved` would give. */
export function hashed(machine: Machine, stored?: StoredPages): string {
  return hashText(walk(machine, stored).hash);
}

/** Go through the state; `take` gets its records, which are the core's bytes. */
function walk(
  machine: Machine,
  stored: StoredPages | undefined,
  take?: (records: Uint8Array) => void,
): { readonly hash: readonly [number, number]; readonly bodyBytes: number } {
  const { state } = machine.core;
  state.begin(take !== undefined, sectionRoots(machine));
  const host = hostRecord(JSON.stringify(hostStateOf(machine)));
  state.hashAdd(host);
  take?.(host);
  state.save(take ?? (() => {}), (slot) => stored?.get(slot) ?? machine.pager.stored(slot));
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
  const nothing = new Uint8Array(0x1000);
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
