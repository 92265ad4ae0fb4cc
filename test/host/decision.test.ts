import { expect, test } from "vitest";
import { packDecision, unpackDecision } from "../../src/decision.ts";
import { createGuest } from "./support.ts";

test.each([
  ["2.1#9", (2 << 26) | (1 << 20) | 9],
  ["2.3#C5", (2 << 26) | (3 << 20) | (3 << 15) | 5],
  ["5.2#6a", (5 << 26) | (2 << 20) | (1 << 10) | 6],
  ["2.1#0a", (2 << 26) | (1 << 20) | (1 << 10)],
  ["17.21", (17 << 26) | (21 << 20)],
  ["13", 13 << 26],
])("%s", (rule, packed) => {
  expect(packDecision(rule)).toBe(packed >>> 0);
  expect(unpackDecision(packed >>> 0)).toBe(rule);
});

test("sections from 32 on use the sign bit", () => {
  expect(packDecision("63.63#Z1023z")).toBeGreaterThan(0x7fffffff);
  expect(unpackDecision(packDecision("63.63#Z1023z"))).toBe("63.63#Z1023z");
});

test("0 is no rule", () => {
  expect(unpackDecision(0)).toBe("");
});

test.each(["", "2.", "2.1#", "a", "2.1#c5", "2.1#5A", "2.1.3"])("%j is no rule", (rule) => {
  expect(() => packDecision(rule)).toThrow(RangeError);
});

test("a machine that was asked nothing has none", async () => {
  const { createMachine } = await import("../setup/machine.ts");
  expect((await createMachine()).decision).toBe("");
});

test("each call leaves its own", async () => {
  const { kernel32, machine } = await createGuest();
  kernel32.VirtualFree(0x50000000, 0, 0x8000);
  expect(machine.decision).toBe("3.1#7");
  kernel32.OpenProcess(0, 0, 0);
  expect(machine.decision).toBe("17.8");
  kernel32.IsBadReadPtr(0, 1);
  expect(machine.decision).toBe("3.7");
  kernel32.GetSystemInfo({});
  expect(machine.decision).toBe("17.7");
});
