import { describe, expect, test } from "vitest";
import { counted } from "../../scripts/counted.mjs";
import { breaches } from "./growth.ts";

/** As binaryen writes it. */
const MODULE = `(module
 (memory $0 1)
 (export "turns" (func $turns))
 (export "calls" (func $calls))
 (export "fill" (func $fill))
 (export "copy" (func $copy))
 (export "memory" (memory $0))
 (func $turns (param $0 i32) (result i32)
  (local $1 i32)
  (loop $label
   (if
    (local.get $0)
    (then
     (local.set $1
      (i32.add
       (local.get $1)
       (local.get $0)
      )
     )
     (local.set $0
      (i32.sub
       (local.get $0)
       (i32.const 1)
      )
     )
     (br $label)
    )
   )
  )
  (local.get $1)
 )
 (func $calls
  (call $nothing)
  (call $nothing)
 )
 (func $nothing
 )
 (func $fill (param $0 i32)
  (memory.fill
   (i32.const 16)
   (i32.const 7)
   (local.get $0)
  )
 )
 (func $copy (param $0 i32)
  (memory.copy
   (i32.const 1024)
   (i32.const 16)
   (local.get $0)
  )
 )
)
`;

type Exports = Record<"turns" | "calls" | "fill" | "copy", (count: number) => number> & {
  readonly memory: WebAssembly.Memory;
  readonly steps: WebAssembly.Global;
};

function counting(text: string): Exports {
  const module = new WebAssembly.Module(counted(text) as Uint8Array<ArrayBuffer>);
  return new WebAssembly.Instance(module, {}).exports as unknown as Exports;
}

describe("a counting module", () => {
  const exports = counting(MODULE);
  const steps = (name: "turns" | "calls" | "fill" | "copy", count: number) => {
    const before = exports.steps.value;
    exports[name](count);
    return exports.steps.value - before;
  };

  test.each([0, 1, 1000])("counts the function and %i turns of its loop and the last", (count) => {
    expect(steps("turns", count)).toBe(1 + count + 1);
  });

  test("counts every function that is entered", () => {
    expect(steps("calls", 0)).toBe(3);
  });

  test.each([
    [0, 0],
    [1, 1],
    [64, 1],
    [65, 2],
    [4096, 64],
  ])("counts %i bytes that are filled or copied as %i", (bytes, expected) => {
    expect(steps("fill", bytes)).toBe(1 + expected);
    expect(steps("copy", bytes)).toBe(1 + expected);
  });

  test("does what it did before", () => {
    expect(exports.turns(10)).toBe(55);
    exports.fill(3);
    exports.copy(4);
    expect([...new Uint8Array(exports.memory.buffer, 1024, 4)]).toEqual([7, 7, 7, 7]);
    exports.fill(0);
  });

  test("is refused where a loop is not on a line of its own", () => {
    const text = MODULE.replace(" (func $nothing\n )", " (func $nothing\n  (block (loop))\n )");
    expect(() => counting(text)).toThrow("a loop is not counted");
  });

  test("is refused where a function is not on lines of its own", () => {
    const text = MODULE.replace("\n (func $nothing\n )", " (func $nothing)");
    expect(() => counting(text)).toThrow("a function is not counted");
  });
});

describe("two steps a doubling", () => {
  const sizes = Array.from({ length: 13 }, (_, doublings) => 16 * 2 ** doublings);

  test.each<[string, (size: number) => number]>([
    ["nothing", () => 100],
    ["two steps each time", (size) => 100 + 2 * Math.log2(size)],
    ["a level now and then", (size) => 100 + 12 * Math.ceil(Math.log(size) / Math.log(44))],
    ["less", (size) => 1000 / size],
  ])("allows what adds %s", (_, steps) => {
    expect(breaches(sizes.map(steps))).toEqual([]);
  });

  test.each<[string, (size: number) => number]>([
    ["a step for 1,024 regions", (size) => 100 + size / 1024],
    ["three steps each time", (size) => 100 + 3 * Math.log2(size)],
    ["the root of their number", (size) => 100 + Math.sqrt(size)],
    ["what is gone again at the end", (size) => (size === 1024 ? 200 : 100)],
  ])("reports what adds %s", (_, steps) => {
    expect(breaches(sizes.map(steps))).not.toEqual([]);
  });
});
