import type { Machine } from "../machine.ts";
import { base64Of } from "./bytes-text.ts";
import { type Row, TRACE_VERSION } from "./rows.ts";
import { type Encoded, encode } from "./values.ts";

/** What machines with state to save have. */
interface Saved {
  snapshot(): Uint8Array;
}

/** What machines have whose state has a hash. */
interface Hashed {
  hash(): string;
}

const NO_NAMES = () => undefined;

/**
 * The first row: what the machine was made with, and what it was by then.
 *
 * @param pageStore how rows name the page store
 * @throws Error where the machine has been in use, and its state cannot be saved
 */
export function headerOf(machine: Machine, pageStore: Encoded | undefined): Row {
  const { profile, ...options } = machine.options;
  const given = Object.entries(options).filter(([, value]) => value !== null);
  const header: Row = {
    trace: TRACE_VERSION,
    profile,
    options: encode(Object.fromEntries(given), NO_NAMES),
    pageStore,
  };
  return machine.isFresh ? header : { ...header, snapshot: base64Of(snapshotOf(machine)) };
}

function snapshotOf(machine: Machine): Uint8Array {
  const { snapshot } = machine as Partial<Saved>;
  if (snapshot !== undefined) return snapshot.call(machine);
  throw new Error("machine: a recording begins before the first process is made");
}

/** The hash of all state, of machines that have one. */
export function hashOf(machine: Machine): string | undefined {
  return (machine as Partial<Hashed>).hash?.call(machine);
}
