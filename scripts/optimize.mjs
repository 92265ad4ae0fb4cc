/**
 * Optimizes a release core as `asc` compiled it. Done here and not by `asc`, which inlines small
 * functions everywhere: the module would be half as large again
 * (docs/decisions/008-fast-where-programs-are.md).
 */
import { readFileSync, writeFileSync } from "node:fs";
import binaryen from "binaryen";
import { fail, root } from "./run.mjs";
import { usualCalls } from "./usual-calls.mjs";

/** What every engine of the last years has. */
const FEATURES =
  binaryen.Features.MutableGlobals |
  binaryen.Features.SignExt |
  binaryen.Features.NontrappingFPToInt |
  binaryen.Features.BulkMemory |
  binaryen.Features.BulkMemoryOpt;
const SIMD = FEATURES | binaryen.Features.SIMD128;
const THREADS = FEATURES | binaryen.Features.Atomics;

/** The first context, for cores that are told which one is theirs (assembly/base/layout.ts). */
const FIRST_CONTEXT = 0x10000;
/** Pages of 64 KB, as in asconfig.threads.json. */
const SHARED_PAGES = { initial: 48, maximum: 65535, shared: true };

/** Sizes up to which functions are inlined wherever they are called; binaryen's unit. */
const INLINED_ANYWHERE = 2;
const INLINED_IN_TWINS = 26;
/** Functions of more lines of text have no slow form beside their fast twin. */
const SLOW_LINES = 60;
const ROUNDS = 2;
/** How often the usual calls are made; what is entered less often belongs to none of them. */
const CALL_ROUNDS = 20;

/** The names of fast twins end so. */
const FAST = "+fast";

/** @param {number} size */
function inlineUpTo(size) {
  binaryen.setAlwaysInlineMaxSize(size);
  binaryen.setOneCallerInlineMaxSize(-1);
}

/**
 * Reading what was written forgets which functions must not be inlined.
 *
 * @param {Uint8Array | string} source binary or text
 * @param {number} features
 */
function read(source, features) {
  const module =
    typeof source === "string" ? binaryen.parseText(source) : binaryen.readBinary(source);
  module.setFeatures(features);
  return module;
}

/**
 * The functions of a module in text form: header, locals, body.
 *
 * @param {string} text
 */
function* functionsOf(text) {
  for (const match of text.matchAll(/^ \(func (\$[^ )\n]+).*\n(?: {2}\(local .*\n)*/gm)) {
    const end = text.indexOf("\n )\n", match.index) + 4;
    yield { name: match[1] ?? "", start: match.index, body: match.index + match[0].length, end };
  }
}

/** What cores for shared memory import; the others take no notice. */
function imported() {
  const memory = new WebAssembly.Memory(SHARED_PAGES);
  return { env: { memory }, agent: { context: FIRST_CONTEXT } };
}

/**
 * Names of the functions that the usual calls enter: in every round, in one of the places at least.
 *
 * @param {string} text of the core
 * @param {number} features
 */
function usualFunctions(text, features) {
  const functions = [...functionsOf(text)];
  let counting = "";
  let done = 0;
  for (const [index, { body }] of functions.entries()) {
    counting += `${text.slice(done, body)}  (call $entered (i32.const ${index}))\n`;
    done = body;
  }
  counting += text.slice(done);
  counting = counting.replace(
    /^\(module\n/,
    '(module\n (import "count" "entered" (func $entered (param i32)))\n',
  );
  const counts = new Uint32Array(functions.length);
  const usual = new Set();
  const settle = () => {
    for (const [index, { name }] of functions.entries()) {
      if ((counts[index] ?? 0) >= CALL_ROUNDS) usual.add(name);
    }
    counts.fill(0);
  };
  const module = new WebAssembly.Module(Uint8Array.from(read(counting, features).emitBinary()));
  const entered = (/** @type {number} */ index) => {
    counts[index] = (counts[index] ?? 0) + 1;
  };
  const instantiate = () => {
    settle();
    return new WebAssembly.Instance(module, { count: { entered }, ...imported() }).exports;
  };
  usualCalls(instantiate, () => counts.fill(0), CALL_ROUNDS);
  settle();
  return usual;
}

/**
 * Gives each of these functions a twin that calls the twins of the others, and into which they are
 * inlined. The twins of long ones, and those that are exported, take the place of the originals.
 *
 * @param {string} text
 * @param {Set<string>} names
 */
function withFastTwins(text, names) {
  const replaced = new Set();
  let twins = "";
  for (const { name, start, end } of functionsOf(text)) {
    if (!names.has(name)) continue;
    const original = text.slice(start, end);
    if (original.split("\n").length > SLOW_LINES) replaced.add(name);
    twins += callingTwins(original, names).replace(`(func ${name}`, `(func ${name}${FAST}`);
  }
  const exporting = text.replace(/\(export "[^"]+" \(func (\$[^ )]+)\)\)/g, (line, name) =>
    names.has(name) ? line.replace(name, `${name}${FAST}`) : line,
  );
  return callingTwins(exporting, replaced).replace(/\)\s*$/, `${twins})\n`);
}

/** @param {string} text @param {Set<string>} names */
function callingTwins(text, names) {
  return text.replace(/\(call (\$[^ )\n]+)/g, (call, called) =>
    names.has(called) ? `${call}${FAST}` : call,
  );
}

/**
 * @param {string} target as asconfig.json and the files in build/ name it
 * @param {number} features
 */
function optimize(target, features) {
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(1);
  binaryen.setDebugInfo(true);
  // Nothing lies below 1,024 (assembly/base/layout.ts): loads and stores may take up offsets.
  binaryen.setLowMemoryUnused(true);
  binaryen.setGenerateStackIR(true);
  binaryen.setOptimizeStackIR(true);
  const plain = read(readFileSync(`${root}/build/core.${target}.plain.wasm`), features).emitText();
  const usual = usualFunctions(plain, features);
  const first = read(withFastTwins(plain, usual), features);
  first.runPasses([
    "remove-unused-module-elements",
    "simplify-globals",
    "propagate-globals-globally",
    "precompute",
    "optimize-instructions",
    "simplify-locals",
    "vacuum",
    "coalesce-locals",
    "vacuum",
  ]);
  for (const { name } of functionsOf(first.emitText())) {
    if (name.endsWith(FAST)) continue;
    binaryen.setPassArgument("no-inline", name.slice(1));
    first.runPasses(["no-inline"]);
  }
  inlineUpTo(INLINED_IN_TWINS);
  first.runPasses(["inlining-optimizing"]);

  const second = read(first.emitBinary(), features);
  inlineUpTo(INLINED_ANYWHERE);
  for (let round = 0; round < ROUNDS; round += 1) second.optimize();
  // The most called functions get the shortest numbers.
  second.runPasses(["reorder-functions"]);
  if (!second.validate()) throw new Error("the optimized core is not valid");
  writeFileSync(`${root}/build/core.${target}.wat`, second.emitText());
  binaryen.setDebugInfo(false);
  writeFileSync(`${root}/build/core.${target}.wasm`, second.emitBinary());
}

const [target = ""] = process.argv.slice(2);
try {
  if (target === "release") optimize(target, FEATURES);
  else if (target === "simd") optimize(target, SIMD);
  else if (target === "threads") optimize(target, THREADS);
  else throw new Error("optimize.mjs release|simd|threads");
} catch (error) {
  fail(error);
}
