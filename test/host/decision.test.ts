import { expect, test } from "vitest";
import { packDecision, unpackDecision } from "../../src/decision.ts";
import { createGuest } from "./support.ts";

test.each([
  ["2.1#9", (2 << 12) | (1 << 7) | 9],
  ["2.3#C5", (3 << 22) | (2 << 12) | (3 << 7) | 5],
  ["5.2#6a", (1 << 17) | (5 << 12) | (2 << 7) | 6],
  ["2.1#0a", (1 << 17) | (2 << 12) | (1 << 7)],
  ["17.21", (17 << 12) | (21 << 7)],
  ["13", 13 << 12],
])("%s", (rule, packed) => {
  expect(packDecision(rule)).toBe(packed);
  expect(unpackDecision(packed)).toBe(rule);
});

test("the highest of everything fits", () => {
  expect(packDecision("31.31#Z127z")).toBeLessThan(2 ** 27);
  expect(unpackDecision(packDecision("31.31#Z127z"))).toBe("31.31#Z127z");
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
