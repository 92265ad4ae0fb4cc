import { Machine } from "../../machine.ts";
import { MemoryPageStore } from "../../memory-page-store.ts";
import type { MachineOptions } from "../../options.ts";
import { checkStore, type PageStore } from "../../page-store.ts";
import type { Encoded } from "../../recording/values.ts";
import { SnapshotRefused } from "../../snapshot/format.ts";
import { parseTrace } from "../parse.ts";
import type { ReplayResult } from "../replay.ts";
import { type Trace, TraceError } from "../trace.ts";
import { Player, type PlayerOptions } from "./player.ts";
import type { Recording } from "./recording.ts";
import { Stubs } from "./stubs.ts";

/** How a recording is replayed. */
export interface ReplayRecordingOptions extends PlayerOptions {
  /** A core compiled by the caller. Default: the one in this package. */
  readonly module?: WebAssembly.Module | undefined;
}

/** The replayed machine, and how it did. */
export interface ReplayedRecording extends ReplayResult {
  /** As it is after the last call. */
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
  trace: Trace,
  recording: Recording,
  options: ReplayRecordingOptions,
): Promise<ReplayedRecording> {
  const { machine, player, end } = await beginRecording(trace, recording, options);
  await player.play();
  end();
  const { differences, answers } = player;
  const lines = new Set(differences.map(({ line }) => line));
  const failed = lines.size;
  return { machine, passed: Math.max(answers - failed, 0), failed, differences };
}

/** A recording of which no step was made yet. */
export interface BegunRecording {
  readonly machine: Machine;
  readonly player: Player;
  /** To be called when all steps were made: the machine needs the recording no more. */
  end(): void;
}

/** @throws TraceError where the header has no machine */
export async function beginRecording(
  { profile, file }: Trace,
  recording: Recording,
  options: ReplayRecordingOptions,
): Promise<BegunRecording> {
  let player: Player | undefined;
  const stubs = new Stubs(
    (host, method, parameters) => player?.called(host, method, parameters),
    (host, field) => player?.read(host, field),
  );
  const { kept, machine } = await machineOf(recording, profile, stubs, options).catch((error) => {
    throw refusal(file, error);
  });
  const begun = new Player(recording, machine, stubs, options);
  player = begun;
  const end = () => {
    begun.leave();
    if (recording.pageStore !== undefined) machine.pager.replaceStore(kept, kept);
  };
  return { machine, player, end };
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
  { options, pageStore, snapshot }: Recording,
  profile: string,
  stubs: Stubs,
  { module, space }: ReplayRecordingOptions,
): Promise<{ readonly machine: Machine; readonly kept: MemoryPageStore }> {
  const kept = new MemoryPageStore();
  if (snapshot !== undefined) {
    return { machine: await Machine.restore(snapshot, { module, space }), kept };
  }
  const window = space === "translated" ? { window: false } : {};
  const all = { ...options, ...window, profile, module } as MachineOptions;
  if (pageStore === undefined) return { machine: await Machine.create(all), kept };
  const stub = stubs.find(pageStore as Readonly<Record<string, Encoded>>);
  checkStore(stub);
  const store = keeping(stub as PageStore, kept);
  const machine = await Machine.create({ ...all, pageStore: store });
  machine.pager.replaceStore(store, kept);
  return { machine, kept };
}

/** A machine that cannot be made is the header's fault. */
function refusal(file: string, error: unknown): unknown {
  if (error instanceof SnapshotRefused) return new TraceError(file, 1, error.message);
  const isWrong = error instanceof RangeError || error instanceof TypeError;
  return isWrong ? new TraceError(file, 1, `options: ${error.message}`) : error;
}
