/**
 * Recordings of what a program does with a machine, and their replay without the program: at once,
 * or step by step.
 *
 * @example
 * import { Recorder, replayRecording } from "guardpage/recording";
 *
 * const lines: string[] = [];
 * const recorder = new Recorder(machine, (line) => lines.push(line));
 * run(machine);
 * recorder.stop();
 * const { failed } = await replayRecording(lines.join(""));
 *
 * @module guardpage/recording
 */
export { Recorder, type RecorderOptions } from "./recording/recorder.ts";
export type { Sink } from "./recording/rows.ts";
export type { Difference, NotBuilt, RunsText } from "./replay/difference.ts";
export { Playback, type PlaybackOptions, type PlayedStep } from "./replay/playback.ts";
export {
  type ReplayedRecording,
  type ReplayRecordingOptions,
  replayRecording,
} from "./replay/recording/replay-recording.ts";
export {
  type Answer,
  type ExceptionText,
  type MemoryInformationText,
  TraceError,
} from "./replay/trace.ts";
