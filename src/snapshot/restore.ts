import { byteArray, callable, optionBag, shown } from "../door.ts";
import { checkBacking, type FileBacking } from "../file-backing.ts";
import type { Machine } from "../machine.ts";
import { type MachineOptions, settingsOf } from "../options.ts";
import { checkStore, type PageStore } from "../page-store.ts";
import { isWide, type ProfileName } from "../profile.ts";
import { checksumOf } from "../wasm/checksum.ts";
import { PAGE_BYTES, TRANSFER_BYTES } from "../wasm/exports.ts";
import {
  checkHeader,
  HEADER_BYTES,
  hashIn,
  hashText,
  RecordType,
  recordsOf,
  SnapshotRefused,
} from "./format.ts";
import { hostRestored } from "./host-restore.ts";
import { type HostState, parseHostState } from "./host-state.ts";
import { hashed } from "./save.ts";

/** A file that a snapshot was made with, and that the host has to bring. */
export interface SnapshotFile {
  /** From 1 on, in the order in which handles and sections lead to files. */
  readonly number: number;
  /** As `openFile` was given it, or "". */
  readonly name: string;
  /** What the host brings must have as many. */
  readonly sizeBytes: number;
}

/** What belongs to a machine and is not in its snapshot. */
export interface Attachments {
  /** Brings the files that were open or mapped. Needed where there are any. */
  files?: ((file: SnapshotFile) => FileBacking) | undefined;
  /** A page store, whose slots are all free. Needed where the machine had one. */
  pageStore?: PageStore | undefined;
}

/** How a machine is restored. */
export interface RestoreOptions {
  /** What the host brings. Default: nothing. */
  attach?: Attachments | undefined;
  /**
   * How the oldest process is reached: "auto", the default, is windowed where that can be. Answers
   * are the same.
   */
  space?: "auto" | "windowed" | "translated" | undefined;
  /** A core compiled by the caller, as `Machine.create` takes it. */
  module?: WebAssembly.Module | undefined;
}

const SPACES: readonly unknown[] = ["auto", "windowed", "translated"];

/** Make the machine of a snapshot; `create` makes one with these options. */
export async function restored(
  bytes: Uint8Array,
  options: RestoreOptions,
  create: (options: MachineOptions) => Promise<Machine>,
): Promise<Machine> {
  byteArray(bytes, "bytes");
  optionBag(options, "options", ["attach", "space", "module"]);
  const { attach = {}, space = "auto", module } = options;
  optionBag(attach, "attach", ["files", "pageStore"]);
  if (attach.files !== undefined) callable(attach.files, "attach.files");
  if (attach.pageStore !== undefined) checkStore(attach.pageStore);
  if (!SPACES.includes(space)) {
    throw new RangeError(`space must be one of ${SPACES.join(", ")}, not ${shown(space)}`);
  }
  // Whoever holds the bytes may change them while this waits.
  const snapshot = bytes.slice();
  const host = checkSnapshot(snapshot);
  const backings = attached(host, attach);
  const machine = await made(host, { space, module, pageStore: attach.pageStore }, create);
  const stored = await loaded(machine, snapshot, windowOf(machine, host, space));
  try {
    hostRestored(machine, host, backings);
    machine.core.state.loaded();
    for (const process of machine.processes) process.verifySpace();
  } catch (error) {
    throw refusal("the snapshot says what cannot be so", error);
  }
  if (hashed(machine, stored) !== hashText(hashIn(snapshot))) {
    throw new SnapshotRefused("the snapshot is of no state that a machine can be in");
  }
  return machine;
}

/**
 * What the host knows, of a snapshot whose bytes are sound.
 *
 * @throws SnapshotRefused where they are no snapshot, or damaged
 */
export function checkSnapshot(snapshot: Uint8Array): HostState {
  checkHeader(snapshot);
  const hash = hashText(checksumOf(snapshot.subarray(HEADER_BYTES)));
  if (hash !== hashText(hashIn(snapshot))) {
    throw new SnapshotRefused(`the snapshot is damaged: the hash of its bytes is ${hash}`);
  }
  const [first] = recordsOf(snapshot);
  if (first?.type !== RecordType.Host) throw new SnapshotRefused("the snapshot has no beginning");
  try {
    return parseHostState(new TextDecoder("utf-8", { fatal: true }).decode(first.fields));
  } catch (error) {
    throw refusal("the first record of the snapshot cannot be understood", error);
  }
}

