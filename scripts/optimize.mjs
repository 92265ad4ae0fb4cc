/**
 * Optimizes the release core as `asc` compiled it. Done here and not by `asc`, which inlines so
 * much that the module is 1.4 times as large for the same speed
 * (docs/decisions/006-inlining-by-size.md).
 */
import { readFileSync, writeFileSync } from "node:fs";
import binaryen from "binaryen";
import { fail, root } from "./run.mjs";

/** Functions that are called from several places are inlined up to this size; binaryen's unit. */
const INLINED_MOST = 20;
const INLINED_ALWAYS = 2;
const ROUNDS = 2;

/** What every engine of the last years has. */
const FEATURES =
  binaryen.Features.MutableGlobals |
  binaryen.Features.SignExt |
  binaryen.Features.NontrappingFPToInt |
  binaryen.Features.BulkMemory |
  binaryen.Features.BulkMemoryOpt;

export function optimize() {
  const module = binaryen.readBinary(readFileSync(`${root}/build/core.plain.wasm`));
  module.setFeatures(FEATURES);
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  binaryen.setAlwaysInlineMaxSize(INLINED_ALWAYS);
  binaryen.setFlexibleInlineMaxSize(INLINED_MOST);
  binaryen.setOneCallerInlineMaxSize(-1);
  binaryen.setDebugInfo(false);
  for (let round = 0; round < ROUNDS; round += 1) module.optimize();
  // The most called functions get the shortest numbers.
  module.runPasses(["reorder-functions"]);
  if (!module.validate()) throw new Error("the optimized core is not valid");
  writeFileSync(`${root}/build/core.release.wasm`, module.emitBinary());
  writeFileSync(`${root}/build/core.release.wat`, module.emitText());
  module.dispose();
}

try {
  optimize();
} catch (error) {
  fail(error);
}
