/**
 * All rows. Each group runs in a process, or a page, of its own, so that what the engine learned
 * about one kind of memory does not slow down another, as in a program that has one kind.
 */
import { bulkRows } from "./bulk.mjs";
import { callRows } from "./calls.mjs";
import { wasmCallRows } from "./calls-wasm.mjs";
import { checkpointRows } from "./checkpoints.mjs";
import { forkRows } from "./forks.mjs";
import { growthRows } from "./growth.mjs";
import { guestMemoryRows } from "./guest-memory.mjs";
import { referenceRows } from "./reference.mjs";
import { sharingRows } from "./sharing.mjs";
import { sizeRows } from "./sizes.mjs";
import { wasmAccessRows } from "./wasm-access.mjs";

/** @type {{ title: string, rows: import("./rows.mjs").Row[] }[]} */
export const GROUPS = [
  { title: "WebAssembly, windowed", rows: wasmAccessRows("windowed") },
  { title: "WebAssembly, translated", rows: wasmAccessRows("translated") },
  { title: "v86 without memory", rows: referenceRows() },
  { title: "JavaScript, windowed", rows: guestMemoryRows("windowed") },
  { title: "JavaScript, translated", rows: guestMemoryRows("translated") },
  { title: "copy and fill", rows: bulkRows() },
  { title: "calls from JavaScript", rows: callRows() },
  { title: "calls from WebAssembly", rows: wasmCallRows() },
  { title: "shared pages", rows: sharingRows() },
  { title: "forks", rows: forkRows() },
  { title: "checkpoints", rows: checkpointRows() },
  { title: "by number of regions", rows: growthRows("regions") },
  { title: "by committed memory", rows: growthRows("committed") },
  { title: "by number of processes", rows: growthRows("processes") },
  { title: "memory and module", rows: sizeRows() },
];
