import { Machine } from "../../machine.ts";
import type { MachineOptions } from "../../options.ts";
import type { PageStore } from "../../page-store.ts";
import type { Encoded } from "../../recording/values.ts";
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

/** What machines are made by that were saved. */
interface Restores {
  restore(bytes: Uint8Array, parts: object): Promise<Machine>;
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
  const { differences, answers } = player;
  const lines = new Set(differences.map(({ line }) => line));
  const failed = lines.size;
  return { machine, passed: Math.max(answers - failed, 0), failed, differences };
}

function partsOf(
  pageStore: Encoded | undefined,
  stubs: Stubs,
  module: WebAssembly.Module | undefined,
): Pick<MachineOptions, "pageStore" | "module"> {
  if (pageStore === undefined) return { module };
  const stub = stubs.find(pageStore as Readonly<Record<string, Encoded>>);
  return { module, pageStore: stub as PageStore | undefined };
}

async function machineOf(
  { options, snapshot }: Recording,
  profile: string,
  parts: Pick<MachineOptions, "pageStore" | "module">,
  file: string,
): Promise<Machine> {
  try {
    const all = { ...options, profile, ...parts } as MachineOptions;
    if (snapshot === undefined) return await Machine.create(all);
    const { restore } = Machine as unknown as Partial<Restores>;
    if (restore === undefined) throw new RangeError("this machine restores no snapshots");
    return await restore.call(Machine, snapshot, { attach: parts });
  } catch (error) {
    const isWrong = error instanceof RangeError || error instanceof TypeError;
    throw isWrong ? new TraceError(file, 1, `options: ${error.message}`) : error;
  }
}
