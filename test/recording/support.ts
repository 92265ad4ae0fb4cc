import { expect } from "vitest";
import type { Machine, MachineOptions, Process } from "../../src/index.ts";
import {
  Playback,
  Recorder,
  type ReplayedRecording,
  replayRecording,
} from "../../src/recording.ts";
import { memoryText } from "../faces/shown.ts";
import { coreModule, createMachine } from "../setup/machine.ts";

/** A recording, and the machine that it was made of. */
export interface Recorded {
  readonly machine: Machine;
  readonly text: string;
}

export type Program = (machine: Machine) => unknown;

/** Run a program on a machine of its own, and record it. */
export async function record(
  program: Program,
  options: MachineOptions = { profile: "win32" },
): Promise<Recorded> {
  const machine = await createMachine(options);
  let text = "";
  const recorder = new Recorder(machine, (line) => {
    text += line;
  });
  await program(machine);
  recorder.stop();
  return { machine, text };
}

export function replay(text: string): Promise<ReplayedRecording> {
  return replayRecording(text, { module: coreModule() });
}

/** The same, step by step: it must come to what the replay at once has come to. */
export async function playSlowly(text: string): Promise<Playback> {
  const playback = await Playback.open(text, { module: coreModule() });
  await playback.seek(playback.length);
  expect(playback.differences).toEqual([]);
  return playback;
}

/** The rows of a recording, without the header and hashes. */
export function rowsOf(text: string): Record<string, unknown>[] {
  return allRowsOf(text).filter((row) => !("hash" in row));
}

/** The hashes of a recording. */
export function hashesOf(text: string): unknown[] {
  return allRowsOf(text).flatMap((row) => ("hash" in row ? [row.hash] : []));
}

function allRowsOf(text: string): Record<string, unknown>[] {
  const [, ...lines] = text.trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line));
}

/** What can be seen of a machine: its processes, and all memory of each. */
export function stateOf(machine: Machine): unknown {
  return {
    counters: { ...machine.counters, records: 0, memoryBytes: 0 },
    processes: machine.processes.map((process) => ({
      id: process.id,
      counters: process.counters,
      lastError: process.currentThread.lastError,
      memory: memoryText(process as Process),
    })),
  };
}

/** Record, take everything away that the program had, replay: equal answers, and an equal state. */
export async function roundTrip(program: Program, options?: MachineOptions): Promise<Recorded> {
  const recorded = await record(program, options);
  const { differences, failed, passed, machine } = await replay(recorded.text);
  expect(differences).toEqual([]);
  expect(failed).toBe(0);
  expect(passed).toBeGreaterThan(0);
  const played = (await playSlowly(recorded.text)).machine;
  // Looking may bring pages, so each is looked at once.
  const state = stateOf(recorded.machine);
  expect(stateOf(machine)).toEqual(state);
  expect(stateOf(played)).toEqual(state);
  if (machine.pager.answersLater) return recorded;
  expect(machine.hash()).toBe(recorded.machine.hash());
  expect(played.hash()).toBe(recorded.machine.hash());
  return recorded;
}
