import { expect, test } from "vitest";
import type { TestModule } from "vitest/node";
import { closingLine, count } from "./reporter.ts";

interface Outcome {
  tests?: string[];
  errors?: number;
  suiteErrors?: number;
}

/** As much of vitest's module as the reporter looks at. */
function moduleWith({ tests = [], errors = 0, suiteErrors = 0 }: Outcome): TestModule {
  return {
    errors: () => Array.from({ length: errors }),
    children: {
      allSuites: () => [{ errors: () => Array.from({ length: suiteErrors }) }],
      allTests: () => tests.map((state) => ({ result: () => ({ state }) })),
    },
  } as unknown as TestModule;
}

test("tests are counted over all files", () => {
  const modules = [
    moduleWith({ tests: ["passed", "failed", "passed"] }),
    moduleWith({ tests: ["passed", "skipped"] }),
  ];
  expect(count(modules, [])).toEqual({ passed: 3, failed: 1, skipped: 1 });
});

test("what fails outside of a test is a failure", () => {
  expect(count([moduleWith({ errors: 1 })], []).failed).toBe(1);
  expect(count([moduleWith({ tests: ["passed"], suiteErrors: 1 })], []).failed).toBe(1);
  expect(count([moduleWith({ tests: ["passed"] })], [{ message: "late" }]).failed).toBe(1);
});

test("the closing line names skipped tests only if there are any", () => {
  expect(closingLine({ passed: 12, failed: 0, skipped: 0 })).toBe("12 passed, 0 failed");
  expect(closingLine({ passed: 1, failed: 2, skipped: 3 })).toBe("1 passed, 2 failed, 3 skipped");
});