/** The files, in the order of their numbers, and a page store where one belongs. */
function attached(host: HostState, { files, pageStore }: Attachments): FileBacking[] {
  if (host.pageStore && pageStore === undefined) {
    throw new TypeError("attach.pageStore is missing: the machine had one");
  }
  if (!host.pageStore && pageStore !== undefined) {
    throw new RangeError("attach.pageStore: the machine had none");
  }
  return host.files.map((file) => {
    if (files === undefined) {
      throw new TypeError(`attach.files is missing: file ${nameOf(file)} belongs to the machine`);
    }
    const { number, name, sizeBytes } = file;
    const backing = files({ number, name, sizeBytes });
    checkBacking(backing);
    if (backing.sizeBytes !== sizeBytes) {
      throw new RangeError(
        `attach.files: file ${nameOf(file)} has ${backing.sizeBytes} bytes, and had ${sizeBytes}`,
      );
    }
    return backing;
  });
}

function nameOf({ number, name }: SnapshotFile): string {
  return name === "" ? String(number) : `${number}, ${JSON.stringify(name)},`;
}

async function made(
  host: HostState,
  { space, module, pageStore }: Pick<RestoreOptions, "space" | "module"> & Attachments,
  create: (options: MachineOptions) => Promise<Machine>,
): Promise<Machine> {
  const { options } = host;
  const window = space !== "translated" && !isWide(options.profile as ProfileName);
  const all = { ...options, version: options.version ?? undefined, window } as MachineOptions;
  try {
    settingsOf(all);
  } catch (error) {
    throw refusal("no machine can be made with the options of the snapshot", error);
  }
  return create({ ...all, module, pageStore });
}

/** The number of the space that gets the window, or 0. */
function windowOf(machine: Machine, host: HostState, space: RestoreOptions["space"]): number {
  if (space === "translated") return 0;
  const oldest = host.processes.find(({ exitCode }) => exitCode === null);
  if (oldest !== undefined && machine.hasWindow) return oldest.space;
  if (space === "windowed")
    throw new RangeError("space: no process of the snapshot can be windowed");
  return 0;
}

/** Load the records into the machine, and the pages that go into the page store. Those, by slot. */
async function loaded(
  machine: Machine,
  snapshot: Uint8Array,
  window: number,
): Promise<Map<number, Uint8Array>> {
  const stored = new Map<number, Uint8Array>();
  machine.core.state.load(window);
  for (const { position, bytes } of batchesOf(snapshot)) {
    for (let at = 0; at < bytes.length; ) {
      const { done, slot, refusal: why } = batchLoaded(machine, position + at, bytes.subarray(at));
      at += done;
      if (why !== undefined) {
        throw new SnapshotRefused(`byte ${position + at} of the snapshot: ${why}`);
      }
      if (slot === undefined) continue;
      const page = bytes.subarray(at - PAGE_BYTES, at);
      stored.set(slot, page);
      await machine.pager.storeLater(slot, page);
    }
  }
  return stored;
}

function batchLoaded(machine: Machine, position: number, bytes: Uint8Array) {
  try {
    return machine.core.state.records(bytes);
  } catch (error) {
    throw refusal(`byte ${position} of the snapshot or behind`, error);
  }
}

/** Records behind the host's, as many at a time as the core takes. */
function* batchesOf(snapshot: Uint8Array): Generator<{ position: number; bytes: Uint8Array }> {
  let begin = 0;
  let end = 0;
  for (const { type, position, bytes } of recordsOf(snapshot)) {
    if (position === HEADER_BYTES && type === RecordType.Host) {
      begin = position + bytes.length;
    } else if (bytes.length > TRANSFER_BYTES) {
      throw new SnapshotRefused(`byte ${position} of the snapshot: a record is too long`);
    } else if (position + bytes.length - begin > TRANSFER_BYTES) {
      yield { position: begin, bytes: snapshot.subarray(begin, end) };
      begin = position;
    }
    end = position + bytes.length;
  }
  if (end > begin) yield { position: begin, bytes: snapshot.subarray(begin, end) };
}

function refusal(place: string, error: unknown): SnapshotRefused {
  const why = error instanceof Error ? error.message : String(error);
  return new SnapshotRefused(`${place}: ${why}`, { cause: error });
}
