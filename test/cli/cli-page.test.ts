import { mkdirSync, readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { root } from "../setup/tree.ts";
import { guardpage, Scratch } from "./guardpage.ts";
import { Shell } from "./shell.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

const page = readFileSync(`${root}/docs/cli.md`, "utf8");
const RESULTS = scratch.path("results");
mkdirSync(RESULTS);
const shell = new Shell(scratch, { RESULTS });

interface Example {
  readonly line: string;
  /** What is printed; "..." stands for any lines. */
  readonly printed: string;
}

/** The lines of the page that begin with "$", each with what follows it. */
const examples = [...page.matchAll(/^ {4}\$ (.*)\n((?: {4}(?!\$ ).*\n)*)/gm)].map(
  ([, line = "", printed = ""]): Example => ({ line, printed: printed.replace(/^ {4}/gm, "") }),
);

const withoutTimes = (text: string) => text.replace(/\(\d+\.\d\d s\)/g, "(0.00 s)");

function pattern(printed: string): RegExp {
  const parts = withoutTimes(printed).split("...\n");
  const escaped = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${escaped.join("(?:.*\\n)*")}$`);
}

describe("an example of the page of the command line", () => {
  it("is there for every command", () => {
    for (const command of ["replay", "map", "summary", "diff", "bisect"]) {
      expect(examples.filter(({ line }) => line.includes(`guardpage ${command}`))).not.toEqual([]);
    }
  });

  it.each(examples)("prints what the page says: $line", ({ line, printed }) => {
    const { stdout, stderr } = shell.run(line);
    expect(withoutTimes(stdout + stderr)).toMatch(pattern(printed));
  });
});

describe("the page of the command line", () => {
  /** A section of the page, and what all commands have in common. */
  function textAbout(command: string): string {
    const [common = "", ...sections] = page.split(/^## /m);
    return common + sections.find((section) => section.startsWith(`${command}\n`));
  }

  it.each(["replay", "map", "summary", "diff", "bisect"])("names every option of %s", (command) => {
    const help = guardpage(command, "--help").stdout;
    const options = [...help.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option]) => option as string);
    expect(options).not.toEqual([]);
    for (const option of options) expect(textAbout(command)).toContain(option);
    for (const code of ["0", "1", "2", "3"]) expect(help).toMatch(new RegExp(`^  ${code}  `, "m"));
  });

  it("has a section for every command of the program", () => {
    const help = guardpage("--help").stdout;
    const [, commands = ""] = help.split("Commands:\n");
    const names = [...commands.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name);
    const sections = [...page.matchAll(/^## ([a-z]+)$/gm)].map(([, name]) => name);
    expect(sections.toSorted()).toEqual(names.filter((name) => name !== "help").toSorted());
  });
});
