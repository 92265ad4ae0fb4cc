/**
 * Optimizes the release core as `asc` compiled it. Done here and not by `asc`, which inlines small
 * functions everywhere: the module would be half as large again
 * (docs/decisions/006-inlining-where-it-counts.md).
 */
import { readFileSync, writeFileSync } from "node:fs";
import binaryen from "binaryen";
import { fail, root } from "./run.mjs";

/** What every engine of the last years has. */
const FEATURES =
  binaryen.Features.MutableGlobals |
  binaryen.Features.SignExt |
  binaryen.Features.NontrappingFPToInt |
  binaryen.Features.BulkMemory |
  binaryen.Features.BulkMemoryOpt;

/** Functions that are not inlined beyond the least size: what runs once a call, not once a page. */
const ONCE_A_CALL = [
  "nt/*",
  "abi/*",
  "object/*",
  "page/extra*",
  ...["awe", "bulk", "change", "debug", "enclave", "extras", "large", "pager", "request"],
  ...["room", "spaces", "stack", "thread", "verify", "view", "working", "written"],
].map((name) => `assembly/${name.includes("/") ? name : `virt/${name}*`}`);

/** Sizes up to which functions are inlined wherever they are called; binaryen's unit. */
const INLINED_ANYWHERE = 2;
const INLINED_OFTEN_CALLED = 9;
const ROUNDS = 2;

/** @param {number} size */
function inlineUpTo(size) {
  binaryen.setAlwaysInlineMaxSize(size);
  binaryen.setOneCallerInlineMaxSize(-1);
}

/**
 * Reading what was written forgets which functions must not be inlined.
 *
 * @param {Uint8Array} bytes
 */
function read(bytes) {
  const module = binaryen.readBinary(bytes);
  module.setFeatures(FEATURES);
  return module;
}

export function optimize() {
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(1);
  binaryen.setDebugInfo(true);
  // Nothing lies below 1,024 (assembly/base/layout.ts): loads and stores may take up offsets.
  binaryen.setLowMemoryUnused(true);
  binaryen.setGenerateStackIR(true);
  binaryen.setOptimizeStackIR(true);
  const first = read(readFileSync(`${root}/build/core.plain.wasm`));
  inlineUpTo(2);
  first.optimize();
  for (const pattern of ONCE_A_CALL) {
    binaryen.setPassArgument("no-inline", pattern);
    first.runPasses(["no-inline"]);
  }
  inlineUpTo(INLINED_OFTEN_CALLED);
  first.runPasses(["inlining-optimizing"]);

  const second = read(first.emitBinary());
  inlineUpTo(INLINED_ANYWHERE);
  for (let round = 0; round < ROUNDS; round += 1) second.optimize();
  // The most called functions get the shortest numbers.
  second.runPasses(["reorder-functions"]);
  if (!second.validate()) throw new Error("the optimized core is not valid");
  writeFileSync(`${root}/build/core.release.wat`, second.emitText());
  binaryen.setDebugInfo(false);
  writeFileSync(`${root}/build/core.release.wasm`, second.emitBinary());
}

try {
  optimize();
} catch (error) {
  fail(error);
}
