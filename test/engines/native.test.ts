import { beforeAll, describe, test } from "vitest";
import { describeWith } from "../setup/tools.ts";
import { inC } from "./compiled.mjs";
import { everyProgramOnce, everySeed, expectOneAnswer, firstSeed, steps } from "./expected.ts";
import { compileDriver } from "./files.mjs";
import { inInterpreter } from "./interpreter.mjs";
import type { Order } from "./program.mjs";

/** The interpreter takes a hundred times as long: one program on each of the other cores. */
const PAGING_WIN32 = 1;
const PAGING_WIN64 = 3;

beforeAll(compileDriver);

describe("without JavaScript there is the same answer", () => {
  describeWith("wasm2c", "wasm2c", (wasm2c) => {
    describeWith("C compiler", "wasm2c", (cc) => {
      // Its version 1.0.32 knows no SIMD.
      const orders = [...everySeed("release"), ...everyProgramOnce("debug")];
      test("in C", { timeout: 300_000 }, async () => {
        await expectOneAnswer(orders, await inC({ wasm2c, cc }, orders));
      });
    });
  });

  describeWith("spectest-interp", "wabt's interpreter", (program) => {
    const once = { kind: 0, seed: firstSeed, steps } as const;
    const orders: Order[] = [
      ...everyProgramOnce("release"),
      { ...once, core: "simd", program: PAGING_WIN32 },
      { ...once, core: "debug", program: PAGING_WIN64 },
    ];
    test("in wabt's interpreter", { timeout: 300_000 }, async () => {
      await expectOneAnswer(orders, await inInterpreter(program, orders));
    });
  });
});
