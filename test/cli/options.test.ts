import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { guardpage, recorded } from "./guardpage.ts";

const BUNDLE = recorded("esbuild-ia32-bundle");
const BIOME = recorded("biome-x64-format");

describe("options", () => {
  const REFUSED: readonly (readonly [message: string, args: readonly string[]])[] = [
    ["error: missing required argument 'file'", ["replay"]],
    ["error: missing required argument 'file'", ["map"]],
    ["error: too many arguments", ["map", BUNDLE, BIOME]],
    ["error: unknown command 'film'", ["film", BUNDLE]],
    ["error: unknown option '--fast'", ["replay", "--fast", BUNDLE]],
    ["Allowed choices are win32, win32-2g, win32-3g", ["replay", "--profile", "vms", BUNDLE]],
    ["error: option '--profile <name>' argument missing", ["replay", BUNDLE, "--profile"]],
    ["Allowed choices are windowed, translated", ["replay", "--space", "flat", BUNDLE]],
    ["option '--map' cannot be used with option '--json'", ["replay", "--map", "--json", BUNDLE]],
    ["windowed", ["replay", "--space", "windowed", BIOME]],
  ];

  it.each(REFUSED)("%s: exit code 2", (message, args) => {
    const { code, stdout, stderr } = guardpage(...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });

  it("no command prints the help, and exits with 2", () => {
    const { code, stdout, stderr } = guardpage();
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("Usage: guardpage");
  });

  it("--help names the options and the exit codes", () => {
    const { code, stdout, stderr } = guardpage("replay", "--help");
    expect([code, stderr]).toEqual([0, ""]);
    for (const option of ["--profile", "--space", "--json", "--map", "--no-progress"]) {
      expect(stdout).toContain(option);
    }
    expect(stdout).toContain("Exit codes:");
  });

  it("--version is the version of the package", () => {
    const url = new URL("../../package.json", import.meta.url);
    const { version } = JSON.parse(readFileSync(url, "utf8"));
    expect(guardpage("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("a trace that does not fit the profile is refused", () => {
    const { code, stdout, stderr } = guardpage("replay", "--profile", "win32", BIOME);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/:\d+: initial: .* does not fit into 32 bits\n$/);
  });
});
