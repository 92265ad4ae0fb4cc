import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decision, findProgram, toolsAreRequired } from "./setup/tools.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "guardpage-tools-"));
  for (const name of ["second", "plain"]) writeFileSync(join(folder, name), "#!/bin/sh\n");
  chmodSync(join(folder, "second"), 0o755);
  chmodSync(join(folder, "plain"), 0o644);
});
afterAll(() => rmSync(folder, { recursive: true }));

test("a program is found by any of its names, if it can be run", () => {
  const path = ["/missing", folder].join(delimiter);
  expect(findProgram(["first", "second"], path)).toBe(join(folder, "second"));
  expect(findProgram(["first"], path)).toBeUndefined();
  expect(findProgram(["second"], "")).toBeUndefined();
  expect(findProgram(["second"], undefined)).toBeUndefined();
});

test.skipIf(process.platform === "win32")("a file that cannot be run is no program", () => {
  expect(findProgram(["plain"], folder)).toBeUndefined();
});

test.each([
  [{}, false],
  [{ CI: "" }, false],
  [{ CI: "false" }, false],
  [{ CI: "true" }, true],
  [{ CI: "1" }, true],
  [{ GUARDPAGE_REQUIRE_TOOLS: "1" }, true],
  [{ GUARDPAGE_REQUIRE_TOOLS: "0" }, false],
  [{ CI: "false", GUARDPAGE_REQUIRE_TOOLS: "1" }, true],
])("%j: tools are required: %s", (environment, required) => {
  expect(toolsAreRequired(environment)).toBe(required);
});

test("tests run with their tool, fail without it where it is required, else are left out", () => {
  expect(decision("/usr/bin/chromium", { CI: "1" })).toBe("run");
  expect(decision("/usr/bin/chromium", {})).toBe("run");
  expect(decision(undefined, { CI: "1" })).toBe("fail");
  expect(decision(undefined, {})).toBe("leave out");
});
