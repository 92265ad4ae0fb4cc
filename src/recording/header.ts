import type { Machine } from "../machine.ts";
import { base64Of } from "./bytes-text.ts";
import { type Row, TRACE_VERSION } from "./rows.ts";
import { type Encoded, encode } from "./values.ts";

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
  const isFresh = machine.lastIds.lastProcessId === 0;
  return isFresh ? header : { ...header, snapshot: base64Of(snapshotOf(machine)) };
}

/** What was stored or open before would be missing in the recording. */
function snapshotOf(machine: Machine): Uint8Array {
  if (machine.pager.hasStore || machine.files.numbers().length > 0) {
    throw new Error(
      "machine: with a page store or open files, " +
        "a recording begins before the first process is made",
    );
  }
  return machine.snapshot();
}

/** The hash of all state; undefined where the page store cannot be looked into at once. */
export function hashOf(machine: Machine): string | undefined {
  return machine.pager.answersLater ? undefined : machine.hash();
}
