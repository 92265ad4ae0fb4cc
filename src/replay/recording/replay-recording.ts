import { Machine } from "../../machine.ts";
import { MemoryPageStore } from "../../memory-page-store.ts";
import type { MachineOptions } from "../../options.ts";
import type { PageStore } from "../../page-store.ts";
import type { Encoded } from "../../recording/values.ts";
import { SnapshotRefused } from "../../snapshot/format.ts";
import { parseTrace } from "../parse.ts";
import type { ReplayResult } from "../replay.ts";
import { type Trace, TraceError } from "../trace.ts";
import { Player, type PlayerOptions } from "./player.ts";
import type { Recording } from "./recording.ts";
import { Stubs } from "./stubs.ts";

export interface ReplayRecordingOptions extends PlayerOptions {
  /** A core compiled by the caller. Default: the one in this package. */
  readonly module?: WebAssembly.Module | undefined;
}

/** The replayed machine, and how it did. */
export interface ReplayedRecording extends ReplayResult {
  readonly machine: Machine;
}

/**
 * Make the calls of a recording again, on a machine of its own, and compare each answer. Goes on
 * after a difference.
 *
 * @param text a whole recording
 * @throws Error with the line of a row that is malformed; RangeError, TypeError for options of a
 *   machine that there cannot be
 */
export async function replayRecording(
  text: string,
  options: ReplayRecordingOptions = {},
): Promise<ReplayedRecording> {
  const trace = parseTrace(text, "recording");
  if (trace.recording === undefined) {
    throw new TraceError(trace.file, 1, "calls that were not recorded with their machine");
  }
  return playRecording(trace, trace.recording, options);
}

export async function playRecording(
  { profile, file }: Trace,
  recording: Recording,
  options: ReplayRecordingOptions,
): Promise<ReplayedRecording> {
  let player: Player | undefined;
  const stubs = new Stubs(
    (host, method, parameters) => player?.called(host, method, parameters),
    (host, field) => player?.read(host, field),
  );
  const parts = partsOf(recording.pageStore, stubs, options.module);
  const machine = await machineOf(recording, profile, parts, file);
  player = new Player(recording, machine, stubs, options);
  await player.play();
  if (parts.pageStore !== undefined) machine.pager.replaceStore(parts.kept, parts.kept);
  const { differences, answers } = player;
  const lines = new Set(differences.map(({ line }) => line));
  const failed = lines.size;
  return { machine, passed: Math.max(answers - failed, 0), failed, differences };
}

function partsOf(
  pageStore: Encoded | undefined,
  stubs: Stubs,
  module: WebAssembly.Module | undefined,
): Pick<MachineOptions, "pageStore" | "module"> & { readonly kept: MemoryPageStore } {
  const kept = new MemoryPageStore();
  if (pageStore === undefined) return { module, kept };
  const stub = stubs.find(pageStore as Readonly<Record<string, Encoded>>) as PageStore;
  return { module, pageStore: keeping(stub, kept), kept };
}

/** The store with the recorded answers; what it took is kept, for the hash and for afterwards. */
function keeping(store: PageStore, kept: PageStore): PageStore {
  return {
    write(slot, bytes) {
      const copy = bytes.slice();
      const later = store.write(slot, bytes);
      if (later instanceof Promise) return later.then(() => kept.write(slot, copy));
      return kept.write(slot, copy);
    },
    read: (slot, target) => store.read(slot, target),
  };
}

async function machineOf(
  { options, snapshot }: Recording,
  profile: string,
  { kept, ...parts }: ReturnType<typeof partsOf>,
  file: string,
): Promise<Machine> {
  try {
    if (snapshot !== undefined) return await Machine.restore(snapshot, { module: parts.module });
    const machine = await Machine.create({ ...options, profile, ...parts } as MachineOptions);
    if (parts.pageStore !== undefined) machine.pager.replaceStore(parts.pageStore, kept);
    return machine;
  } catch (error) {
    if (error instanceof SnapshotRefused) throw new TraceError(file, 1, error.message);
    const isWrong = error instanceof RangeError || error instanceof TypeError;
    throw isWrong ? new TraceError(file, 1, `options: ${error.message}`) : error;
  }
}
