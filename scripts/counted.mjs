/**
 * The counting form of a module: it does what the module does, and adds to `steps` wherever work
 * can repeat. A step is a function entered, a turn of a loop, or 64 bytes begun of a bulk
 * instruction.
 */
import binaryen from "binaryen";

const STEP = "(global.set $steps (i32.add (global.get $steps) (i32.const 1)))";

const FUNCTION = /^ \(func /;
const LOCAL = /^ {2}\(local /;
const LOOP = /^ +\(loop /;
const BULK = /\(memory\.(copy|fill)\b/g;

/** `steps` counts modulo 2^32: what an action took is the difference before and after it. */
const COUNTER = `
 (global $steps (mut i32) (i32.const 0))
 (export "steps" (global $steps))
 (func $counted/bulk (param $bytes i32)
  (global.set $steps
   (i32.add
    (global.get $steps)
    (i32.add
     (i32.shr_u (local.get $bytes) (i32.const 6))
     (i32.ne (i32.and (local.get $bytes) (i32.const 63)) (i32.const 0))
    )
   )
  )
 )
 (func $counted/copy (param $to i32) (param $from i32) (param $bytes i32)
  (call $counted/bulk (local.get $bytes))
  (memory.copy (local.get $to) (local.get $from) (local.get $bytes))
 )
 (func $counted/fill (param $to i32) (param $value i32) (param $bytes i32)
  (call $counted/bulk (local.get $bytes))
  (memory.fill (local.get $to) (local.get $value) (local.get $bytes))
 )
)`;
const COUNTER_FUNCTIONS = 3;

/**
 * @param {string} text a module as binaryen writes it: one instruction a line, indented
 * @returns {Uint8Array} the module that counts
 * @throws Error where something that has to count is not where binaryen writes it
 */
export function counted(text) {
  /** @type {string[]} */
  const lines = [];
  let functions = 0;
  let loops = 0;
  let isHead = false;
  for (const line of text.trimEnd().slice(0, -1).split("\n")) {
    if (isHead && !LOCAL.test(line)) {
      lines.push(STEP);
      isHead = false;
    }
    lines.push(line.replace(BULK, "(call $counted/$1"));
    if (FUNCTION.test(line)) {
      functions += 1;
      isHead = true;
    } else if (LOOP.test(line)) {
      loops += 1;
      lines.push(STEP);
    }
  }
  if (loops !== (text.match(/\(loop\b/g)?.length ?? 0)) throw new Error("a loop is not counted");
  const module = binaryen.parseText(lines.join("\n") + COUNTER);
  if (functions + COUNTER_FUNCTIONS !== module.getNumFunctions()) {
    throw new Error("a function is not counted");
  }
  module.setFeatures(binaryen.Features.All);
  if (!module.validate()) throw new Error("the counting module is not valid");
  return module.emitBinary();
}
